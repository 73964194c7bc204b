import { MirrorError } from '../errors';

/** An answer whose bytes have not been read yet. */
export interface HttpBody {
  readonly url: string;
  readonly response: Response;
  readonly silence: Silence;
}

/** @returns undefined for 404. @throws DownloadFailed for every other answer than the plain bytes, and for none */
export async function requestBody(
  url: string,
  headers: Record<string, string>,
  silenceMs: number,
): Promise<HttpBody | undefined> {
  const silence = new Silence(silenceMs);
  try {
    const response = await fetch(url, { headers, signal: silence.signal });
    const encoding = response.headers.get('content-encoding') ?? 'identity';
    if (response.ok && encoding === 'identity') return { url, response, silence };
    await response.body?.cancel();
    silence.end();
    if (response.status === 404) return undefined;
    throw response.ok ? encoded(url, encoding) : refused(url, response);
  } catch (error) {
    silence.end();
    throw error instanceof MirrorError ? error : failed(url, silence, error);
  }
}

/** The bytes, to be read once. @throws DownloadFailed where they end too early or stop coming */
export async function* bodyOf({ url, response, silence }: HttpBody): AsyncGenerator<Uint8Array> {
  let size = 0;
  try {
    for await (const piece of response.body ?? []) {
      silence.end(); // how long the reader takes is not the server's fault
      size += piece.length;
      yield piece;
      silence.restart();
    }
  } catch (error) {
    throw failed(url, silence, error);
  } finally {
    silence.end();
  }
  const promised = response.headers.get('content-length');
  if (promised !== null && Number(promised) !== size) {
    throw new MirrorError('DownloadFailed', `${url} sent ${size} of ${promised} bytes`, {
      hint: againHint,
    });
  }
}

/** Ends a request in which nothing happens for a while; a slow one may take all the time it wants. */
class Silence {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout;

  constructor(readonly ms: number) {
    this.timer = this.start();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  restart(): void {
    clearTimeout(this.timer);
    this.timer = this.start();
  }

  end(): void {
    clearTimeout(this.timer);
  }

  private start(): NodeJS.Timeout {
    return setTimeout(() => this.controller.abort(), this.ms);
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
function encoded(url: string, encoding: string): MirrorError {
  return new MirrorError(
    'DownloadFailed',
    `${url} is sent with Content-Encoding ${encoding} though nobody asked for it`,
    {
      hint: 'switch compression off in the web server: sizes and digests are those of the plain files',
    },
  );
}

function failed(url: string, { signal, ms }: Silence, cause: unknown): MirrorError {
  if (signal.aborted) {
    return new MirrorError('DownloadFailed', `${url} sent nothing for ${ms / 1000} s`, { hint: againHint, cause });
  }
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
