import { readlink, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { MirrorError } from '../../errors';
import { hasCode, putAt } from '../durable';

/**
 * Makes `<view>/<folder>` a relative symbolic link to `pool/<folder>`, so that the directory can be moved and any static web
 * server can serve it. @throws ForeignDirectory if something else has that name
 */
export async function exposeFolder(root: string, view: string, folder: string): Promise<void> {
  const path = join(root, view, folder);
  const target = relative(dirname(path), join(root, 'pool', folder));
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

async function linkTargetOf(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (hasCode(error, 'EINVAL', 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
