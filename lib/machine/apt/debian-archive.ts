import { run } from '../run';
import { distribution, hasFile } from '../this-machine';
import type { Repository } from './apt';

/** Where the package debian-archive-keyring has Debian's keys, on machines of other distributions too. */
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** mmdebstrap tells its hooks what it is going to use, before it downloads anything; this one then ends it. */
const printSources = `
mmdebstrap --mode=root --variant=custom --skip=check/qemu --skip=check/signed-by \\
  --setup-hook='cat "$1"/etc/apt/sources.list; exit 1' "$1" /dev/null 2>/dev/null || :`;

/** The archive that mmdebstrap takes a release of Debian from where it is told of none; empty where it is not installed. */
export async function usualRepositories(release: string): Promise<Repository[]> {
  return repositoriesIn(await run(['sh', '-c', printSources, 'sh', release], { quiet: true }).catch(() => ''));
}

/** @param text of a sources.list */
export function repositoriesIn(text: string): Repository[] {
  return text.split('\n').flatMap((line) => {
    const [type, uri = '', suite = '', ...components] = line.replace(/ \[[^\]]*\]/, '').split(' ');
    return type === 'deb' ? [{ uri, suite, components }] : [];
  });
}

/**
 * Repositories of Debian with the keys that check them where this machine's own apt has none of Debian's, as on Ubuntu.
 * @param repositories from which a release of Debian is bootstrapped
 * @param osRelease file that says which distribution this machine runs. @default - this machine's
 */
export async function withDebianKeys(
  repositories: readonly Repository[],
  osRelease?: string,
): Promise<readonly Repository[]> {
  if ((await distribution(osRelease)) === 'debian' || !(await hasFile(keyring))) return repositories;
  return repositories.map((one) => ({ ...one, keyring: one.keyring ?? keyring }));
}
