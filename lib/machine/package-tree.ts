import { readdir, readlink, stat } from 'node:fs/promises';
import { basename, dirname, join, normalize } from 'node:path';
import { MirrorError } from '../errors';
import { run } from './run';

/** Unpacks packages over each other into a folder, without running anything of theirs. */
export async function unpackPackages(files: readonly string[], folder: string): Promise<void> {
  for (const file of files) await run(['dpkg-deb', '--extract', file, folder], { quiet: true });
}

export interface TreeFile {
  /** As it is called in the tree, without folders. */
  readonly name: string;
  /** Where its bytes lie. */
  readonly file: string;
}

/**
 * The files of an unpacked tree that fit a path, sorted by name.
 * @param path without a leading slash; `*` in its last part stands for anything: `usr/lib/syslinux/modules/bios/*.c32`
 */
export async function filesInTree(tree: string, path: string): Promise<TreeFile[]> {
  const [folder, pattern] = [dirname(path), patternOf(basename(path))];
  const names = await readdir(join(tree, folder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  const fitting = names.filter((name) => pattern.test(name)).sort();
  const files = await Promise.all(
    fitting.map(async (name) => ({ name, file: await follow(tree, join(folder, name)) })),
  );
  return files.filter((one) => one.file !== undefined) as TreeFile[];
}

/** When the newest of some files was written, in whole seconds since 1970; 0 of none. */
export async function newestTime(files: readonly string[]): Promise<number> {
  const times = await Promise.all(files.map(async (file) => Math.floor((await stat(file)).mtimeMs / 1000)));
  return Math.max(0, ...times);
}

function patternOf(name: string): RegExp {
  return new RegExp(
    `^${name
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );
}

/** A link leads where it would on a machine that has the package installed: never out of the tree. */
async function follow(tree: string, path: string, steps = 8): Promise<string | undefined> {
  const target = await readlink(join(tree, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EINVAL') return undefined; // no link
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '';
    throw error;
  });
  if (target === '') return undefined;
  if (target === undefined) return (await stat(join(tree, path))).isFile() ? join(tree, path) : undefined;
  const inside = normalize(target.startsWith('/') ? target.slice(1) : join(dirname(path), target));
  if (inside.startsWith('..') || steps === 0) {
    throw new MirrorError('BadFormat', `the link ${path} of a package leads to ${target}`, {
      hint: 'it leads out of the package, or in a circle',
    });
  }
  return follow(tree, inside, steps - 1);
}
