import { MirrorError, withoutPasswords } from '../../errors';
import type { Network } from '../download/connections';
import { type RequestOptions, readUrl } from '../download/download';

/** The key of a PPA, as Launchpad has it. */
export interface PpaKey {
  /** Upper-case hex, by the API's own word for the archive. */
  readonly fingerprint: string;
  /** Armoured; whether it is the key of that fingerprint is for the caller to check. */
  readonly armoured: string;
}

/**
 * Asks Launchpad's API for the key of a PPA (facts/build.md §9).
 * @param api `https://api.launchpad.net`
 * @param by.parse reads JSON, which is anybody's where the address is wrong
 * @throws NotReady where the key was not made yet; BadInput for a PPA that does not exist or is private; DownloadFailed
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
      hint: 'Launchpad makes one some minutes after the first upload to a PPA; run the build again then',
    });
  }
  return { fingerprint: fingerprint.toUpperCase(), armoured };

  async function ask(url: string, what: string): Promise<unknown> {
    const bytes = await readUrl(url, network, { ...options, ...direct }).catch((error: unknown) => {
      throw error instanceof MirrorError && /answers 401/.test(error.message) ? privatePpa(what, error) : error;
    });
    if (bytes !== undefined) return parsed(bytes, url);
    throw new MirrorError('BadInput', `Launchpad knows no ${what}`, {
      hint: `is it spelt as on Launchpad? ${withoutPasswords(url)} answers 404`,
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

/** What nobody signs is only as good as the https of the address that was asked. */
const direct = { redirections: 0, most: 1024 * 1024 };

function badAnswer(url: string, bytes: Buffer, cause?: unknown): MirrorError {
  return new MirrorError(
    'DownloadFailed',
    `${withoutPasswords(url)} is no answer of Launchpad: ${bytes.toString('utf8', 0, 80).trim()}`,
    {
      hint: 'is the address of its API right? A proxy may have answered instead',
      cause,
    },
  );
}

function privatePpa(ppa: string, cause?: unknown): MirrorError {
  return new MirrorError('BadInput', `${ppa} is private, or disabled`, {
    hint: 'give it as a deb822 stanza with its key in Signed-By, and its user and password by credentials:',
    cause,
  });
}
