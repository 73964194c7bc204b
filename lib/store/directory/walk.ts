import type { Dirent } from 'node:fs';
import { readdir, readlink, realpath, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { hasCode, ifThere } from '../durable';
import { storeFolder } from '../key';
import type { Listed } from '../store';

/**
 * Keys of the regular files with the prefix, in the order of S3. Symbolic links are skipped: those of a view lead to the
 * pool.
 */
export async function* keysBelow(root: string, prefix: string): AsyncIterable<string> {
  yield* keysIn(root, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix);
}

/**
 * Names of the folders in a folder, also of empty ones, which a killed writer may leave. A link to a folder on another disk is
 * a folder, also while that disk is missing: what was decided there must not be overlooked. A link to a folder that is listed
 * itself is skipped: it is another name of the same.
 */
export async function foldersIn(root: string, folder: string): Promise<string[]> {
  const entries = await entriesOf(root, folder);
  const names = entries.filter(({ isFolder }) => isFolder).map(({ key }) => key.slice(folder.length, -1));
  return [...names, ...(await linkedFolders(root, folder))].sort(byBytes);
}

/**
 * Sizes and times of the regular files with the prefix, by key. A link keeps the time of a download of last month, but not
 * that of its own making (ctime).
 */
export async function listingBelow(root: string, prefix: string): Promise<Map<string, Listed>> {
  const listing = new Map<string, Listed>();
  for await (const key of keysBelow(root, prefix)) {
    const found = await ifThere(() => stat(join(root, key)));
    if (found === undefined) continue;
    listing.set(key, { size: found.size, written: found.ctime > found.mtime ? found.ctime : found.mtime });
  }
  return listing;
}

/** Removes a folder and those above it, as long as they are empty and below the root. */
export async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let empty = folder; empty !== root; empty = dirname(empty)) {
    try {
      await rmdir(empty);
    } catch (error) {
      if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY')) return;
      throw error;
    }
  }
}

async function linkedFolders(root: string, folder: string): Promise<string[]> {
  const links = (await entriesIn(root, folder)).filter((entry) => entry.isSymbolicLink());
  const found: string[] = [];
  for (const { name } of links) {
    const path = join(root, folder, name);
    const there = await ifThere(() => stat(path));
    if (there?.isDirectory() === false) continue;
    const named = relative(root, resolve(dirname(path), await readlink(path)));
    const real = there === undefined ? named : relative(await realpath(root), await realpath(path));
    if (!isListed(named) && !isListed(real)) found.push(name);
  }
  return found;
}

/** Whether a path below the root is a folder of the root, or of one that is listed, too: views and snapshots are. */
function isListed(path: string): boolean {
  return path === '' || (!path.startsWith('..') && /^(snapshots\/)?[^/]+$/.test(path));
}

async function* keysIn(root: string, folder: string, prefix: string): AsyncIterable<string> {
  for (const { key, isFolder } of await entriesOf(root, folder)) {
    if (!key.startsWith(prefix) && !prefix.startsWith(key)) continue;
    if (isFolder) yield* keysIn(root, key, prefix);
    else if (key.startsWith(prefix)) yield key;
  }
}

async function entriesOf(root: string, folder: string): Promise<{ key: string; isFolder: boolean }[]> {
  return (await entriesIn(root, folder))
    .filter((entry) => entry.isDirectory() || entry.isFile())
    .map((entry) => ({
      key: `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`, // "a.b" sorts before "a/b"
      isFolder: entry.isDirectory(),
    }))
    .sort((one, other) => (one.key < other.key ? -1 : 1));
}

async function entriesIn(root: string, folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    return entries.filter((entry) => folder !== '' || entry.name !== storeFolder);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return []; // removed in the meantime, or never existed
    throw error;
  }
}

const byBytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));
