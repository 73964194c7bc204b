import { MirrorError } from '../../errors';
import { isPlainEncoding } from '../../plain-encoding';
import { type Pace, Watch, type WatchClock } from './http-watch';

/** A response whose body has not been read yet. */
export interface HttpBody {
  readonly url: string;
  readonly response: Response;
  readonly watch: Watch;
}

/** @returns undefined for 404. @throws DownloadFailed for any other response without plain bytes, and for no response */
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
 * The bytes of the body. Can be read only once.
 * @param most maximum number of bytes
 * @throws DownloadFailed if the body is too short or too long, stalls, or is too slow
 */
export async function* bodyOf(
  { url, response, watch }: HttpBody,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  try {
    for await (const piece of response.body ?? []) {
      watch.pause(); // do not count the time of the reader
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

const againHint = 'the connection failed; run the command again';

const hints: Record<number, string> = {
  401: 'put user name and password into the address: https://USER:PASSWORD@…',
  403: 'the server denies access; it must serve the mirror, and return 404 for missing files',
};

function refused(url: string, { status, statusText }: Response): MirrorError {
  return new MirrorError('DownloadFailed', `${url} returned ${status} ${statusText}`.trimEnd(), {
    hint: hints[status] ?? 'ask the operator of that server',
  });
}

// fetch would silently decompress it, but MAAS hashes the bytes as sent.
function encoded(url: string, encoding: string | null): MirrorError {
  return new MirrorError(
    'DownloadFailed',
    `${url} was sent with Content-Encoding ${encoding}, which was not requested`,
    {
      hint: 'turn off compression in the web server: sizes and digests are those of the uncompressed files',
    },
  );
}

function tooLong(url: string, most: number): MirrorError {
  return new MirrorError('DownloadFailed', `${url} is longer than ${most} bytes`, {
    hint: 'documents of a mirror are never that long; check the address',
  });
}

function failed(url: string, { why }: Watch, cause: unknown): MirrorError {
  if (why !== undefined) return new MirrorError('DownloadFailed', `${url} ${why}`, { hint: againHint, cause });
  return new MirrorError('DownloadFailed', `${url} cannot be read: ${reasonOf(cause)}`, {
    hint: 'check that the server is running and that its name and port are right',
    cause,
  });
}

// fetch says only "fetch failed"; the cause has the reason.
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause);
}
