import { MirrorError, withoutPasswords } from '../../errors';
import type { Network } from '../download/connections';
import { type RequestOptions, readUrl } from '../download/download';

/** The signing key of a PPA, as Launchpad returns it. */
export interface PpaKey {
  /** Upper-case hex, from the archive's entry in the API. */
  readonly fingerprint: string;
  /** ASCII-armoured. The caller has to check that it has that fingerprint. */
  readonly armoured: string;
}

/**
 * Gets the signing key of a PPA from Launchpad's API (facts/build.md §9).
 * @param api `https://api.launchpad.net`
 * @param by.parse parses JSON, which may come from any server if the URL is wrong
 * @throws NotReady if the PPA has no key yet; BadInput for a PPA that does not exist or is private; DownloadFailed
 */
export async function ppaKey(
  api: string,
  { owner, name }: { readonly owner: string; readonly name: string },
  { network, parse }: { readonly network: Network; readonly parse: (text: string) => unknown },
  options: RequestOptions = {},
): Promise<PpaKey> {
  const ppa = `ppa:${owner}/${name}`;
  const base = api.replace(/\/+$/, '').replace(/\/(devel|1\.0)$/, '');
  const archive = `${base}/devel/~${owner}/+archive/ubuntu/${name}`;
  const { private: isPrivate, signing_key_fingerprint: fingerprint } = archiveOf(await ask(archive, ppa));
  if (isPrivate === true) throw privatePpa(ppa);
  const armoured = await ask(`${archive}?ws.op=getSigningKeyData`, ppa);
  if (typeof fingerprint !== 'string' || typeof armoured !== 'string') {
    throw new MirrorError('NotReady', `${ppa} has no signing key yet`, {
      hint: 'Launchpad creates it a few minutes after the first upload to a PPA; run the build again then',
    });
  }
  return { fingerprint: fingerprint.toUpperCase(), armoured };

  async function ask(url: string, what: string): Promise<unknown> {
    const bytes = await readUrl(url, network, { ...options, ...direct }).catch((error: unknown) => {
      throw error instanceof MirrorError && /returned 401/.test(error.message) ? privatePpa(what, error) : error;
    });
    if (bytes !== undefined) return parsed(bytes, url);
    throw new MirrorError('BadInput', `Launchpad has no ${what}`, {
      hint: `check the spelling; ${withoutPasswords(url)} returned 404`,
    });
  }

  function parsed(bytes: Buffer, url: string): unknown {
    try {
      return parse(bytes.toString());
    } catch (cause) {
      throw badAnswer(url, bytes, cause);
    }
  }

  function archiveOf(value: unknown): { private?: unknown; signing_key_fingerprint?: unknown } {
    if (value !== null && typeof value === 'object') return value;
    throw badAnswer(archive, Buffer.from(JSON.stringify(value)));
  }
}

/** The response is not signed, so only HTTPS of the requested URL protects it: no redirections. */
const direct = { redirections: 0, most: 1024 * 1024 };

function badAnswer(url: string, bytes: Buffer, cause?: unknown): MirrorError {
  return new MirrorError(
    'DownloadFailed',
    `${withoutPasswords(url)} is not a response from Launchpad: ${bytes.toString('utf8', 0, 80).trim()}`,
    {
      hint: 'check the URL of the Launchpad API; a proxy may have answered instead',
      cause,
    },
  );
}

function privatePpa(ppa: string, cause?: unknown): MirrorError {
  return new MirrorError('BadInput', `${ppa} is private or disabled`, {
    hint: 'specify it as a deb822 stanza with its key in Signed-By, and its user and password in credentials:',
    cause,
  });
}
