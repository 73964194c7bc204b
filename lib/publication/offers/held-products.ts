import type { Product } from '../../simplestreams/types';
import { type Hold, heldBy } from '../state/holds';
import { type ProductPart, partsOf, versionsOf } from '../state/product-parts';
import type { ViewContent } from '../state/view-content';
import { offerGroups } from './offer-groups';

/**
 * The ids of the products of a view of which new versions wait: those that a hold matches, and those that must have one root
 * with one of these, such as a flavour that was built for the first time after the hold was set.
 */
export function heldProducts(content: Pick<ViewContent, 'documents' | 'shelf'>, holds: readonly Hold[]): Set<string> {
  if (holds.length === 0) return new Set();
  const products = [...partsOf(content)].map(([id, part]) => ({ id, product: wholeProduct(part) }));
  const held = offerGroups(products).filter((group) => group.some(({ product }) => heldBy({ holds }, product)));
  return new Set(held.flat().map(({ id }) => id));
}

/** With the versions on the shelf, by which it is known whether it shares its root. */
function wholeProduct(part: ProductPart): Product {
  return { ...(part.product ?? part.shelved?.fields), versions: Object.fromEntries(versionsOf(part)) };
}
