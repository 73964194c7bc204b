import { createHash } from 'node:crypto';
import type { Inside } from '../tree/inside/inside';
import { textsIn } from '../tree/inside/lists';

/** dpkg's records of the files in a tree. Paths have no leading slash: `etc/apt/apt.conf.d/01autoremove`. */
export interface PackageFiles {
  /** Whether a file comes from a package and is not a conffile that has been changed since. */
  isPristine(path: string): boolean;
}

/** Reads dpkg's file lists; a tree without any has no packaged files. */
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
  /** Package name, without architecture. */
  readonly name: string;
  /** Its files and folders, including those that dpkg did not unpack because of path-exclude. */
  readonly paths: readonly string[];
}

/** @param names names of files in dpkg's info folder: `linux-modules-6.8.0-50-generic.list`, `libc6:amd64.list` */
export function packageLists(tree: Inside, names: RegExp): PackageList[] {
  return textsIn(tree, 'var/lib/dpkg/info', names).map(({ name, text }) => ({
    name: name.replace(/(?::[a-z0-9-]+)?\.list$/, ''),
    paths: text.split('\n').flatMap((line) => (line.length > 1 ? [line.slice(1)] : [])),
  }));
}

/** /lib and /usr/lib are the same folder on merged-/usr systems; packages use both names. */
function merged(path: string): string {
  return path.replace(/^usr\/(?=(?:bin|sbin|lib)\/)/, '');
}

/** @param status text of /var/lib/dpkg/status @returns the md5 of each file in its package, by path */
export function conffilesOf(status: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of status.split('\n')) {
    const [, path, md5] = /^ \/(\S+) ([0-9a-f]{32})(?: |$)/.exec(line) ?? [];
    if (path !== undefined && md5 !== undefined) found.set(path, md5);
  }
  return found;
}

/** The dpkg status of a machine with every package installed is about 100 MB. */
const mostStatus = 256 * 1024 * 1024;

/** dpkg compares md5 sums, too; this is no protection against tampering. */
function md5Of(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
