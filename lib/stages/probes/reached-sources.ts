/* stages/probes: checks that doctor runs on a build machine. */

import { MirrorError, withoutPasswords } from '../../errors';
import type { ProbedSources } from '../../job/aws/probe';
import type { Network } from '../../machine/download/connections';
import { type RequestOptions, readUrl } from '../../machine/download/download';

/**
 * Reads all documents at the same time.
 * @throws DownloadFailed, naming each document that cannot be read
 */
export async function reachedSources(
  { documents, untried, ...network }: ProbedSources,
  options: RequestOptions = {},
): Promise<string> {
  if (untried !== undefined) return `not tested: ${untried}`;
  const { proxy, caData } = network;
  const way: Network = { ...(proxy !== undefined && { proxy }), ...(caData !== undefined && { ca: caData }) };
  const faults = await Promise.all(documents.map((url) => faultOf(url, way, { waits: [1000, 3000], ...options })));
  const lines = faults.filter((fault) => fault !== undefined);
  if (lines.length > 0) throw new MirrorError('DownloadFailed', lines.join('; '));
  return documents.length === 0
    ? 'the mirror has no sources to test'
    : `${documents.length === 1 ? 'one document was' : `${documents.length} documents were`} read from ${hostsOf(documents).join(', ')}`;
}

/** A repository without an InRelease has a Release. */
async function faultOf(url: string, network: Network, options: RequestOptions): Promise<string | undefined> {
  try {
    const found = (await readUrl(url, network, options)) ?? (await readUrl(detachedForm(url), network, options));
    return found === undefined ? `${withoutPasswords(url)} does not exist (404)` : undefined;
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    return error.message;
  }
}

const detachedForm = (url: string) => url.replace(/\/InRelease$/, '/Release');

const hostsOf = (urls: readonly string[]) => [...new Set(urls.map((url) => new URL(url).host))].sort();
