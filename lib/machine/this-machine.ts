import { access, constants, readFile, statfs } from 'node:fs/promises';
import { availableParallelism, machine, release, totalmem } from 'node:os';
import { join } from 'node:path';

/** `uname -m` of this machine. */
export function thisMachine(): string {
  return machine();
}

/** `uname -r` of this machine. */
export function kernelRelease(): string {
  return release();
}

/** Number of processors that this process may use. */
export function cores(): number {
  return availableParallelism();
}

/** Memory in bytes that this process and its children may use: that of the machine or of the container. */
export function memorySize(): number {
  const limit = process.constrainedMemory(); // without a limit, 0 or more than any machine has
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Free bytes on the file system of a folder. */
export async function freeSpace(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Whether a program is in PATH. */
export async function isInstalled(program: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(':').filter(Boolean);
  const found = folders.map((folder) => access(join(folder, program), constants.X_OK));
  return Promise.any(found).then(
    () => true,
    () => false,
  );
}

/** Which distribution this machine runs, as its os-release says: `debian`, `ubuntu`; empty where it does not say. */
export async function distribution(file = '/etc/os-release'): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return /^ID=["']?([a-z0-9._-]*)/m.exec(text)?.[1] ?? '';
}
