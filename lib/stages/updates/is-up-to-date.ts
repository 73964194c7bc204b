import { kernelOf } from '../../catalog/kernels';
import { productId } from '../../catalog/products';
import type { BuildRequest } from '../../job/build-request';
import type { Plan } from '../../job/plan';
import { releaseFor } from '../../job/releases/release-for';
import type { Products } from '../../simplestreams/types';
import { isUntested, newestName } from './updates';

/**
 * Whether every requested product of an architecture was last built or checked with the current inputs, so that no build
 * is needed. If the inputs are unknown, it is not up to date.
 */
export function isUpToDate(
  document: Products | undefined,
  { architecture, kernels, job }: Plan['architectures'][number],
  request: BuildRequest,
): boolean {
  const { view, bootTest } = request;
  const release = releaseFor(request);
  const productOf = (kernel: string) => document?.products[productId(kernelOf(release, architecture, kernel), view)];
  const missing = kernels.flatMap(({ kernel }) => String(productOf(kernel)?.missing ?? '').split(' '));
  const wanted = kernels.filter(({ kernel, need }) => need === 'required' || !missing.includes(kernel));
  return wanted.every(({ kernel }) => {
    const product = productOf(kernel);
    const newest = product?.versions[newestName(product)];
    if (newest === undefined || (bootTest && isUntested(newest))) return false;
    return job.inputs !== '' && product?.inputs === job.inputs;
  });
}
