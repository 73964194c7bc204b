import type { Chroot } from '../tree/chroot';
import { type InstallOptions, targetWords } from './apt';
import { archiveFailure } from './apt-errors';
import { isKnown, requireKnown } from './apt-names';

export interface NamedVersion {
  readonly name: string;
  readonly version: string;
}

/** What apt would install: the packages and all their dependencies, sorted by name. @throws NoSuchPackage */
export async function resolveInstall(
  chroot: Chroot,
  packages: readonly string[],
  { target }: InstallOptions = {},
): Promise<NamedVersion[]> {
  await requireKnown(chroot, packages);
  try {
    const plan = await chroot.run(
      ['apt-get', '--simulate', '--quiet', ...targetWords(target), 'install', ...packages],
      { quiet: true },
    );
    return installations(plan);
  } catch (error) {
    throw archiveFailure(error);
  }
}

/** @param plan output of `apt-get --simulate`: lines of `Inst name [installed] (version origin [architecture])` */
export function installations(plan: string): NamedVersion[] {
  const found = [...plan.matchAll(/^Inst (\S+) (?:\[[^\]]*\] )?\((\S+) /gm)];
  return found.map(([, name = '', version = '']) => ({ name, version })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Download size of packages (`name=version`) in bytes. */
export async function sizeOfPackages(chroot: Chroot, packages: readonly string[]): Promise<number> {
  if (packages.length === 0) return 0;
  return sizeIn(await chroot.run(['apt-cache', 'show', ...packages], { quiet: true }));
}

/** @param stanzas output of `apt-cache show` */
export function sizeIn(stanzas: string): number {
  const sizes = [...stanzas.matchAll(/^Size: (\d+)$/gm)].map(([, bytes]) => Number(bytes));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * The package to install for a kernel whose meta package also depends on headers, which neither kernel nor initramfs
 * needs: `linux-generic` depends on linux-image-generic and linux-headers-generic.
 */
export async function imagePackageOf(chroot: Chroot, requested: string): Promise<string> {
  if (!(await isKnown(chroot, requested))) return requested;
  const printed = await chroot.run(['apt-cache', 'depends', '--important', requested], { quiet: true }).catch(() => '');
  return imageAmong(requested, printed);
}

/** @param printed output of `apt-cache depends` */
export function imageAmong(requested: string, printed: string): string {
  const dependencies = [...printed.matchAll(/^ *\|?(?:Pre)?Depends: (\S+)$/gm)].map(([, name = '']) => name);
  const headers = dependencies.some((name) => name.startsWith('linux-headers-'));
  const images = dependencies.filter((name) => name.startsWith('linux-image-'));
  return headers && images.length === 1 ? (images[0] ?? requested) : requested;
}

/** Whether a package contains a kernel and is not a meta package: `linux-image-6.8.0-50-generic`. */
export function isKernelImage(name: string): boolean {
  return /^linux-image-(?:unsigned-)?\d/.test(name);
}
