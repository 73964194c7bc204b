import { MirrorError } from '../../errors';
import type { PlanLine, Remark } from '../../job/operations/outcome';
import { emptyViewError } from '../../publication/gate/refusal';
import { dependentsOf } from '../../publication/offers/dropped';
import { highest } from '../../publication/state/highest';
import { type Ledger, newRow, withRemoved } from '../../publication/state/ledger';
import { contentDigest } from '../../publication/state/product-key';
import { fromShelf, type Shelf } from '../../publication/state/shelf';
import type { ViewContent } from '../../publication/state/view-content';
import type { Product } from '../../simplestreams/types';
import { type Asked, noteOf } from './asked';
import { chosenProducts } from './chosen-products';
import { type ChosenVersion, chosenVersions, namesOf, type Settled, settledOn } from './chosen-versions';
import { followedText, pointedElsewhere, sourcesOfMeant } from './followed';
import { type Again, loadersAgain } from './loaders-again';
import { offering, takingBack } from './moved';
import { type Planned, type Planner, statesIn, viewToChange } from './planned';
import { refusedNewest, refusedRoots } from './refused-documents';

/**
 * Takes a version out of the documents, or off the shelf. Its name stays known, and its files stay in the pool. No promotion
 * brings it back, unless that names its release. A product
 * without another version is dropped, which says what may depend on it, and how a MAAS that has it loses it. The bootloaders
 * before it are offered again under a newer name.
 */
export const planRemoval: Planner<Asked<'remove'> & Settled> = (request, mirror, at): Planned => {
  const content = viewToChange(mirror, request.view);
  refuseSelected(content, request);
  const versions = chosenVersions(request.view, chosenProducts(content, request), request.version, request);
  const leaving = versions.map((one) => ({ ...one, names: [one.name] }));
  const again = loadersAgain(leaving, content, at);
  const names = new Map(leaving.map((one) => [one.id, new Set(one.names)]));
  const documents = offering(takingBack(content.documents, names), again, at);
  const dropped = versions.filter(isLast).map(({ product }) => product);
  const shelf = unshelved(content, versions);
  const ledger = withoutComingBack(content, versions);
  const change = { documents, shelf, ledger, withdrawn: mirror.withdrawn, note: noteOf('remove', request) };
  const then = settledOn(request, versions);
  const refusal =
    documents.size === 0
      ? emptyViewError(request.view, statesIn(mirror))
      : (refusedNewest(content, documents, mirror) ??
        refusedRoots(content, documents, 'remove what has the root image of all flavours together'));
  return {
    views: [{ view: request.view, change, lines: versions.flatMap((one) => linesOf(one, again)) }],
    remarks: remarksOf(versions.filter(isOffered), dropped, documents),
    then,
    ...(refusal && { refusal }),
  };
};

function refuseSelected(content: ViewContent, request: Asked<'remove'>): void {
  const { view, state } = content;
  if (state.kind !== 'selected') return;
  const from = sourcesOfMeant(content, request);
  throw new MirrorError('BadInput', `${followedText(view, state)}, and would get the version back`, {
    hint: `remove it from ${from.join(', ')}, or point ${view} elsewhere: ${pointedElsewhere(content, from)}`,
    misuse: true,
  });
}

/** What is removed is remembered by its content: a promotion passes it over, whatever its name is in the source. */
function withoutComingBack({ ledger }: ViewContent, versions: readonly ChosenVersion[]): Ledger {
  const products = { ...ledger.products };
  for (const { id, name, version } of versions)
    products[id] = withRemoved(products[id] ?? newRow(name), contentDigest(version));
  return { ...ledger, products };
}

/** Otherwise it is only on the shelf: readers do not have it, and nothing changes for them. */
function isOffered({ product, name }: ChosenVersion): boolean {
  return product.versions[name] !== undefined;
}

/** Whether the product has nothing else to offer. */
function isLast({ product, name }: ChosenVersion): boolean {
  const names = namesOf(product);
  return names.length === 1 && names[0] === name;
}

function linesOf(one: ChosenVersion, again: readonly Again[]): PlanLine[] {
  const { key: product, name: version } = one;
  const other = again.find(({ id }) => id === one.id);
  const names = namesOf(one.product);
  if (!isOffered(one)) return [{ does: 'take back', product, version, why: 'on the shelf' }];
  const left = other?.name ?? highest(names.filter((name) => name !== version));
  const ends = { before: names[0] ?? '', ...(left !== undefined && { newest: left }) };
  const line: PlanLine = { does: 'take back', product, version, ...ends };
  if (left === undefined) return [line, { does: 'drop', product }];
  return other === undefined
    ? [line]
    : [line, { does: 'offer', product, version: other.was, name: other.name, ...ends }];
}

/** Takes these versions off the shelf. A product at a time: taking one by one from a large shelf would take quadratic time. */
function unshelved({ shelf }: ViewContent, versions: readonly ChosenVersion[]): Shelf {
  const products = new Map(Object.entries(shelf.products));
  for (const { id, name, shelved } of versions) {
    if (shelved === undefined) continue;
    const left = fromShelf({ ...shelf, products: { [id]: shelved } }, id, name).products[id];
    if (left === undefined) products.delete(id);
    else products.set(id, left);
  }
  return { ...shelf, products: Object.fromEntries(products) };
}

/**
 * What may depend on what is dropped, and how a MAAS loses what it has: it keeps what disappears (facts: image_sync.py), and
 * replaces what has another version.
 */
function remarksOf(
  versions: readonly ChosenVersion[],
  dropped: readonly Product[],
  left: ViewContent['documents'],
): Remark[] {
  if (versions.length === 0) return [];
  const depends = dependentsOf(dropped, left).filter(({ about }) => about !== 'keeps');
  const stays = new Set([...left.values()].flatMap(({ products }) => Object.values(products).map(selectionOf)));
  const images = versions.filter(({ product }) => product['bootloader-type'] === undefined);
  const lost = new Set(dropped);
  const selections = Map.groupBy(images, ({ product }) => selectionOf(product));
  const keeps = [...selections].flatMap(([selection, [first, ...rest]]): Remark[] => {
    if (first === undefined) return [];
    const { release = '', arch: architecture = '' } = first.product;
    const where = { release, architecture };
    if (![first, ...rest].some(({ product }) => lost.has(product))) return [{ about: 'replaced', ...where }];
    const isLeft = stays.has(selection);
    return [{ about: 'keeps', ...where, ...(isLeft && { why: outage }), commands: losing(first.product, isLeft) }];
  });
  return [...depends, ...(keeps.length === 0 ? [{ about: 'keeps' } as const] : keeps)];
}

const outage = 'this removes all its flavours until the download ends';

/** What a MAAS selects: all flavours of a release and architecture. */
function selectionOf({ os, release, arch }: Product): string {
  return `os=${os} release=${release} arches=${arch}`;
}

/** Without its selection, a MAAS deletes what it has of it; with it again, it downloads what the view offers then. */
function losing(product: Product, isLeft: boolean): string[] {
  const again = `maas admin boot-source-selections create ID ${selectionOf(product)} subarches='*' labels='*'`;
  const gone = ['maas admin boot-source-selections read ID', 'maas admin boot-source-selection delete ID SELECTION'];
  return isLeft ? [...gone, again] : gone;
}
