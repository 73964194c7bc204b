import type { Chroot } from '../tree/chroot';
import { noSuchPackage } from './apt-errors';

/**
 * apt treats an unknown name as a pattern: without a package linux-generic-hwe-24.04 it installs
 * linux-generic-hwe-24.04-edge instead, and for python3.1 every Python. Only `apt-cache pkgnames` matches exactly.
 * @throws NoSuchPackage
 */
export async function requireKnown(chroot: Chroot, names: readonly string[]): Promise<void> {
  for (const name of names) if (!(await isKnown(chroot, name))) throw noSuchPackage(name);
}

/**
 * Whether apt will resolve a name to exactly that package. apt itself reports an unknown name that cannot be a pattern.
 * @param word `name` or `name=version`
 */
export async function isKnown(chroot: Chroot, word: string): Promise<boolean> {
  const [name = ''] = word.split('=', 1);
  if (!/[.+]/.test(name)) return true;
  // Includes names that are only provided or depended on, which apt does not treat as patterns either.
  const names = await chroot.run(['apt-cache', '--all-names', 'pkgnames', name], { quiet: true });
  return names.split('\n').includes(name);
}
