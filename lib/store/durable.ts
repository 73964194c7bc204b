import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as errors from '../errors';

/** Puts a file at `path`, in a folder that is made, and makes its name survive a power cut. */
export async function putAt(path: string, put: () => Promise<void>): Promise<void> {
  for (let triesLeft = 10; ; triesLeft--) {
    try {
      await makeFolder(dirname(path));
      await put();
      return await syncFolder(dirname(path));
    } catch (error) {
      // Another process removed the folder's last object, and the folder with it, in this moment.
      if (triesLeft === 0 || !hasCode(error, 'ENOENT')) throw error;
    }
  }
}

/** Makes a folder and those above it, readable by every web server whatever the umask says; they survive a power cut. */
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

/** @returns undefined where no file has this path */
export function readIfThere(path: string): Promise<Buffer | undefined> {
  return ifThere(() => readFile(path));
}

/** @returns undefined where `work` finds no file: nothing, a folder, or a file in place of a folder */
export async function ifThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
    throw error;
  }
}

/** Runs work that writes `path`. @throws DiskFull where the file system or the quota is used up */
export function nameDiskFull<T>(path: string, work: () => Promise<T>): Promise<T> {
  const fileSystem = `make room on its file system (df -h ${dirname(path)})`;
  return errors.nameDiskFull(path, `${fileSystem} and run the command again; nothing half-written stays`, work);
}

/** The caller may not write there, or nobody can at the moment. */
export function isUnwritable(error: unknown): boolean {
  return errors.isDiskFull(error) || hasCode(error, 'EACCES', 'EPERM', 'EROFS');
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
