import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MirrorError } from '../../errors';
import { hasCode, makeFolder, nameDiskFull } from '../durable';
import { checkFormat, foreignMirror, formatBytes, formatKey } from '../format';
import { storeFolder } from '../key';
import { DirectoryStore } from './directory';

/**
 * Opens a directory that holds a mirror.
 * @param create - make it, or take an empty directory, where there is no mirror yet
 * @param copies - take a copy of views, or of one, which has no format.json: to read only. @default false
 * @throws ForeignDirectory for files that are not a mirror's; NotSupported for a newer format; NoSuchDirectory; BadInput
 * for a file
 */
export async function openMirrorDirectory(
  path: string,
  { create, copies = false }: { readonly create: boolean; readonly copies?: boolean },
): Promise<DirectoryStore> {
  const found = await findMirrorDirectory(path, { copies });
  if (found !== undefined) return found;
  const root = resolve(path);
  const isThere = await isFolder(root);
  if (!create) throw isThere ? foreignMirror(root, 'is empty') : noSuchDirectory(root);
  if (!isThere) await nameDiskFull(root, () => makeFolder(root));
  const store = new DirectoryStore(root);
  await store.create(formatKey, formatBytes, { contentType: 'application/json' });
  return store;
}

/**
 * The mirror in a directory; makes nothing.
 * @returns undefined where one can be made: nothing is there yet, or an empty directory
 * @throws what openMirrorDirectory throws
 */
export async function findMirrorDirectory(
  path: string,
  { copies = false }: { readonly copies?: boolean } = {},
): Promise<DirectoryStore | undefined> {
  const root = resolve(path);
  if (!(await isFolder(root))) return undefined;

  // Looked at before format.json: that is always the first to come.
  const names = await readdir(root);
  const isEmpty = names.every((name) => belongsToNobody.includes(name) || name.startsWith(triedFolder));
  const store = new DirectoryStore(root);
  const format = await store.read(formatKey);
  if (format !== undefined) checkFormat(root, format.bytes);
  else if (isEmpty) return undefined;
  else if (!copies || !(await holdsViews(store, names))) throw foreignMirror(root, `has files but no ${formatKey}`);
  return store;
}

/** Opens a directory in which stages hand things to each other; makes it where it is missing. @throws BadInput for a file */
export async function openWorkDirectory(path: string): Promise<DirectoryStore> {
  const root = resolve(path);
  if (!(await isFolder(root))) await nameDiskFull(root, () => makeFolder(root));
  return new DirectoryStore(root);
}

/** Whether the folder is a view, or has some; snapshots are a folder deeper. */
async function holdsViews(store: DirectoryStore, names: readonly string[]): Promise<boolean> {
  for (const folder of ['', ...names.filter((name) => name !== storeFolder).map((name) => `${name}/`)]) {
    if ((await store.read(`${folder}${indexOfView}`)) !== undefined) return true;
  }
  for await (const key of store.list('snapshots/')) if (key.endsWith(`/${indexOfView}`)) return true;
  return false;
}

/** By which readers know a view. */
export const indexOfView = 'streams/v1/index.sjson';

// A new file system has lost+found; .store alone is left by a process that died at once.
const belongsToNobody = [storeFolder, 'lost+found'];

/**
 * How names of folders begin by which it is tried whether something can be written. One is there while another build looks,
 * or was left by one that was killed then.
 */
export const triedFolder = '.maas-mirror-';

async function isFolder(root: string): Promise<boolean> {
  try {
    if ((await stat(root)).isDirectory()) return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    if (!hasCode(error, 'ENOTDIR')) throw error;
  }
  throw new MirrorError('BadInput', `${root} is a file, or lies below one`, { hint: 'name a directory', misuse: true });
}

function noSuchDirectory(root: string): MirrorError {
  return new MirrorError('NoSuchDirectory', `${root} does not exist`, { hint: 'maas-mirror build makes it' });
}
