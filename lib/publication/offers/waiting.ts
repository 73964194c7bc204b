import { type Addition, newestOf } from '../../simplestreams/merge';
import type { Product } from '../../simplestreams/types';
import { heldBy } from '../state/holds';
import { tripleOf } from '../state/product-key';
import type { ViewContent } from '../state/view-content';
import { offerGroups, sharesRoot } from './offer-groups';

/**
 * The additions that wait on the shelf: what is new to a held product, and what would give a held product's sisters another
 * root than the one that it keeps. A version that waits already goes on waiting under its name.
 */
export function waitingAmong(
  { state, shelf, documents }: ViewContent,
  contentId: string,
  added: readonly Addition[],
): ReadonlySet<Addition> {
  const offered = documents.get(contentId)?.products ?? {};
  const isPending = ({ productId, versionName }: Addition) =>
    shelf.products[productId]?.versions[versionName]?.why === 'held';
  const isHeld = (product: Product) => heldBy(state, product) !== undefined;
  const fresh = added.filter((one) => !Object.hasOwn(offered[one.productId]?.versions ?? {}, one.versionName));
  if (state.holds.length === 0) return new Set(fresh.filter(isPending));

  const groups = offerGroups<Member>([
    ...fresh.map((one) => ({ product: productOf(one), one })),
    ...Object.values(offered).map((product) => ({ product })),
  ]);
  const waiting = groups.flatMap((members) => {
    const kept = members.flatMap(({ product, one }) => (one || !isHeld(product) ? [] : newestRoot(product)));
    return members.flatMap(({ product, one }) => {
      return one && (isPending(one) || isHeld(product) || hasOtherRoot(product, kept)) ? [one] : [];
    });
  });
  return new Set(waiting);
}

interface Member {
  readonly product: Product;
  /** @default - the product as it is offered */
  readonly one?: Addition;
}

function productOf({ fields, versionName, version }: Addition): Product {
  return { ...fields, versions: { [versionName]: version } };
}

/** Nothing if the product shares its root with none. */
function newestRoot(product: Product): string[] {
  const newest = newestOf(product);
  const root = newest && sharesRoot(product) ? tripleOf(newest.version).root : undefined;
  return root === undefined ? [] : [root];
}

function hasOtherRoot(product: Product, kept: readonly string[]): boolean {
  const own = newestRoot(product);
  return kept.some((root) => !own.includes(root));
}
