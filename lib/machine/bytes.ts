import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes bytes to a file, for tools that read only files; creates missing parent folders. */
export async function writeBytes(file: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
}

/** @throws errors of the file system (ENOENT, EISDIR, EACCES) */
export async function readBytes(file: string): Promise<Buffer> {
  return readFile(file);
}
