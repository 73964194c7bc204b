import { type ErrorName, MirrorError } from '../errors';
import type { Repository } from './apt';
import { sha256OfText } from './digest';
import { readUrl } from './download';
import type { Network } from './network';

/**
 * The InRelease file of a repository, unchecked: good for noticing that an archive has changed, not for trusting it.
 * Undefined where it cannot be had: behind a proxy that only apt knows, for example. The stage that uses the archive says
 * what is wrong with it.
 */
export async function readInRelease(
  { uri, suite, credentials }: Repository,
  network: Network = {},
): Promise<string | undefined> {
  // A suite that ends with a slash is the very folder (sources.list(5)).
  const folder = suite.endsWith('/') ? suite.replace(/\/+$/, '') : `dists/${suite}`;
  try {
    const bytes = await readUrl(
      withUser(`${uri.replace(/\/+$/, '')}/${folder}/InRelease`, credentials),
      network,
      quickly,
    );
    return bytes?.toString();
  } catch (error) {
    if (error instanceof MirrorError && toldLater.includes(error.name)) return undefined;
    throw error;
  }
}

/** An archive that cannot be reached from here, and an address that only apt reads (`file:`). */
const toldLater: readonly ErrorName[] = ['DownloadFailed', 'BadInput'];

/** Our own HTTP client takes user and password out of the address, and shows neither. */
function withUser(url: string, credentials: Repository['credentials']): string {
  if (credentials === undefined) return url;
  const [user, password] = [credentials.user, credentials.password].map(encodeURIComponent);
  return url.replace('://', `://${user}:${password}@`);
}

/** The sha256 of the same. */
export async function inReleaseSha256(repository: Repository, network: Network = {}): Promise<string | undefined> {
  const text = await readInRelease(repository, network);
  return text === undefined ? undefined : sha256OfText(text);
}

/** Nobody waits long for a look. */
export const quickly = { waits: [200], silenceMs: 20_000, most: 32 * 1024 * 1024 };

/** When an archive was last written, in seconds since 1970, by the Date field of its InRelease. */
export function inReleaseTime(text: string): number | undefined {
  const date = /^Date: (.+)$/m.exec(text)?.[1];
  const milliseconds = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}

/**
 * One digest for the state of several repositories, whichever comes first, or undefined where one could not be read.
 * @param digests sha256 of their InRelease files
 */
export function archivesDigest(digests: readonly (string | undefined)[]): string | undefined {
  if (digests.length === 0 || digests.includes(undefined)) return undefined;
  return sha256OfText([...new Set(digests)].sort().join('\n'));
}
