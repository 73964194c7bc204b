import { MirrorError } from '../../errors';
import { isPlainEncoding } from '../../plain-encoding';
import { type Pace, Watch, type WatchClock } from './http-watch';

/** An answer whose bytes have not been read yet. */
export interface HttpBody {
  readonly url: string;
  readonly response: Response;
  readonly watch: Watch;
}

/** @returns undefined for 404. @throws DownloadFailed for every other answer than the plain bytes, and for none */
export async function requestBody(
  url: string,
  headers: Record<string, string>,
  pace: Pace,
  clock: WatchClock,
): Promise<HttpBody | undefined> {
  const watch = new Watch(pace, clock);
  try {
    const response = await fetch(url, { headers, signal: watch.signal });
    const encoding = response.headers.get('content-encoding');
    if (response.ok && isPlainEncoding(encoding)) return { url, response, watch };
    await response.body?.cancel();
    watch.end();
    if (response.status === 404) return undefined;
    throw response.ok ? encoded(url, encoding) : refused(url, response);
  } catch (error) {
    watch.end();
    throw error instanceof MirrorError ? error : failed(url, watch, error);
  }
}

/**
 * The bytes, to be read once.
 * @param most how many there may be
 * @throws DownloadFailed where they end too early, stop coming, come too slowly, or are too many
 */
export async function* bodyOf(
  { url, response, watch }: HttpBody,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  try {
    for await (const piece of response.body ?? []) {
      watch.pause(); // how long the reader takes is not the server's fault
      size += piece.length;
      if (size > most) throw tooLong(url, most);
      yield piece;
      watch.came(piece.length);
    }
  } catch (error) {
    throw error instanceof MirrorError ? error : failed(url, watch, error);
  } finally {
    watch.end();
  }
  const promised = response.headers.get('content-length');
  if (promised !== null && Number(promised) !== size) {
    throw new MirrorError('DownloadFailed', `${url} sent ${size} of ${promised} bytes`, {
      hint: againHint,
    });
  }
}

const againHint = 'the connection was cut; run the command again';

const hints: Record<number, string> = {
  401: 'put user and password into the address: https://USER:PASSWORD@…',
  403: 'the server forbids it: a mirror must be readable, and answer 404 for what it does not have',
};

function refused(url: string, { status, statusText }: Response): MirrorError {
  return new MirrorError('DownloadFailed', `${url} answers ${status} ${statusText}`.trimEnd(), {
    hint: hints[status] ?? 'ask who runs that server',
  });
}

// fetch unpacks it silently; MAAS hashes what comes over the wire.
function encoded(url: string, encoding: string | null): MirrorError {
  return new MirrorError(
    'DownloadFailed',
    `${url} is sent with Content-Encoding ${encoding} though it was not asked for`,
    {
      hint: 'switch compression off in the web server: sizes and digests are those of the plain files',
    },
  );
}

function tooLong(url: string, most: number): MirrorError {
  return new MirrorError('DownloadFailed', `${url} is longer than ${most} bytes`, {
    hint: 'no such document is that long: is the address right?',
  });
}

function failed(url: string, { why }: Watch, cause: unknown): MirrorError {
  if (why !== undefined) return new MirrorError('DownloadFailed', `${url} ${why}`, { hint: againHint, cause });
  return new MirrorError('DownloadFailed', `${url} cannot be read: ${reasonOf(cause)}`, {
    hint: 'see that the server runs and that its name and port are right',
    cause,
  });
}

// fetch says only "fetch failed"; what it means is in the cause.
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause);
}
