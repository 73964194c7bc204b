import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as errors from '../errors';

/** Puts a file at `path`, creating its folder, so that its name survives a power cut. */
export async function putAt(path: string, put: () => Promise<void>): Promise<void> {
  for (let triesLeft = 10; ; triesLeft--) {
    try {
      await makeFolder(dirname(path));
      await put();
      return await syncFolder(dirname(path));
    } catch (error) {
      // Another process has just removed the folder together with its last object.
      if (triesLeft === 0 || !hasCode(error, 'ENOENT')) throw error;
    }
  }
}

/** Creates a folder and its parents, readable by web servers whatever the umask; they survive a power cut. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    await chmod(made, 0o755);
    await syncFolder(dirname(made));
  }
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}

/** @returns undefined if there is no file at this path */
export function readIfThere(path: string): Promise<Buffer | undefined> {
  return ifThere(() => readFile(path));
}

/** @returns undefined if `work` finds no file: nothing, a folder, or a file in place of a folder */
export async function ifThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
    throw error;
  }
}

/** Runs work that writes `path`. @throws DiskFull if the file system or the quota is full */
export function nameDiskFull<T>(path: string, work: () => Promise<T>): Promise<T> {
  const fileSystem = `free some space on its file system (df -h ${dirname(path)})`;
  return errors.nameDiskFull(path, `${fileSystem} and run the command again; no partial file is left behind`, work);
}

/** Whether writing failed because of permissions, or because the file system is full or read-only. */
export function isUnwritable(error: unknown): boolean {
  return errors.isDiskFull(error) || hasCode(error, 'EACCES', 'EPERM', 'EROFS');
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
