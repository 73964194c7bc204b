import { architectureOf } from '../../catalog/architectures';
import { atSynth } from '../refusals/synth-error';
import { requireKnown } from './known-at-synth';

/** An architecture that images are built for, by its dpkg name. */
export class Architecture {
  static readonly AMD64 = new Architecture('amd64');
  /** Built on arm machines. All others are built on x86 machines, where necessary under emulation. */
  static readonly ARM64 = new Architecture('arm64');
  static readonly ARMHF = new Architecture('armhf');
  static readonly PPC64EL = new Architecture('ppc64el');
  static readonly S390X = new Architecture('s390x');
  static readonly RISCV64 = new Architecture('riscv64');

  /** @param name the dpkg name: `amd64`, not `x86_64` */
  static of(name: string): Architecture {
    return new Architecture(name);
  }

  /** `amd64` */
  readonly name: string;

  private constructor(name: string) {
    requireKnown(['architectures'], name);
    this.name = atSynth({}, () => architectureOf(name)).name;
  }
}
