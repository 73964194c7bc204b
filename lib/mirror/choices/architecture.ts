import { architectureOf } from '../../catalog/architectures';
import { requireKnown } from './known-at-synth';

/** An architecture that images are built for, by dpkg's name. */
export class Architecture {
  static readonly AMD64 = new Architecture('amd64');
  /** Built by arm machines; all others by x86 machines, under emulation. */
  static readonly ARM64 = new Architecture('arm64');
  static readonly ARMHF = new Architecture('armhf');
  static readonly PPC64EL = new Architecture('ppc64el');
  static readonly S390X = new Architecture('s390x');
  static readonly RISCV64 = new Architecture('riscv64');

  /** @param name as dpkg says it: `amd64`, not `x86_64` */
  static of(name: string): Architecture {
    return new Architecture(name);
  }

  /** `amd64` */
  readonly name: string;

  private constructor(name: string) {
    requireKnown('architectures', name);
    this.name = architectureOf(name).name;
  }
}
