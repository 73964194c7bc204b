import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { Inside } from '../tree/inside/inside';
import { textsIn } from '../tree/inside/lists';

/** dpkg's records of a tree's files. */
export interface Packages {
  /** Whether a package ships exactly this file: then every machine with the package has it, and it is not a secret. */
  ships(path: string, bytes: Buffer): boolean;
  /** The package whose scripts name a file or its folder; empty if none does. */
  makerOf(path: string): string;
}

/** Reads dpkg's files on first use, since most builds never need them. */
export function packagesOf(tree: Inside): Packages {
  const info = (names: RegExp) => textsIn(tree, 'var/lib/dpkg/info', names);
  const sums = once(() =>
    info(/\.md5sums$/)
      .map(({ text }) => text)
      .join('\n'),
  );
  const settings = once(() => tree.readText('var/lib/dpkg/status') ?? '');
  const scripts = once(() => info(/\.(?:postinst|config|preinst)$/));
  return {
    ships(path, bytes) {
      const md5 = createHash('md5').update(bytes).digest('hex');
      // Packages from before the /usr merge use the shorter path.
      const names = [path, path.replace(/^usr\//, '')];
      return names.some((name) => sums().includes(`${md5}  ${name}\n`) || settings().includes(` /${name} ${md5}`));
    },
    makerOf(path) {
      const folder = dirname(path);
      const words = sharedFolders.includes(folder) || !folder.includes('/') ? [`/${path}`] : [`/${path}`, `/${folder}`];
      const [found] = words.flatMap((word) => scripts().filter(({ text }) => text.includes(word)));
      return found?.name.replace(/(?::\w+)?\.\w+$/, '') ?? '';
    },
  };
}

/** Many packages have files there. */
const sharedFolders = ['etc/ssl/private', 'etc/ssl/certs', 'usr/bin', 'usr/sbin', 'var/lib'];

function once<T>(read: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => {
    known ??= { value: read() };
    return known.value;
  };
}
