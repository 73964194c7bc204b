import { run } from '../run';
import { distribution, hasFile } from '../this-machine';
import type { Repository } from './apt';

/** Debian's keys, from the package debian-archive-keyring, which other distributions have, too. */
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** mmdebstrap writes its sources before it downloads anything; this hook prints them and ends it. */
const printSources = `
mmdebstrap --mode=root --variant=custom --skip=check/qemu --skip=check/signed-by \\
  --setup-hook='cat "$1"/etc/apt/sources.list; exit 1' "$1" /dev/null 2>/dev/null || :`;

/** mmdebstrap's default archive for a Debian release; empty if mmdebstrap is not installed. */
export async function usualRepositories(release: string): Promise<Repository[]> {
  return repositoriesIn(await run(['sh', '-c', printSources, 'sh', release], { quiet: true }).catch(() => ''));
}

/** @param text content of a sources.list */
export function repositoriesIn(text: string): Repository[] {
  return text.split('\n').flatMap((line) => {
    const [type, uri = '', suite = '', ...components] = line.replace(/ \[[^\]]*\]/, '').split(' ');
    return type === 'deb' ? [{ uri, suite, components }] : [];
  });
}

/**
 * Adds the keyring to Debian repositories on machines whose apt lacks Debian's keys, such as Ubuntu.
 * @param repositories repositories from which a Debian release is bootstrapped
 * @param osRelease path of the os-release file. @default - this machine's
 */
export async function withDebianKeys(
  repositories: readonly Repository[],
  osRelease?: string,
): Promise<readonly Repository[]> {
  if ((await distribution(osRelease)) === 'debian' || !(await hasFile(keyring))) return repositories;
  return repositories.map((one) => ({ ...one, keyring: one.keyring ?? keyring }));
}
