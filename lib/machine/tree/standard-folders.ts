import type { Chroot } from './chroot';
import { inside } from './inside/inside';

/** Folders that packages expect, and that images made from a container's root often lack. */
const standard: readonly (readonly [path: string, mode: string])[] = [
  ['tmp', '1777'],
  ['var/tmp', '1777'],
  ['run', '0755'],
  ['root', '0700'],
  ['boot', '0755'],
  ['var/log/apt', '0755'],
  ['var/cache/apt/archives', '0755'],
  ['var/cache/debconf', '0755'],
  ['var/lib/dpkg/updates', '0755'],
];

/** Creates the folders that a tree lacks, with their usual modes. */
export async function makeStandardFolders(chroot: Chroot): Promise<void> {
  const tree = inside(chroot.path);
  for (const [path, mode] of standard) {
    if (tree.kindOf(path) !== undefined) continue;
    await chroot.run(['mkdir', '-p', '-m', mode, `/${path}`], { quiet: true });
  }
}
