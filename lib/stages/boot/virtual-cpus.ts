import { kernelChoices } from '../../job/releases/kernel-choice';
import { cores } from '../../machine/this-machine';
import type { Workbench } from '../workbench';

/**
 * Virtual CPUs of a machine: as many as are left for it where all flavours boot at once. Two machines of two CPUs on two cores
 * take a sixth longer than two of one (facts/performance.md).
 * @param all processors of this machine @default - those that it has
 */
export function virtualCpus(
  { request, buildsAtOnce = 1 }: Pick<Workbench, 'request' | 'buildsAtOnce'>,
  all = cores(),
): number {
  const flavours = kernelChoices(request).reduce((sum, { kernels }) => sum + kernels.length, 0);
  const boots = Math.max(1, Math.min(buildsAtOnce, flavours));
  return Math.min(most, Math.max(1, Math.floor(all / boots)));
}

/** The `virt` machine's interrupt controller knows no more. */
const most = 8;
