import type { Chroot } from '../tree/chroot';
import { noSuchPackage } from './apt-errors';

/**
 * apt takes a name that it does not know for a pattern: where there is no linux-generic-hwe-24.04, it installs
 * linux-generic-hwe-24.04-edge instead, and for python3.1 every Python. Only its own look at a name is exact.
 * @throws NoSuchPackage
 */
export async function requireKnown(chroot: Chroot, names: readonly string[]): Promise<void> {
  for (const name of names) if (!(await isKnown(chroot, name))) throw noSuchPackage(name);
}

/**
 * Whether apt will take a name for that package and no other; of one that cannot be a pattern it says so itself.
 * @param word a name, or `name=version`
 */
export async function isKnown(chroot: Chroot, word: string): Promise<boolean> {
  const [name = ''] = word.split('=', 1);
  if (!/[.+]/.test(name)) return true;
  // Also those that are only provided, or depended on, which it does not take for patterns either.
  const names = await chroot.run(['apt-cache', '--all-names', 'pkgnames', name], { quiet: true });
  return names.split('\n').includes(name);
}
