import { topAmong } from '../../publication/names/known-names';
import { nameAbove } from '../../publication/names/version-names';
import { type Candidate, chosenSets } from '../../publication/offers/chosen-set';
import { type Hold, heldBy } from '../../publication/state/holds';
import { productKey } from '../../publication/state/product-key';
import type { Shelf, ShelfEntry, ShelfProduct } from '../../publication/state/shelf';
import type { ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../publication/state/withdrawals';
import { newestVersion } from '../../simplestreams/merge';
import type { Product } from '../../simplestreams/types';
import { sortsAbove } from '../../simplestreams/version-order';
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

/** The products with pending versions that none of these holds holds. */
export function freedProducts(content: ViewContent, holds: readonly Hold[]): Freed[] {
  return productsIn(content).flatMap(({ shelved, ...one }) => {
    const pending = Object.entries(shelved?.versions ?? {}).filter(([, entry]) => isHeld(entry));
    if (shelved === undefined || pending.length === 0 || heldBy({ holds }, one.product)) return [];
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
  return {
    offers: told.filter(({ candidate }) => taken.has(candidate)).map((one) => offerOf(one, content, at)),
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

/** Under its own name, where that is above all that the documents offer of the product. */
function offerOf(
  { id, key, product, shelved, candidate }: Freed & { readonly candidate: Candidate },
  content: ViewContent,
  at: Date,
): Pending['offers'][number] {
  const before = newestVersion(product);
  const isAbove = before === undefined || sortsAbove(candidate.name, before);
  const name = isAbove ? candidate.name : nameAbove(topAmong([id], content) ?? candidate.name, at);
  const { content_id: contentId, fields } = shelved;
  const offer = { contentId, id, fields, name, version: candidate.version };
  return { ...offer, key, was: candidate.name, ...(before !== undefined && { before }) };
}
