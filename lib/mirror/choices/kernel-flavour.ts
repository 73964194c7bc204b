import { allKernelNames } from '../../catalog/kernels';
import { flavourSaid } from '../../catalog/names';
import { MirrorError } from '../../errors';
import { requireKnown } from './known-at-synth';

/** A kernel flavour, as orders name it. */
export class KernelFlavour {
  /** The kernel that the release came with. */
  static readonly GA = new KernelFlavour('ga');
  static readonly GA_LOWLATENCY = new KernelFlavour('ga-lowlatency');
  /** Hardware enablement: the newest kernel that the release is supported with. */
  static readonly HWE = new KernelFlavour('hwe');
  static readonly HWE_LOWLATENCY = new KernelFlavour('hwe-lowlatency');
  /** What will be the next hardware enablement kernel. */
  static readonly HWE_EDGE = new KernelFlavour('hwe-edge');
  static readonly HWE_LOWLATENCY_EDGE = new KernelFlavour('hwe-lowlatency-edge');

  /**
   * Any other flavour of the catalogue.
   * @param name as orders say it: `generic-lpae`; of Debian `generic`, `cloud`, `rt`; or as MAAS does: `hwe-24.04-edge`,
   * which no release but 24.04 can be built with, `lowlatency`
   */
  static of(name: string): KernelFlavour {
    return new KernelFlavour(name);
  }

  /** `hwe-edge` */
  readonly name: string;

  /** As it was named: `hwe-24.04-edge`. */
  readonly asked: string;

  private constructor(asked: string) {
    requireKnown('kernels', asked);
    this.asked = asked;
    const name = allKernelNames.includes(asked) ? asked : flavourSaid(asked)?.name;
    if (name === undefined || !allKernelNames.includes(name)) {
      throw new MirrorError(
        'UnknownKernel',
        `no kernel flavour ${JSON.stringify(asked)} is built; there are ${allKernelNames.join(', ')}`,
        { hint: 'name flavours as orders do, "hwe-edge", not "linux-generic-hwe-24.04-edge"', misuse: true },
      );
    }
    this.name = name;
  }
}
