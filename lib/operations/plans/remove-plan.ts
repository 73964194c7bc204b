import { MirrorError } from '../../errors';
import type { PlanLine, Remark } from '../../job/operations/outcome';
import { emptyViewError } from '../../publication/gate/refusal';
import { dependentsOf } from '../../publication/offers/dropped';
import { highest } from '../../publication/state/highest';
import { fromShelf, type Shelf } from '../../publication/state/shelf';
import type { ViewContent } from '../../publication/state/view-content';
import type { Product } from '../../simplestreams/types';
import { type Asked, noteOf } from './asked';
import { chosenProducts } from './chosen-products';
import { type ChosenVersion, chosenVersions, namesOf } from './chosen-versions';
import { takingBack } from './moved';
import { type Planned, type Planner, viewToChange } from './planned';

/**
 * Takes a version out of the documents, or off the shelf. Its name stays known, and its files stay in the pool. A product
 * without another version is dropped, which says what may depend on it, and how a MAAS that has it loses it.
 */
export const planRemoval: Planner<Asked<'remove'>> = (request, mirror): Planned => {
  const content = viewToChange(mirror, request.view);
  refuseSelected(content);
  const versions = chosenVersions(request.view, chosenProducts(content, request), request.version);
  const names = new Map(versions.map(({ id, name }) => [id, new Set([name])]));
  const documents = takingBack(content.documents, names);
  const dropped = versions.filter(isLast).map(({ product }) => product);
  const change = { documents, shelf: unshelved(content, versions), note: noteOf('remove', request) };
  return {
    views: [{ view: request.view, change, lines: versions.flatMap(linesOf) }],
    remarks: remarksOf(versions, dropped, documents),
    ...(documents.size === 0 && { refusal: emptyViewError(request.view) }),
  };
};

function refuseSelected({ view, state: { kind, source } }: ViewContent): void {
  if (kind !== 'selected') return;
  const [first] = source?.select ?? [];
  throw new MirrorError('BadInput', `${view} follows ${first?.from}, and would get the version back`, {
    hint: `remove it from ${first?.from}, or point ${view} elsewhere: maas-mirror view set ${view} --from VIEW`,
    misuse: true,
  });
}

/** Whether the product has nothing else to offer. */
function isLast({ product, name }: ChosenVersion): boolean {
  const names = namesOf(product);
  return names.length === 1 && names[0] === name;
}

function linesOf(one: ChosenVersion): PlanLine[] {
  const { key: product, name: version } = one;
  const names = namesOf(one.product);
  if (!names.includes(version)) return [{ does: 'take back', product, version, why: 'on the shelf' }];
  const left = highest(names.filter((name) => name !== version));
  const line: PlanLine = {
    does: 'take back',
    product,
    version,
    before: names[0] ?? '',
    ...(left !== undefined && { newest: left }),
  };
  return left === undefined ? [line, { does: 'drop', product }] : [line];
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

/** What may depend on what is dropped, and how a MAAS loses what it has: it keeps what disappears (facts: image_sync.py). */
function remarksOf(
  versions: readonly ChosenVersion[],
  dropped: readonly Product[],
  left: ViewContent['documents'],
): Remark[] {
  const depends = dependentsOf(dropped, left).filter(({ about }) => about !== 'keeps');
  const stays = new Set([...left.values()].flatMap(({ products }) => Object.values(products).map(selectionOf)));
  const images = versions.filter(({ product }) => product['bootloader-type'] === undefined);
  const selections = new Map(images.map(({ product }) => [selectionOf(product), product]));
  const keeps = [...selections].map(([selection, product]): Remark => {
    const { release = '', arch: architecture = '' } = product;
    return { about: 'keeps', release, architecture, commands: losing(product, stays.has(selection)) };
  });
  return [...depends, ...(keeps.length === 0 ? [{ about: 'keeps' } as const] : keeps)];
}

/** What a MAAS selects: all flavours of a release and architecture. */
function selectionOf({ os, release, arch }: Product): string {
  return `os=${os} release=${release} arches=${arch}`;
}

/** Without its selection, a MAAS deletes what it has of it; with it again, it downloads what the view offers then. */
function losing(product: Product, isOffered: boolean): string[] {
  const again = `maas admin boot-source-selections create ID ${selectionOf(product)} subarches='*' labels='*'`;
  const gone = ['maas admin boot-source-selections read ID', 'maas admin boot-source-selection delete ID SELECTION'];
  return isOffered ? [...gone, again] : gone;
}
