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
  /** Tree with the kernel. */
  readonly root: string;
  /** `uname -r` of the kernel. */
  readonly release: string;
  /** Path of the initrd on this machine. */
  readonly initrd: string;
}

/** Result of checking an initrd. */
export interface DriverReport {
  /** Number of required drivers that the kernel's packages contain. */
  readonly wanted: number;
  /** Number of these that the initrd contains. */
  readonly found: number;
}

/**
 * Checks that an initrd contains the required drivers that its kernel's packages have as modules. Uses dpkg's file lists,
 * which also name files that dpkg was configured to leave out.
 * @throws IncompleteInitrd with the missing drivers; NoKernel if no package has modules for the kernel
 */
export async function requireDrivers(
  { root, release, initrd }: BuiltInitrd,
  wanted: WantedDrivers,
): Promise<DriverReport> {
  const ofKernel = modulesOfKernel(root, release);
  if (ofKernel.length === 0) {
    throw new MirrorError('NoKernel', `no installed package has modules for the kernel ${release}`, {
      hint: 'check that the archive has the modules package and that the kernel package depends on it',
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
  logLine(`missing from the initrd: ${missing.join(', ')}`);
  throw new MirrorError(
    'IncompleteInitrd',
    `the initrd of ${release} lacks ${missing.length} of ${wanted.length} drivers that its kernel has: ${listed(missing)}`,
    { hint: 'machines that need these drivers would not boot; see the log for why they were left out' },
  );
}

/** The modules of a kernel according to the packages in a tree. */
function modulesOfKernel(root: string, release: string): string[] {
  const lists = packageLists(inside(root), /^linux-[^/]*\.list$/);
  return modulesBelow(
    lists.flatMap(({ paths }) => paths),
    release,
  );
}

/** Selects modules from paths of a tree or archive; returns paths relative to the kernel's folder. */
function modulesBelow(paths: readonly string[], release: string): string[] {
  const folders = [`lib/modules/${release}/`, `usr/lib/modules/${release}/`];
  return paths.flatMap((path) => {
    const folder = folders.find((one) => path.startsWith(one));
    return folder !== undefined && isModule.test(path) ? [path.slice(folder.length)] : [];
  });
}

const isModule = /\.ko(?:\.(?:gz|xz|zst))?$/;

/** `e1000e` for …/e1000e.ko.zst; dashes and underscores are equivalent in module names. */
function moduleName(path: string): string {
  return basename(path).replace(isModule, '').replaceAll('-', '_');
}

function listed(names: readonly string[]): string {
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return `${names.slice(0, mostNamed).join(', ')}${more}`;
}

/** The log lists all of them. */
const mostNamed = 60;

/** Common server drivers first, which readers recognise. */
function byRank(one: string, other: string): number {
  const rank = (name: string) => (frequent.includes(name) ? frequent.indexOf(name) : frequent.length);
  return rank(one) - rank(other) || (one < other ? -1 : 1);
}

const frequent = [
  ...['nvme', 'ahci', 'e1000e', 'megaraid_sas', 'mpt3sas', 'smartpqi', 'aacraid', 'sd_mod', 'raid1', 'raid456'],
  ...['igb', 'ixgbe', 'i40e', 'ice', 'igc', 'tg3', 'bnxt_en', 'mlx5_core', 'r8169', 'ena', 'virtio_net', 'virtio_blk'],
];
