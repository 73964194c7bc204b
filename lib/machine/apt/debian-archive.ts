import { join } from 'node:path';
import { run } from '../run';
import { distribution } from '../this-machine';

/** What one line of a sources.list names. */
interface Line {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
}

/** mmdebstrap writes its sources before it downloads anything; this hook prints them and ends it. */
const printSources = `
mmdebstrap --mode=root --variant=custom --skip=check/qemu --skip=check/signed-by \\
  --setup-hook='cat "$1"/etc/apt/sources.list; exit 1' "$1" /dev/null 2>&1 || :`;

/** mmdebstrap's default archive for a Debian release; empty if mmdebstrap is not installed. */
export async function usualRepositories(release: string): Promise<Line[]> {
  return repositoriesIn(await run(['sh', '-c', printSources, 'sh', release], { quiet: true }).catch(() => ''));
}

/** @param text with lines of a sources.list, among others */
export function repositoriesIn(text: string): Line[] {
  return text.split('\n').flatMap((line) => {
    const [type, uri = '', suite = '', ...components] = line.replace(/^deb \[[^\]]*\]/, 'deb').split(' ');
    return type === 'deb' ? [{ uri, suite, components }] : [];
  });
}

/**
 * Adds the keys that verify Debian repositories, on machines of other distributions: their apt trusts none of Debian's, and
 * Ubuntu 22.04's package of them is too old.
 * @param tools folder with keyrings/
 * @param osRelease path of the os-release file. @default - this machine's
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
