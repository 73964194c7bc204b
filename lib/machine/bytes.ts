import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Keeps bytes in a file for a tool that reads nothing else; makes the folders above it. */
export async function writeBytes(file: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
}

/** @throws what reading it throws (ENOENT, EISDIR, EACCES) */
export async function readBytes(file: string): Promise<Buffer> {
  return readFile(file);
}
