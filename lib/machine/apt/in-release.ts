import { type ErrorName, MirrorError } from '../../errors';
import { sha256Of } from '../../sha256';
import type { Network } from '../download/connections';
import { readUrl } from '../download/download';
import type { Repository } from './apt';

/**
 * The InRelease file of a repository, or the Release file of one that has no InRelease, as apt takes it too; unchecked: good
 * for noticing that an archive has changed, not for trusting it. Undefined where neither can be had: behind a proxy that
 * only apt knows, for example. The stage that uses the archive says what is wrong with it.
 */
export async function readInRelease(repository: Repository, network: Network = {}): Promise<string | undefined> {
  try {
    const bytes =
      (await readUrl(addressIn(repository, 'InRelease'), network, quickly)) ??
      (await readUrl(addressIn(repository, 'Release'), network, quickly));
    return bytes?.toString();
  } catch (error) {
    if (error instanceof MirrorError && toldLater.includes(error.name)) return undefined;
    throw error;
  }
}

function addressIn({ uri, suite, credentials }: Repository, file: string): string {
  // A suite that ends with a slash is the very folder (sources.list(5)).
  const folder = suite.endsWith('/') ? suite.replace(/\/+$/, '') : `dists/${suite}`;
  return withUser(`${uri.replace(/\/+$/, '')}/${folder}/${file}`, credentials);
}

/** An archive that cannot be reached from here, and an address that only apt reads (`file:`). */
const toldLater: readonly ErrorName[] = ['DownloadFailed', 'BadInput'];

/** Our own HTTP client takes user and password out of the address, and shows neither. */
function withUser(url: string, credentials: Repository['credentials']): string {
  if (credentials === undefined) return url;
  const [user, password] = [credentials.user, credentials.password].map(encodeURIComponent);
  return url.replace('://', `://${user}:${password}@`);
}

/**
 * What apt has kept of the archives whose lists it read and verified: their InRelease files, and the Release files of those
 * that sign it beside (Release.gpg).
 * @param names of all that is in apt's folder of lists
 * @returns those of these files, in the order of `names`
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
  return sha256Of([...new Set(digests)].sort().join('\n'));
}
