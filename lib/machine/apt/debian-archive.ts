import { join } from 'node:path';
import { run } from '../run';
import { distribution } from '../this-machine';

/** Of a repository, what one line of a sources.list says. */
interface Line {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
}

/** mmdebstrap writes its sources before it downloads anything; a hook prints them, to standard error, and ends it. */
const printSources = `
mmdebstrap --mode=root --variant=custom --skip=check/qemu --skip=check/signed-by \\
  --setup-hook='cat "$1"/etc/apt/sources.list; exit 1' "$1" /dev/null 2>&1 || :`;

/** The archive that mmdebstrap takes a release of Debian from by default; empty where it is not installed. */
export async function usualRepositories(release: string): Promise<Line[]> {
  return repositoriesIn(await run(['sh', '-c', printSources, 'sh', release], { quiet: true }).catch(() => ''));
}

/** @param text with lines of a sources.list, and others */
export function repositoriesIn(text: string): Line[] {
  return text.split('\n').flatMap((line) => {
    const [type, uri = '', suite = '', ...components] = line.replace(/^deb \[[^\]]*\]/, 'deb').split(' ');
    return type === 'deb' ? [{ uri, suite, components }] : [];
  });
}

/**
 * Repositories of Debian with the keys that check them, on machines of other distributions: their apt trusts none of
 * Debian's, and Ubuntu 22.04's package of them is too old.
 * @param tools folder with keyrings/
 * @param osRelease file that says which distribution this machine runs. @default - this machine's
 */
export async function withDebianKeys<Repository extends Line & { readonly keyring?: string | undefined }>(
  repositories: readonly Repository[],
  tools: string,
  osRelease?: string,
): Promise<readonly Repository[]> {
  if ((await distribution(osRelease)) === 'debian') return repositories;
  const ours = { keyring: join(tools, 'keyrings/debian-archive-keyring.gpg'), signedBy: imageKeyring };
  return repositories.map((one) => (one.keyring === undefined ? { ...one, ...ours } : one));
}

/** Where an image of Debian has its keys. */
const imageKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
