import type { PlanLine } from '../../job/operations/outcome';
import { labelOf } from '../../publication/derived/relabel';
import { isForward, knownNames, topAmong } from '../../publication/names/known-names';
import { renamed } from '../../publication/names/renamed';
import { nameAbove } from '../../publication/names/version-names';
import { type Candidate, chosenSets } from '../../publication/offers/chosen-set';
import { heldProducts } from '../../publication/offers/held-products';
import { highest } from '../../publication/state/highest';
import type { Hold } from '../../publication/state/holds';
import { productKey } from '../../publication/state/product-key';
import type { Shelf, ShelfEntry, ShelfProduct } from '../../publication/state/shelf';
import type { ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../publication/state/withdrawals';
import { newestVersion } from '../../simplestreams/merge';
import type { Product } from '../../simplestreams/types';
import { byBytes, sortsAbove } from '../../simplestreams/version-order';
import { type ChosenProduct, productsIn } from './chosen-products';
import type { Offer } from './moved';

/** What becomes of versions on the shelf that may be offered now. */
export interface Pending {
  /** `was`: the name on the shelf; `before`: the newest name of the product until now. */
  readonly offers: readonly (Offer & { readonly key: string; readonly was: string; readonly before?: string })[];
  /** `why`: withdrawn, incomplete (a sister has no version with this root), older. */
  readonly passedOver: readonly {
    readonly id: string;
    readonly key: string;
    readonly name: string;
    readonly why: string;
  }[];
}

/** A product with versions on the shelf that may be offered now. */
export interface Freed extends ChosenProduct {
  readonly shelved: ShelfProduct;
  /** Those versions, by name. */
  readonly freed: Readonly<Record<string, ShelfEntry>>;
}

/** The products with pending versions that wait for none of these holds, nor do their sisters. */
export function freedProducts(content: ViewContent, holds: readonly Hold[]): Freed[] {
  const held = heldProducts(content, holds);
  return productsIn(content).flatMap(({ shelved, ...one }) => {
    const pending = Object.entries(shelved?.versions ?? {}).filter(([, entry]) => isHeld(entry));
    if (shelved === undefined || pending.length === 0 || held.has(one.id)) return [];
    return [{ ...one, shelved, freed: Object.fromEntries(pending) }];
  });
}

/** The newest pending versions with one root that are withdrawn nowhere. */
export function pendingSets(
  content: ViewContent,
  freed: readonly Freed[],
  withdrawn: readonly Withdrawal[],
  at: Date,
): Pending {
  const index = new WithdrawnIndex(content.view, [...content.state.withdrawals, ...withdrawn]);
  const candidates = freed.flatMap((one) => candidatesOf(one, index));
  const byKey = new Map(freed.map((one) => [one.key, one]));
  const standing = [...content.documents.values()].flatMap(({ products }) => Object.values(products));
  const sets = chosenSets(
    candidates,
    standing.map((product) => ({ product })),
    'newest eligible',
  );
  const taken = new Set(sets.flatMap((set) => set.taken));
  const reasons = new Map(
    sets.flatMap((set) => set.passedOver.map(({ candidate, why }) => [candidate, why.why] as const)),
  );
  const told = candidates.flatMap((candidate) => {
    const one = byKey.get(productKey(candidate.product));
    return one === undefined ? [] : [{ ...one, candidate }];
  });
  const offered = told.filter(({ candidate }) => taken.has(candidate));
  const names = namesFor(offered, content, at);
  return {
    offers: offered.map((one) => offerOf(one, content, names)),
    passedOver: told.flatMap(({ id, key, candidate }) => {
      const why = reasons.get(candidate) ?? candidate.why?.why ?? 'older';
      return taken.has(candidate) ? [] : [{ id, key, name: candidate.name, why }];
    }),
  };
}

/** The shelf without what was pending of these products; what is withdrawn stays, so that it can be restored. */
export function withoutPending(shelf: Shelf, freed: readonly Freed[], { passedOver }: Pending): Shelf {
  const withdrawn = new Set(passedOver.filter(({ why }) => why === 'withdrawn').map(({ id, name }) => `${id} ${name}`));
  const products = new Map(Object.entries(shelf.products));
  for (const { id, shelved } of freed) {
    const kept = Object.entries(shelved.versions).flatMap(([name, entry]): [string, ShelfEntry][] => {
      if (!isHeld(entry)) return [[name, entry]];
      return withdrawn.has(`${id} ${name}`) ? [[name, { ...entry, why: 'withdrawn' }]] : [];
    });
    if (kept.length === 0) products.delete(id);
    else products.set(id, { ...shelved, versions: Object.fromEntries(kept) });
  }
  return { ...shelf, products: Object.fromEntries(products) };
}

/** What left the documents with the newest that is offered again, and is below it. */
export function olderOf(
  { offers, passedOver }: Pending,
  wanted: readonly Freed[],
): (Offer & { readonly key: string })[] {
  const offered = new Map(offers.map((offer) => [offer.id, offer]));
  const shelved = new Map(wanted.map(({ id, freed }) => [id, freed]));
  return passedOver.flatMap(({ id, key, name, why }) => {
    const newest = offered.get(id);
    const version = shelved.get(id)?.[name]?.version;
    if (why !== 'older' || newest === undefined || version === undefined || !sortsAbove(newest.name, name)) return [];
    return [{ contentId: newest.contentId, id, key, fields: newest.fields, name, version }];
  });
}

/** @param older what is offered in addition */
export function pendingLines({ offers, passedOver }: Pending, older: ReturnType<typeof olderOf>): PlanLine[] {
  const newest = offers.map(({ key, was, name, before }): PlanLine => {
    return { does: 'offer', product: key, version: was, name, ...(before !== undefined && { before }), newest: name };
  });
  const others = passedOver.filter(({ id, name }) => !older.some((one) => one.id === id && one.name === name));
  return [
    ...newest,
    ...older.map(({ key, name }): PlanLine => ({ does: 'offer', product: key, version: name, name })),
    ...others.map(({ key, name, why }): PlanLine => ({ does: 'pass over', product: key, version: name, why })),
  ];
}

const isHeld = ({ why }: ShelfEntry) => why === 'held';

/** Of a product with these versions, by which it is known whether it shares its root. */
function candidatesOf({ product, freed }: Freed, index: WithdrawnIndex): Candidate[] {
  const some = Object.entries(freed);
  const versions = Object.fromEntries(some.map(([name, { version }]) => [name, version]));
  const whole: Product = { ...product, versions: { ...product.versions, ...versions } };
  return some.map(([name, { version }]) => {
    const match = index.of(whole, name, version);
    return { product: whole, name, version, ...(match && { why: { why: 'withdrawn', match } as const }) };
  });
}

type Told = Freed & { readonly candidate: Candidate };

/**
 * The names in the documents, by those on the shelf: their own where they are above all that the documents offer of these
 * products. Versions of one name keep one name, so that they can be taken back together.
 */
function namesFor(offered: readonly Told[], content: ViewContent, at: Date): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  let last: string | undefined;
  for (const name of [...new Set(offered.map(({ candidate }) => candidate.name))].sort(byBytes)) {
    const some = offered.filter(({ candidate }) => candidate.name === name);
    const ids = some.map(({ id }) => id);
    const isAbove = (last === undefined || sortsAbove(name, last)) && some.every((one) => isNewest(one, content));
    const top = highest([topAmong(ids, content) ?? name, ...(last === undefined ? [] : [last])]) ?? name;
    last = isAbove ? name : nameAbove(top, at);
    names.set(name, last);
  }
  return names;
}

/** Whether a version would be the newest of its product under its own name; of bootloaders, whether MAAS would unpack it. */
function isNewest({ id, product, candidate: { name } }: Told, content: ViewContent): boolean {
  const now = newestVersion(product);
  if (now !== undefined) return sortsAbove(name, now);
  return product['bootloader-type'] === undefined || isForward(name, now, knownNames(content, id));
}

function offerOf(
  { id, key, product, shelved, candidate }: Told,
  content: ViewContent,
  names: ReadonlyMap<string, string>,
): Pending['offers'][number] {
  const before = newestVersion(product);
  const name = names.get(candidate.name) ?? candidate.name;
  const { content_id: contentId, fields } = shelved;
  const version = renamed(candidate.version, candidate.name, name, labelOf(content));
  const offer = { contentId, id, fields, name, version };
  return { ...offer, key, was: candidate.name, ...(before !== undefined && { before }) };
}
