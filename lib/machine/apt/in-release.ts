import { type ErrorName, MirrorError } from '../../errors';
import { sha256Of } from '../../sha256';
import type { Network } from '../download/connections';
import { readUrl } from '../download/download';
import type { Repository } from './apt';

/**
 * The InRelease file of a repository, or the Release file if it has no InRelease, as for apt. It is not verified: use it
 * to notice that an archive has changed, not to trust it. Undefined if neither can be read, for example behind a proxy
 * that only apt knows; the stage that uses the archive reports the error.
 */
export async function readInRelease(repository: Repository, network: Network = {}): Promise<string | undefined> {
  try {
    const bytes =
      (await readUrl(addressIn(repository, 'InRelease'), network, quickly)) ??
      (await readUrl(addressIn(repository, 'Release'), network, quickly));
    return bytes?.toString();
  } catch (error) {
    if (error instanceof MirrorError && reportedLater.includes(error.name)) return undefined;
    throw error;
  }
}

function addressIn({ uri, suite, credentials }: Repository, file: string): string {
  // A suite that ends with a slash is an exact path (sources.list(5)).
  const folder = suite.endsWith('/') ? suite.replace(/\/+$/, '') : `dists/${suite}`;
  return withUser(`${uri.replace(/\/+$/, '')}/${folder}/${file}`, credentials);
}

/** For an archive that cannot be reached from here, and for a URL that only apt can read (`file:`). */
const reportedLater: readonly ErrorName[] = ['DownloadFailed', 'BadInput'];

/** Our HTTP client takes user and password from the URL and never prints them. */
function withUser(url: string, credentials: Repository['credentials']): string {
  if (credentials === undefined) return url;
  const [user, password] = [credentials.user, credentials.password].map(encodeURIComponent);
  return url.replace('://', `://${user}:${password}@`);
}

/**
 * The release files of the archives that apt has read and verified: InRelease files, and Release files with a detached
 * signature (Release.gpg).
 * @param names all files in apt's lists folder
 * @returns the release files among them, in the order of `names`
 */
export function verifiedNames(names: readonly string[]): string[] {
  const detached = (name: string) => name.endsWith('_Release') && names.includes(`${name}.gpg`);
  return names.filter((name) => name.endsWith('_InRelease') || detached(name));
}

/** The sha256 of {@link readInRelease}. */
export async function inReleaseSha256(repository: Repository, network: Network = {}): Promise<string | undefined> {
  const text = await readInRelease(repository, network);
  return text === undefined ? undefined : sha256Of(text);
}

/** Checks for updates must not take long. */
export const quickly = { waits: [200], silenceMs: 20_000, most: 32 * 1024 * 1024 };

/** When an archive was last updated, in seconds since 1970, according to the Date field of its InRelease. */
export function inReleaseTime(text: string): number | undefined {
  const date = /^Date: (.+)$/m.exec(text)?.[1];
  const milliseconds = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}

/**
 * One digest for the state of several repositories, independent of their order; undefined if one could not be read.
 * @param digests sha256 of their InRelease files
 */
export function archivesDigest(digests: readonly (string | undefined)[]): string | undefined {
  if (digests.length === 0 || digests.includes(undefined)) return undefined;
  return sha256Of([...new Set(digests)].sort().join('\n'));
}
