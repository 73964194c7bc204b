import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../durable';
import { storeFolder } from '../key';

/**
 * Keys of the regular files with the prefix, in the order of S3. Symbolic links are skipped: those of a view lead to the
 * pool.
 */
export async function* keysBelow(root: string, prefix: string): AsyncIterable<string> {
  yield* keysIn(root, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix);
}

async function* keysIn(root: string, folder: string, prefix: string): AsyncIterable<string> {
  for (const { key, isFolder } of await entriesOf(root, folder)) {
    if (!key.startsWith(prefix) && !prefix.startsWith(key)) continue;
    if (isFolder) yield* keysIn(root, key, prefix);
    else if (key.startsWith(prefix)) yield key;
  }
}

async function entriesOf(root: string, folder: string): Promise<{ key: string; isFolder: boolean }[]> {
  try {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() || entry.isFile())
      .filter((entry) => folder !== '' || entry.name !== storeFolder)
      .map((entry) => ({
        key: `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`, // "a.b" sorts before "a/b"
        isFolder: entry.isDirectory(),
      }))
      .sort((one, other) => (one.key < other.key ? -1 : 1));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return []; // removed in the meantime, or never existed
    throw error;
  }
}
