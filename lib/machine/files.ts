import { lstat, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
}

export async function writeText(file: string, text: string): Promise<void> {
  await writeFile(file, text);
}

export async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8');
}

/** Paths of the regular files below a folder, relative to it. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort();
}

/** Modification time of a file, in whole seconds since 1970. */
export async function timeOf(file: string): Promise<number> {
  return Math.floor((await stat(file)).mtimeMs / 1000);
}

/** Size in bytes. */
export async function sizeOf(file: string): Promise<number> {
  return (await stat(file)).size;
}

/** Whether a path exists, dangling links included. */
export async function pathExists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
