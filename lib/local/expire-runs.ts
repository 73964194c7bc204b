import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isExecutionFolder, isFolderOf } from '../job/layout';
import { removeUnusedLock } from '../machine/file-lock';
import { hasCode } from '../store/durable';
import { namesIn } from './names-in';

/** Files that the stages of an execution hand on are useless a day later; in the cloud a lifecycle rule removes them. */
const lifetimeMilliseconds = 24 * 60 * 60 * 1000;

/**
 * Removes downloads that no build has used for a month, and old locks of downloads and boots. Only files with names that
 * this tool gives are removed.
 * @throws MissingTool if a lock is old and flock is not installed
 */
export async function expireDownloads(cache: string, now: Date): Promise<void> {
  const before = now.getTime() - 30 * lifetimeMilliseconds;
  for (const name of await namesIn(cache)) {
    const path = join(cache, name);
    if (isDownload(name) && (await isLeft(path, 'file', before))) await rm(path, { force: true });
    if (isDownloadLock(name) && (await isLeft(path, 'file', before))) await removeUnusedLock(path, before);
  }
  const boots = join(cache, 'boots');
  if (!(await isFolder(boots))) return;
  for (const name of (await namesIn(boots)).filter(isBootLock)) {
    const path = join(boots, name);
    if (await isLeft(path, 'file', before)) await removeUnusedLock(path, before);
  }
}

/** Names that download (lib/machine/download/download.ts) and bootedOnce (lib/stages/boot/reuse-boot.ts) give. */
const isDownload = (name: string) => /^[0-9a-f]{64}(?:\.part)?$/.test(name);
const isDownloadLock = (name: string) => /^[0-9a-f]{64}\.lock$/.test(name);
const isBootLock = (name: string) => /^[0-9a-f]{2}\.lock$/.test(name);

/** Removes what killed executions left in a work folder. Running builds are younger; other names are not ours. */
export async function expireRuns(work: string, now: Date): Promise<void> {
  const folder = join(work, 'runs');
  for (const name of (await namesIn(folder)).filter(isExecutionFolder)) {
    const run = join(folder, name);
    const left = await isLeft(run, 'folder', now.getTime() - lifetimeMilliseconds);
    if (left) await rm(run, { recursive: true, force: true });
  }
}

/** Removes the files that a finished execution handed from stage to stage. */
export async function removeRuns(work: string, execution: string): Promise<void> {
  const folder = join(work, 'runs');
  const own = (await namesIn(folder)).filter((name) => isFolderOf(name, execution));
  for (const name of own) await rm(join(folder, name), { recursive: true, force: true });
}

/** Whether something of this kind was written before a time (milliseconds since 1970); links are not followed. */
async function isLeft(path: string, kind: 'file' | 'folder', before: number): Promise<boolean> {
  try {
    const found = await lstat(path);
    const isKind = kind === 'file' ? found.isFile() : found.isDirectory();
    return isKind && found.mtimeMs < before;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false; // another process removed it first
    throw error;
  }
}

const isFolder = (path: string) => isLeft(path, 'folder', Number.POSITIVE_INFINITY);
