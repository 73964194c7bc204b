import { allKernelNames } from '../../catalog/kernels';
import { flavourSaid } from '../../catalog/names';
import { refused } from '../refusals/synth-error';
import { requireKnown } from './known-at-synth';

/** A kernel flavour. */
export class KernelFlavour {
  /** The kernel that the release was published with. */
  static readonly GA = new KernelFlavour('ga');
  static readonly GA_LOWLATENCY = new KernelFlavour('ga-lowlatency');
  /** Hardware enablement: the newest kernel that is supported for the release. */
  static readonly HWE = new KernelFlavour('hwe');
  static readonly HWE_LOWLATENCY = new KernelFlavour('hwe-lowlatency');
  /** The candidate for the next hardware enablement kernel. */
  static readonly HWE_EDGE = new KernelFlavour('hwe-edge');
  static readonly HWE_LOWLATENCY_EDGE = new KernelFlavour('hwe-lowlatency-edge');

  /**
   * Any other flavour of the catalogue.
   * @param name `generic-lpae`; of Debian `generic`, `cloud` or `rt`; or MAAS's name, such as `lowlatency` or
   * `hwe-24.04-edge`, which only 24.04 has
   */
  static of(name: string): KernelFlavour {
    return new KernelFlavour(name);
  }

  /** `hwe-edge` */
  readonly name: string;

  /** The name as given to `of`: `hwe-24.04-edge`. */
  readonly requestedName: string;

  private constructor(requestedName: string) {
    requireKnown(['kernels'], requestedName);
    this.requestedName = requestedName;
    const name = allKernelNames.includes(requestedName) ? requestedName : flavourSaid(requestedName)?.name;
    if (name === undefined || !allKernelNames.includes(name)) {
      throw refused(
        [],
        `unknown kernel flavour ${JSON.stringify(requestedName)}; known flavours: ${allKernelNames.join(', ')}`,
        'use the name of a flavour, such as "hwe-edge", not of a package, such as "linux-generic-hwe-24.04-edge"',
        'UnknownKernel',
      );
    }
    this.name = name;
  }
}
