import type { MirrorError } from '../../errors';
import { bootloadersRequest } from '../../job/job';
import { newestOf } from '../../simplestreams/merge';
import { contentDigest } from '../state/product-key';
import type { WithdrawnIndex } from '../state/withdrawals';
import type { TouchedProduct } from './added-versions';
import { withdrawnError } from './withdrawn-error';

/**
 * A withdrawn version stays where it is, but does not become what machines get: not even because what is above it leaves.
 * @returns the refusal of the first product whose newest version would become a withdrawn one; undefined if there is none
 */
export function withdrawnNewest(
  touched: readonly TouchedProduct[],
  withdrawn: WithdrawnIndex,
): MirrorError | undefined {
  for (const { product, was } of touched) {
    const [newest, before] = [newestOf(product), newestOf(was)];
    if (newest === undefined || (before && contentDigest(before.version) === contentDigest(newest.version))) continue;
    const match = withdrawn.of(product, newest.name, newest.version);
    if (match !== undefined) return withdrawnError(product.release ?? bootloadersRequest, newest.name, match);
  }
  return undefined;
}
