import { kernelChoices } from '../../job/releases/kernel-choice';
import { cores } from '../../machine/this-machine';
import type { Workbench } from '../workbench';

/**
 * Number of virtual CPUs for a boot: its share of this machine if all flavours boot at once. On two cores, two boots with two
 * CPUs each take a sixth longer than two with one CPU each (facts/performance.md).
 * @param all number of processors @default - those of this machine
 */
export function virtualCpus(
  { request, buildsAtOnce = 1 }: Pick<Workbench, 'request' | 'buildsAtOnce'>,
  all = cores(),
): number {
  const flavours = kernelChoices(request).reduce((sum, { kernels }) => sum + kernels.length, 0);
  const boots = Math.max(1, Math.min(buildsAtOnce, flavours));
  return Math.min(most, Math.max(1, Math.floor(all / boots)));
}

/** The interrupt controller of the `virt` machine supports no more. */
const most = 8;
