import { basename, dirname, join } from 'node:path';
import { makeFolder, timeOf } from '../files';
import { run } from '../run';
import { inside } from '../tree/inside/inside';

/**
 * Unpacks packages over each other into a folder, without running their scripts. Each is first unpacked separately: tar
 * would follow a link that another package has put in place of a folder, while cp refuses to.
 */
export async function unpackPackages(files: readonly string[], folder: string): Promise<void> {
  for (const [index, file] of files.entries()) {
    const own = `${folder}.${index}`;
    await run(['dpkg-deb', '--extract', file, own], { quiet: true });
    await run(['cp', '--archive', '--remove-destination', '--no-target-directory', own, folder], { quiet: true });
  }
}

export interface TreeFile {
  /** File name in the tree, without folders. */
  readonly name: string;
  /** Path of the copy. */
  readonly file: string;
}

/**
 * Copies the files that match a path from an unpacked tree, sorted by name, with their times. Links resolve as on a
 * machine that has the package installed.
 * @param path without a leading slash; `*` in its last part matches any text: `usr/lib/syslinux/modules/bios/*.c32`
 * @param to folder on this machine that has none of these files yet
 */
export async function takeFiles(tree: string, path: string, to: string): Promise<TreeFile[]> {
  const [folder, pattern] = [dirname(path), patternOf(basename(path))];
  const from = inside(tree);
  await makeFolder(to);
  const names = from.list(folder).map(({ name }) => name);
  return names.flatMap((name) => {
    const found = pattern.test(name) ? from.fileAt(join(folder, name)) : undefined;
    if (found === undefined) return [];
    const file = join(to, name);
    from.copyOut(found, file);
    return [{ name, file }];
  });
}

/** Modification time of the newest file, in whole seconds since 1970; 0 without files. */
export async function newestTime(files: readonly string[]): Promise<number> {
  return Math.max(0, ...(await Promise.all(files.map(timeOf))));
}

function patternOf(name: string): RegExp {
  return new RegExp(
    `^${name
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );
}
