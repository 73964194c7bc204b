import { type ImageSet, newestCompleteSet, type Resource } from './library';
import type { RuleId } from './rules';

export interface Machine {
  /** `ubuntu` */
  readonly os: string;
  /** `noble` */
  readonly release: string;
  readonly arch: string;
  /** By MAAS’s name: `ga-24.04`. */
  readonly kernel: string;
}

/** What a machine would boot and get now. Digests. */
export interface Deployed {
  readonly kernel: string;
  readonly initrd: string;
  /** Each that it could get: MAAS takes any of them. One where all flavours have the same. */
  readonly roots: ReadonlySet<string>;
  /** Of the set that kernel and initrd are from. */
  readonly version: string;
}

/** Why nothing can be deployed. */
export interface Impossible {
  readonly impossible: string;
}

/** What MAAS deploys, with what it has. */
export function deploymentOf(
  machine: Machine,
  resources: readonly Resource[],
  without: ReadonlySet<RuleId>,
): Deployed | Impossible {
  const { os, release, arch, kernel } = machine;
  const offered = resources.filter(({ name, architecture }) => {
    return name === `${os}/${release}` && architecture.startsWith(`${arch}/`);
  });
  const own = offered.find(({ architecture }) => architecture === `${arch}/${kernel}`);
  const set = own && newestCompleteSet(own);
  if (set === undefined) return { impossible: own ? 'no complete set' : 'no such image' };
  const [boot, initrd] = [fileOf(set, 'boot-kernel'), fileOf(set, 'boot-initrd')];
  if (boot === undefined || initrd === undefined) return { impossible: `no kernel or initrd in ${set.version}` };
  const fitting = without.has('M12') ? [own] : offered.filter((one) => one === own || one?.subarches.includes(kernel));
  const sets = fitting.flatMap((one) => (one && newestCompleteSet(one)) ?? []);
  const roots = sets.map((one) => fileOf(one, 'squashfs') ?? fileOf(one, 'root-image.gz'));
  if (roots.includes(undefined)) return { impossible: `no root in ${sets[roots.indexOf(undefined)]?.version}` };
  return { kernel: boot, initrd, roots: new Set(roots.flatMap((root) => root ?? [])), version: set.version };
}

function fileOf({ files }: ImageSet, ftype: string): string | undefined {
  return files.find((file) => file.ftype === ftype)?.sha256;
}

/** Minutes in which a machine could not be deployed that could be before. */
export interface Outage {
  readonly machine: Machine;
  /** The first minute of it. */
  readonly from: number;
  /** The last one so far. */
  to: number;
  /** In the first minute. */
  readonly why: string;
}

/** Watches, minute by minute, all machines that could ever be deployed. */
export class Watch {
  readonly outages: Outage[] = [];
  private readonly machines = new Map<string, Machine>();

  look(minute: number, resources: readonly Resource[], without: ReadonlySet<RuleId>): void {
    for (const resource of resources) this.notice(resource);
    for (const machine of this.machines.values()) {
      const deployed = deploymentOf(machine, resources, without);
      if ('impossible' in deployed) this.note({ machine, from: minute, to: minute, why: deployed.impossible });
    }
  }

  /** No longer wanted: that it cannot be deployed is no outage. */
  forget({ os, release, arch }: Omit<Machine, 'kernel'>): void {
    for (const [key, machine] of this.machines) {
      if (machine.os === os && machine.release === release && machine.arch === arch) this.machines.delete(key);
    }
  }

  private notice(resource: Resource): void {
    const { name, architecture } = resource;
    const set = newestCompleteSet(resource);
    if (set === undefined || fileOf(set, 'boot-kernel') === undefined) return;
    const [[os = '', release = ''], [arch = '', kernel = '']] = [name.split('/'), architecture.split('/')];
    this.machines.set(`${name} ${architecture}`, { os, release, arch, kernel });
  }

  private note(outage: Outage): void {
    const last = this.outages.findLast(({ machine }) => machine === outage.machine);
    if (last?.to === outage.from - 1) last.to = outage.from;
    else this.outages.push(outage);
  }
}
