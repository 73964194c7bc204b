import { groupsOf, levelsOf } from '../../simplestreams/contract/product-groups';
import type { Product } from '../../simplestreams/types';
import { productKey } from '../state/product-key';

/**
 * Products that must have one root, by group. Every other product is a group of its own. A product may be given several
 * times, as two views have it.
 * @returns the groups in the order of their first products
 */
export function offerGroups<One extends { readonly product: Product }>(all: readonly One[]): One[][] {
  return groupsOf(all, ({ product }) => (sharesRoot(product) ? levelsOf(product) : [`alone ${productKey(product)}`]));
}

/** Whether the product has several files of which the root is one, so that MAAS may install it with another's kernel. */
export function sharesRoot({ versions, subarches, 'bootloader-type': loader }: Product): boolean {
  if (typeof subarches !== 'string' || subarches === '' || loader !== undefined) return false;
  return Object.values(versions).some(({ items }) => items['boot-kernel'] !== undefined);
}
