import { createHash } from 'node:crypto';
import type { Inside } from '../tree/inside/inside';
import { textsIn } from '../tree/inside/lists';

/** What dpkg knows of the files in a tree. Paths have no slash in front: `etc/apt/apt.conf.d/01autoremove`. */
export interface PackageFiles {
  /** Whether a package brought a file, and it is no setting that has been changed since. */
  isPristine(path: string): boolean;
}

/** Reads dpkg's lists; a tree without any has no packaged files. */
export function packageFiles(tree: Inside): PackageFiles {
  const owned = new Set(packageLists(tree, /\.list$/).flatMap(({ paths }) => paths.map(merged)));
  const conffiles = conffilesOf(tree.readText('var/lib/dpkg/status', mostStatus) ?? '');
  return {
    isPristine(path) {
      if (!owned.has(merged(path))) return false;
      const packaged = conffiles.get(path);
      if (packaged === undefined || tree.kindOf(path) !== 'file') return true;
      return md5Of(tree.read(path) ?? Buffer.alloc(0)) === packaged;
    },
  };
}

export interface PackageList {
  /** Name of the package, without its architecture. */
  readonly name: string;
  /** Its files and folders; those too that a setting of dpkg kept out of the tree (path-exclude). */
  readonly paths: readonly string[];
}

/** @param names of the files in dpkg's folder: `linux-modules-6.8.0-50-generic.list`, `libc6:amd64.list` */
export function packageLists(tree: Inside, names: RegExp): PackageList[] {
  return textsIn(tree, 'var/lib/dpkg/info', names).map(({ name, text }) => ({
    name: name.replace(/(?::[a-z0-9-]+)?\.list$/, ''),
    paths: text.split('\n').flatMap((line) => (line.length > 1 ? [line.slice(1)] : [])),
  }));
}

/** What is in /lib and in /usr/lib is the same since these are merged; packages name it in both ways. */
function merged(path: string): string {
  return path.replace(/^usr\/(?=(?:bin|sbin|lib)\/)/, '');
}

/** @param status text of /var/lib/dpkg/status @returns by path: the md5 of the file as its package has it */
export function conffilesOf(status: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of status.split('\n')) {
    const [, path, md5] = /^ \/(\S+) ([0-9a-f]{32})(?: |$)/.exec(line) ?? [];
    if (path !== undefined && md5 !== undefined) found.set(path, md5);
  }
  return found;
}

/** dpkg's status of a machine with everything installed has some 100 MB. */
const mostStatus = 256 * 1024 * 1024;

/** What dpkg itself compares, and no protection. */
function md5Of(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
