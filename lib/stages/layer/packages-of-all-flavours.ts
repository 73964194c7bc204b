import { isKernelPackage } from '../../job/releases/kernel-package';
import { aptInstall } from '../../machine/apt/apt';
import { type NamedVersion, resolveInstall, sizeOfPackages } from '../../machine/apt/apt-resolve';
import type { AptTree } from '../../machine/apt/apt-tree';
import { progress } from '../../machine/log';
import type { Chroot } from '../../machine/tree/chroot';
import { inside } from '../../machine/tree/inside/inside';
import type { Resolution } from './resolve-kernels';

/**
 * Installs what every flavour would install in addition to its own kernel, mainly firmware: half a gigabyte on Ubuntu, which
 * each flavour would otherwise download and unpack itself. Flavours then find it installed, in exactly these versions.
 * All downloaded packages are removed from the layer: they take as much space again.
 */
export async function installCommon(chroot: AptTree, resolution: Resolution): Promise<void> {
  const found = commonPackages(resolution);
  const isWorthIt = (await sizeOfPackages(chroot, found.map(exactly))) >= leastBytes;
  const common = isWorthIt ? await closed(chroot, found) : [];
  if (common.length > 0) {
    progress(`installing packages common to all flavours: ${common.map(({ name }) => name).join(', ')}`);
    await aptInstall(chroot, common.map(exactly));
  }
  await dropDownloads(chroot);
}

/** Less than this is unpacked by every flavour faster than apt starts: Debian's kernels share a package of 40 kB. */
const leastBytes = 1_000_000;

/**
 * The packages that all flavours would install in the same version, except kernels and their parts, whose scripts run hooks
 * of the image. None if there is only one kernel to build.
 */
export function commonPackages({ kernels, installed }: Resolution): NamedVersion[] {
  const resolved = kernels.filter((one) => one.outcome === 'resolved');
  if (new Set(resolved.map(({ packages }) => packages)).size < 2) return [];
  const [first = [], ...others] = resolved.map(({ kernel }) => installed[kernel] ?? []);
  const isEverywhere = (one: NamedVersion) => others.every((list) => has(list, one));
  // No flavour is known to need packages of a foreign architecture (`libc6:i386`).
  return first.filter((one) => isEverywhere(one) && !isKernelPackage(one.name) && !one.name.includes(':'));
}

async function dropDownloads({ path }: Chroot): Promise<void> {
  const tree = inside(path);
  const folder = 'var/cache/apt/archives';
  for (const { name } of tree.list(folder)) {
    if (name.endsWith('.deb')) await tree.remove(`${folder}/${name}`);
  }
}

/** Packages that depend only on each other: one that depends on any kernel would install a kernel that no flavour requested. */
async function closed(chroot: Chroot, common: readonly NamedVersion[]): Promise<readonly NamedVersion[]> {
  if (common.length === 0 || (await bringsOnly(chroot, common, common))) return common;
  const kept: NamedVersion[] = [];
  for (const one of common) if (await bringsOnly(chroot, [one], common)) kept.push(one);
  return kept;
}

async function bringsOnly(chroot: Chroot, some: readonly NamedVersion[], all: readonly NamedVersion[]) {
  const brought = await resolveInstall(chroot, some.map(exactly));
  return brought.every((one) => has(all, one));
}

const has = (list: readonly NamedVersion[], { name, version }: NamedVersion) =>
  list.some((one) => one.name === name && one.version === version);

const exactly = ({ name, version }: NamedVersion) => `${name}=${version}`;
