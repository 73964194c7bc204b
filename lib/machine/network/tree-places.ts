import { constants } from 'node:fs';
import { lstat, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { MirrorError } from '../../errors';

/** dpkg's status of a machine with everything installed has some 100 MB. */
const mostBytes = 256 * 1024 * 1024;

/** A folder of a tree in which nothing runs now, made where it is missing. @throws BadImage where a link leads elsewhere */
export async function folderInTree(tree: string, path: string): Promise<string> {
  let folder = tree;
  for (const name of path.split('/')) {
    folder = join(folder, name);
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    if (!(await lstat(folder)).isDirectory()) throw elsewhere(tree, folder);
  }
  return folder;
}

/** What a file of such a tree holds; undefined where it is missing. @throws BadImage for what is no plain file */
export async function fileInTree(tree: string, path: string): Promise<Buffer | undefined> {
  const [, above = '', name = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
  const file = join(await folderInTree(tree, above), name);
  const found = await lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (found === undefined) return undefined;
  if (!found.isFile() || found.size > mostBytes) throw elsewhere(tree, file);
  await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  return await handle.readFile();
}

function elsewhere(tree: string, path: string): MirrorError {
  return new MirrorError('BadImage', `${path.slice(tree.length)} is not the folder or file that apt has there`, {
    hint: 'a package of the image or of an added repository has made it; build without that package',
  });
}
