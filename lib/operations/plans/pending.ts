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

/** What becomes of the pending versions of products that are no longer held. */
export interface Pending {
  /** `was`: the pending name; `before`: the newest name of the product until now. */
  readonly offers: readonly (Offer & { readonly key: string; readonly was: string; readonly before?: string })[];
  /** `why`: withdrawn, incomplete (a sister has no version with this root), older. */
  readonly passedOver: readonly {
    readonly id: string;
    readonly key: string;
    readonly name: string;
    readonly why: string;
  }[];
}

/** A product with pending versions. */
export interface Freed extends ChosenProduct {
  readonly shelved: ShelfProduct;
}

/** The products with pending versions that none of these holds holds. */
export function freedProducts(content: ViewContent, holds: readonly Hold[]): Freed[] {
  return productsIn(content).flatMap(({ shelved, ...one }) => {
    const isPending = Object.values(shelved?.versions ?? {}).some(isHeld);
    return shelved !== undefined && isPending && !heldBy({ holds }, one.product) ? [{ ...one, shelved }] : [];
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

/** Of a product with its pending versions, by which it is known whether it shares its root. */
function candidatesOf({ product, shelved }: Freed, index: WithdrawnIndex): Candidate[] {
  const held = Object.entries(shelved.versions).filter(([, entry]) => isHeld(entry));
  const pending = Object.fromEntries(held.map(([name, { version }]) => [name, version]));
  const whole: Product = { ...product, versions: { ...product.versions, ...pending } };
  return held.map(([name, { version }]) => {
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
