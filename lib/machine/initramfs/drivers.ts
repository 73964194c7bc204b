import { basename } from 'node:path';
import { MirrorError } from '../../errors';
import { packageLists } from '../dpkg/package-files';
import { logLine } from '../log';
import { inside } from '../tree/inside/inside';
import { namesInInitrd } from './read-initrd';

export interface WantedDrivers {
  /** Folders below /lib/modules/<release>/: `kernel/drivers/nvme`. */
  readonly directories: readonly string[];
  readonly modules: readonly string[];
}

export interface BuiltInitrd {
  /** The tree with the kernel. */
  readonly root: string;
  /** What `uname -r` prints. */
  readonly release: string;
  /** Path of the initrd on this machine. */
  readonly initrd: string;
}

/** What was found when an initrd was looked through. */
export interface DriverReport {
  /** Drivers that the kernel's packages have and an initrd must hold. */
  readonly wanted: number;
  /** Those of them that it holds. */
  readonly found: number;
}

/**
 * Looks whether an initrd holds the drivers that are wanted of it and that its kernel's packages have as modules. These are
 * told by the lists that dpkg keeps, which a setting that left files out does not change.
 * @throws IncompleteInitrd naming what is missing; NoKernel where no package has modules of the kernel
 */
export async function requireDrivers(
  { root, release, initrd }: BuiltInitrd,
  wanted: WantedDrivers,
): Promise<DriverReport> {
  const ofKernel = modulesOfKernel(root, release);
  if (ofKernel.length === 0) {
    throw new MirrorError('NoKernel', `no package that is installed has modules of the kernel ${release}`, {
      hint: 'they are missing in the archive, or the kernel package does not depend on them',
    });
  }
  return compare(ofKernel, modulesBelow(await namesInInitrd(initrd), release), release, wanted);
}

/** @param ofKernel paths below /lib/modules/<release>/, as those in the initrd @throws IncompleteInitrd */
export function compare(
  ofKernel: readonly string[],
  inInitrd: readonly string[],
  release: string,
  { directories, modules }: WantedDrivers,
): DriverReport {
  const names = new Set(modules.map(moduleName));
  const isWanted = (path: string) =>
    names.has(moduleName(path)) || directories.some((folder) => path.startsWith(`${folder}/`));
  const wanted = [...new Set(ofKernel.filter(isWanted).map(moduleName))];
  const held = new Set(inInitrd.map(moduleName));
  const missing = wanted.filter((name) => !held.has(name)).sort(byRank);
  if (missing.length === 0) return { wanted: wanted.length, found: wanted.length };
  logLine(`missing in the initrd: ${missing.join(', ')}`);
  throw new MirrorError(
    'IncompleteInitrd',
    `the initrd of ${release} lacks ${missing.length} of ${wanted.length} drivers that its kernel has: ${listed(missing)}`,
    { hint: 'machines with such a card or disk would not boot; see in the log what made the initrd leave them out' },
  );
}

/** What the packages in a tree have in a kernel's folder of modules. */
function modulesOfKernel(root: string, release: string): string[] {
  const lists = packageLists(inside(root), /^linux-[^/]*\.list$/);
  return modulesBelow(
    lists.flatMap(({ paths }) => paths),
    release,
  );
}

/** Modules among paths of a tree or an archive, by their paths below the kernel's folder. */
function modulesBelow(paths: readonly string[], release: string): string[] {
  const folders = [`lib/modules/${release}/`, `usr/lib/modules/${release}/`];
  return paths.flatMap((path) => {
    const folder = folders.find((one) => path.startsWith(one));
    return folder !== undefined && isModule.test(path) ? [path.slice(folder.length)] : [];
  });
}

const isModule = /\.ko(?:\.(?:gz|xz|zst))?$/;

/** `e1000e` of …/e1000e.ko.zst; dashes and underscores are the same in names of modules. */
function moduleName(path: string): string {
  return basename(path).replace(isModule, '').replaceAll('-', '_');
}

function listed(names: readonly string[]): string {
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return `${names.slice(0, mostNamed).join(', ')}${more}`;
}

/** The log has all of them. */
const mostNamed = 60;

/** First those that most servers have, which a reader knows. */
function byRank(one: string, other: string): number {
  const rank = (name: string) => (frequent.includes(name) ? frequent.indexOf(name) : frequent.length);
  return rank(one) - rank(other) || (one < other ? -1 : 1);
}

const frequent = [
  ...['nvme', 'ahci', 'e1000e', 'megaraid_sas', 'mpt3sas', 'smartpqi', 'aacraid', 'sd_mod', 'raid1', 'raid456'],
  ...['igb', 'ixgbe', 'i40e', 'ice', 'igc', 'tg3', 'bnxt_en', 'mlx5_core', 'r8169', 'ena', 'virtio_net', 'virtio_blk'],
];
