import { access, constants, readFile, statfs } from 'node:fs/promises';
import { availableParallelism, machine, release, totalmem } from 'node:os';
import { join } from 'node:path';

/** What `uname -m` says here. */
export function thisMachine(): string {
  return machine();
}

/** What `uname -r` says here. */
export function kernelRelease(): string {
  return release();
}

/** Processors that this process may use. */
export function cores(): number {
  return availableParallelism();
}

/** Bytes that this process and all that it starts may use: those of the machine, or of the container that it is in. */
export function memorySize(): number {
  const limit = process.constrainedMemory(); // 0, or more than any machine has, where there is none
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Bytes that can still be written below a folder. */
export async function freeSpace(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Whether a program would be found. */
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
