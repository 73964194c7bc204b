import { createHash } from 'node:crypto';
import { MirrorError } from '../errors';
import type { Repository } from './apt';
import { readUrl } from './download';
import type { Network } from './network';

/**
 * The InRelease file of a repository, unchecked: good for noticing that an archive has changed, not for trusting it.
 * Undefined where it cannot be had: behind a proxy that only apt knows, for example. The stage that uses the archive says
 * what is wrong with it.
 */
export async function readInRelease({ uri, suite }: Repository, network: Network = {}): Promise<string | undefined> {
  // A suite that ends with a slash is the very folder (sources.list(5)).
  const folder = suite.endsWith('/') ? suite.replace(/\/+$/, '') : `dists/${suite}`;
  try {
    const bytes = await readUrl(`${uri.replace(/\/+$/, '')}/${folder}/InRelease`, network, quickly);
    return bytes?.toString();
  } catch (error) {
    if (error instanceof MirrorError) return undefined;
    throw error;
  }
}

/** Nobody waits long for a look. */
const quickly = { waits: [200], silenceMs: 20_000 };

/** When an archive was last written, in seconds since 1970, by the Date field of its InRelease. */
export function inReleaseTime(text: string): number | undefined {
  const date = /^Date: (.+)$/m.exec(text)?.[1];
  const milliseconds = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}

/** One digest for the state of several repositories, or undefined where one of them could not be read. */
export function inReleaseDigest(texts: readonly (string | undefined)[]): string | undefined {
  if (texts.length === 0 || texts.includes(undefined)) return undefined;
  const hash = createHash('sha256');
  for (const text of texts)
    hash.update(
      createHash('sha256')
        .update(text ?? '')
        .digest(),
    );
  return hash.digest('hex');
}
