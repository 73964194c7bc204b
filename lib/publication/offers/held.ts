import type { Addition } from '../../simplestreams/merge';
import type { Product } from '../../simplestreams/types';
import { type Hold, heldBy } from '../state/holds';
import type { ViewContent } from '../state/view-content';

/** A hold, and what waits for its end. */
export interface Held extends Pick<Hold, 'since' | 'until' | 'reason'> {
  /** Number of versions, by their names. */
  readonly pending: number;
}

/** What a view holds back of these products, or undefined. */
export function heldOf(
  { state, shelf }: ViewContent,
  products: readonly Pick<Addition, 'productId' | 'fields'>[],
): Held | undefined {
  const [hold] = products.flatMap(({ fields }) => heldBy(state, { ...fields, versions: {} } as Product) ?? []);
  if (hold === undefined) return undefined;
  const entries = products.flatMap(({ productId }) => Object.entries(shelf.products[productId]?.versions ?? {}));
  const pending = new Set(entries.filter(([, { why }]) => why === 'held').map(([name]) => name)).size;
  const { since, until, reason } = hold;
  return { since, ...(until !== undefined && { until }), ...(reason !== undefined && { reason }), pending };
}

/** The additions that are in the documents now; the others wait. */
export function offeredAmong({ documents }: ViewContent, contentId: string, added: readonly Addition[]): Addition[] {
  const products = documents.get(contentId)?.products ?? {};
  return added.filter(({ productId, versionName }) => {
    return Object.hasOwn(products[productId]?.versions ?? {}, versionName);
  });
}
