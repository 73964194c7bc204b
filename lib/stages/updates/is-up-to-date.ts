import { kernelOf } from '../../catalog/kernels';
import { productId } from '../../catalog/products';
import type { BuildRequest } from '../../job/build-request';
import type { Plan } from '../../job/plan';
import { releaseFor } from '../../job/releases/release-for';
import type { Match } from '../../publication/state/withdrawals';
import { keyOf } from './decisions';
import type { Standing } from './standing';
import { isUntested, newestName } from './updates';

/** What is known about an architecture before anything is built. */
export interface Known {
  /** Whether no build is needed. */
  readonly isUpToDate: boolean;
  /** Withdrawals of what a build would make again. */
  readonly withdrawn: readonly Match[];
}

/**
 * Whether every requested product of an architecture was last built or checked with the current inputs, or was withdrawn
 * when it was built from them, so that no build is needed. If the inputs are unknown, it is not up to date. A rebuild does
 * not make again what is withdrawn, either.
 */
export function knownOf(
  { document, withdrawn }: Pick<Standing, 'document' | 'withdrawn'>,
  { architecture, kernels, job }: Plan['architectures'][number],
  request: BuildRequest,
): Known {
  const { view, bootTest, rebuild } = request;
  const release = releaseFor(request);
  const asKernel = (kernel: string) => kernelOf(release, architecture, kernel);
  const matchOf = (kernel: string) => withdrawn.ofInputs(keyOf(asKernel(kernel), view), { inputs: job.inputs });
  const productOf = (kernel: string) => document?.products[productId(asKernel(kernel), view)];
  const missing = kernels.flatMap(({ kernel }) => String(productOf(kernel)?.missing ?? '').split(' '));
  const wanted = kernels.filter(({ kernel, need }) => need === 'required' || !missing.includes(kernel));
  const isKnown = (kernel: string) => {
    const product = productOf(kernel);
    const newest = product?.versions[newestName(product)];
    if (newest === undefined || (bootTest && isUntested(newest))) return false;
    return job.inputs !== '' && product?.inputs === job.inputs;
  };
  return {
    isUpToDate: wanted.every(({ kernel }) => matchOf(kernel) !== undefined || (!rebuild && isKnown(kernel))),
    withdrawn: wanted.flatMap(({ kernel }) => matchOf(kernel) ?? []),
  };
}
