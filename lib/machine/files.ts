import { lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
}

export async function writeText(file: string, text: string): Promise<void> {
  await writeFile(file, text);
}

export async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8');
}

/** The text files below a folder whose names match, by name. */
export async function readFolder(folder: string, names: RegExp): Promise<{ name: string; text: string }[]> {
  const found = (await readdir(folder, { recursive: true })).filter((name) => names.test(name)).sort();
  return Promise.all(found.map(async (name) => ({ name, text: await readText(join(folder, name)) })));
}

/** Whether there is something at a path, if only a link that leads nowhere. */
export async function pathExists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Puts a symbolic link in place of whatever lies there. */
export async function linkTo(target: string, path: string): Promise<void> {
  await rm(path, { force: true });
  await symlink(target, path);
}
