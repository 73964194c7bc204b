import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MirrorError } from '../../errors';
import { hasCode, makeFolder, nameDiskFull } from '../durable';
import { checkFormat, foreignMirror, formatBytes, formatKey } from '../format';
import { storeFolder } from '../key';
import { DirectoryStore } from './directory';

/**
 * Opens a directory that contains a mirror.
 * @param create - create a mirror if the directory is missing or empty
 * @param copies - also accept, for reading, a copy of one or more views, without format.json. @default false
 * @param writes - the mirror is to be changed. @default create
 * @throws ForeignDirectory for a directory with other files; NotSupported for a newer format, or if it may only be read;
 * NoSuchDirectory; BadInput for a file
 */
export async function openMirrorDirectory(
  path: string,
  {
    create,
    copies = false,
    writes = create,
  }: { readonly create: boolean; readonly copies?: boolean; readonly writes?: boolean },
): Promise<DirectoryStore> {
  const found = await findMirrorDirectory(path, { copies, writes });
  if (found !== undefined) return found;
  const root = resolve(path);
  const isThere = await isFolder(root);
  if (!create) throw isThere ? foreignMirror(root, ': it is empty') : noSuchDirectory(root);
  if (!isThere) await nameDiskFull(root, () => makeFolder(root));
  const store = new DirectoryStore(root);
  await store.create(formatKey, formatBytes, { contentType: 'application/json' });
  return store;
}

/**
 * Finds the mirror in a directory; creates nothing.
 * @returns undefined if one can be created: the directory is missing or empty
 * @throws errors of openMirrorDirectory
 */
export async function findMirrorDirectory(
  path: string,
  { copies = false, writes = false }: { readonly copies?: boolean; readonly writes?: boolean } = {},
): Promise<DirectoryStore | undefined> {
  const root = resolve(path);
  if (!(await isFolder(root))) return undefined;

  // Listed before format.json is read, because writers create that first.
  const names = await readdir(root);
  const isEmpty = names.every((name) => belongsToNobody.includes(name) || name.startsWith(triedFolder));
  const store = new DirectoryStore(root);
  const format = await store.read(formatKey);
  if (format !== undefined) checkFormat(root, format.bytes, { writes });
  else if (isEmpty) return undefined;
  else if (!copies || !(await holdsViews(store, names)))
    throw foreignMirror(root, ` (it has no ${formatKey}) and is not empty`);
  return store;
}

/** Opens a directory through which stages pass data, creating it if missing. @throws BadInput for a file */
export async function openWorkDirectory(path: string): Promise<DirectoryStore> {
  const root = resolve(path);
  if (!(await isFolder(root))) await nameDiskFull(root, () => makeFolder(root));
  return new DirectoryStore(root);
}

/** Whether the folder is a view, or contains views; snapshots are one level deeper. */
async function holdsViews(store: DirectoryStore, names: readonly string[]): Promise<boolean> {
  for (const folder of ['', ...names.filter((name) => name !== storeFolder).map((name) => `${name}/`)]) {
    if ((await store.read(`${folder}${indexOfView}`)) !== undefined) return true;
  }
  for await (const key of store.list('snapshots/')) if (key.endsWith(`/${indexOfView}`)) return true;
  return false;
}

/** The file by which readers find a view. */
export const indexOfView = 'streams/v1/index.sjson';

// A new file system has lost+found; a process that was killed early leaves only .store.
const belongsToNobody = [storeFolder, 'lost+found'];

/**
 * Prefix of temporary folders with which builds test whether they can write. One exists while another build starts, or was left
 * by a build that was killed.
 */
export const triedFolder = '.maas-mirror-';

async function isFolder(root: string): Promise<boolean> {
  try {
    if ((await stat(root)).isDirectory()) return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    if (!hasCode(error, 'ENOTDIR')) throw error;
  }
  throw new MirrorError('BadInput', `${root} is a file, or is inside a path that is a file`, {
    hint: 'give a folder',
    misuse: true,
  });
}

function noSuchDirectory(root: string): MirrorError {
  return new MirrorError('NoSuchDirectory', `${root} does not exist`, { hint: '`maas-mirror build` creates it' });
}
