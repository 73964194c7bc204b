import type { Kernel } from '../../catalog/kernels';
import { productFields } from '../../catalog/products';
import { type Hold, hasEnded, heldBy } from '../../publication/state/holds';
import { productKey } from '../../publication/state/product-key';
import type { ViewState } from '../../publication/state/view-state';
import type { Product } from '../../simplestreams/types';

/** The product that a kernel is published as, without its versions. */
export function productOf(kernel: Kernel, view: string): Product {
  return { ...productFields(kernel, view), versions: {} };
}

/** By what a withdrawal recognises the product of a kernel. */
export const keyOf = (kernel: Kernel, view: string) => productKey(productOf(kernel, view));

/** A hold of one of these products that has come to its end: a build lifts it. */
export function endedHold({ holds }: ViewState, products: readonly Product[], at: Date): Hold | undefined {
  return holds.find((hold) => hasEnded(hold, at) && products.some((one) => heldBy({ holds: [hold] }, one)));
}
