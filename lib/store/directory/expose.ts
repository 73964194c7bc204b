import { readlink, realpath, symlink, unlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { MirrorError } from '../../errors';
import { hasCode, ifThere, putAt } from '../durable';

/**
 * Makes `<view>/<folder>` a relative symbolic link to `pool/<folder>`, so that the directory can be moved and any static web
 * server can serve it. @throws ForeignDirectory if something else has that name
 */
export async function exposeFolder(root: string, view: string, folder: string): Promise<void> {
  const path = join(root, view, folder);
  const inside = relative(dirname(path), join(root, 'pool', folder));
  const moved = await movedTarget(root, view, folder);
  const target = moved ?? inside;
  // The link was right before the folder of the view was moved.
  if (moved !== undefined && (await linkTargetOf(path)) === inside) await ifThere(() => unlink(path));
  try {
    await putAt(path, () => symlink(target, path));
  } catch (error) {
    if (!hasCode(error, 'EEXIST', 'ENOTDIR')) throw error;
    const there = await linkTargetOf(path);
    if (there === target) return;
    throw new MirrorError(
      'ForeignDirectory',
      `${path} is ${there ? `a link to ${there}` : 'not a link'}, not to ${target}`,
      {
        hint: 'it was not created by maas-mirror; move it away and run the command again',
        cause: error,
      },
    );
  }
}

/** Where a link leads if the folder of the view is itself a link to another place; undefined if it is not. */
async function movedTarget(root: string, view: string, folder: string): Promise<string | undefined> {
  const from = await ifThere(() => realpath(join(root, view)));
  if (from === undefined) return undefined;
  const own = await realpath(root);
  if (from === join(own, view)) return undefined;
  return relative(join(from, dirname(folder)), join(own, 'pool', folder));
}

async function linkTargetOf(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (hasCode(error, 'EINVAL', 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
