import { join } from 'node:path';
import { MirrorError } from '../../errors';
import { digestOf } from '../digest';
import { readText } from '../files';
import { inside } from '../tree/inside/inside';
import type { AptTree } from './apt-tree';

/** The sha256 values of kernels by path: `/boot/vmlinuz-6.8.0-50-generic`. */
export type PackagedKernels = ReadonlyMap<string, readonly string[]>;

/**
 * Lists the kernels in the packages downloaded for a tree. Call it before they are installed: hooks of other packages, or
 * a dpkg that these have changed, may replace a kernel during installation.
 * @param tools folder that contains packaged-kernels.sh
 */
export async function packagedKernels(apt: AptTree, tools: string): Promise<PackagedKernels> {
  const script = await readText(join(tools, 'packaged-kernels.sh'));
  return kernelsIn(await apt.aside(['sh', '-c', script, 'sh', '/var/cache/apt/archives']));
}

/** @param printed output of packaged-kernels.sh: lines of a sha256 and a path */
export function kernelsIn(printed: string): PackagedKernels {
  const found = new Map<string, string[]>();
  for (const line of printed.split('\n')) {
    const [, sha256 = '', path = ''] = /^([0-9a-f]{64}) (\/boot\/\S+)$/.exec(line) ?? [];
    if (path !== '') found.set(path, [...(found.get(path) ?? []), sha256]);
  }
  return found;
}

/**
 * Checks that an extracted kernel is the one from its package or from the image.
 * @param kernel its path in the tree, and the file extracted from there
 * @param image the mounted image below the tree, which may already contain the kernel
 * @param scratch folder for a copy
 * @throws BadImage if it is neither
 */
export async function requirePackaged(
  kernel: { readonly path: string; readonly file: string },
  packaged: PackagedKernels,
  image: string,
  scratch: string,
): Promise<void> {
  const { sha256 } = await digestOf(kernel.file);
  const known = packaged.get(kernel.path) ?? (await ofImage(kernel.path, image, scratch));
  if (known.includes(sha256)) return;
  throw new MirrorError('BadImage', `${kernel.path} in the image differs from the kernel in its package`, {
    hint: 'a hook of the image or of another package has changed it; build without the repository that contains the hook',
  });
}

async function ofImage(path: string, image: string, scratch: string): Promise<string[]> {
  const tree = inside(image);
  if (tree.kindOf(path) !== 'file') return [];
  const copy = join(scratch, 'kernel-of-the-image');
  tree.copyOut(path, copy);
  return [(await digestOf(copy)).sha256];
}
