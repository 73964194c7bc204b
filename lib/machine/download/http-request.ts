import type { Readable } from 'node:stream';
import { errors } from 'undici';
import { MirrorError, withoutPasswords } from '../../errors';
import { isPlainEncoding } from '../../plain-encoding';
import { bodyPieces } from './body-pieces';
import type { Connections } from './connections';

/** An answer whose bytes have not been read yet; they have to be, or be thrown away. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Readable;
}

/** Headers that pass by a cache on the way, which may not have heard of an update. */
export const uncached = { 'cache-control': 'no-cache' };

/** A failure that may be over when one asks again. */
export class Transient extends Error {
  constructor(readonly failure: MirrorError) {
    super(failure.message);
  }
}

/**
 * Asks for a URL. Redirections are followed; a user and password in it are sent, not shown.
 * @param accepted statuses that are answers; the others are failures
 * @throws Transient, or DownloadFailed where asking again is of no use; BadInput (misuse) for what is no address
 */
export async function get(
  url: string,
  { dispatcher, limits, signal }: Connections & { readonly signal?: AbortSignal },
  accepted: readonly number[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { origin, path, authorisation } = addressOf(url);
  const all = { 'accept-encoding': 'identity', 'user-agent': 'maas-mirror', ...authorisation, ...headers };
  const request = { origin, path, method: 'GET', headers: all, ...limits, ...(signal && { signal }) } as const;
  const answer = await dispatcher.request(request).catch((error: unknown) => {
    throw unreachable(url, error);
  });
  const encoding = [answer.headers['content-encoding'] ?? ''].flat().join(', ');
  if (accepted.includes(answer.statusCode) && isPlainEncoding(encoding)) {
    return { status: answer.statusCode, headers: flat(answer.headers), body: answer.body };
  }
  answer.body.on('error', () => {}).destroy();
  throw accepted.includes(answer.statusCode) ? encoded(url, encoding) : refused(url, answer.statusCode);
}

/** The bytes of an answer as they come. @throws Transient where they end too early or stop coming */
export async function* piecesOf({ body }: Answer, url: string): AsyncGenerator<Buffer> {
  try {
    yield* bodyPieces(body);
  } catch (error) {
    throw unreachable(url, error);
  }
}

function addressOf(url: string): { origin: string; path: string; authorisation: Record<string, string> } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') {
    throw new MirrorError('BadInput', `${withoutPasswords(url)} is no http or https address`, { misuse: true });
  }
  const { origin, pathname, search, username, password } = parsed;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorisation = { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  return { origin, path: pathname + search, authorisation: credentials === ':' ? {} : authorisation };
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()[0]]));
}

const hints: Readonly<Record<number, string>> = {
  401: 'a repository gets its user and password by credentials:; in other addresses put https://USER:PASSWORD@…',
  403: 'the server, or a proxy before it, forbids it',
  407: 'put user and password into the address of the proxy: http://USER:PASSWORD@…',
};

function refused(url: string, status: number): MirrorError | Transient {
  const failure = new MirrorError('DownloadFailed', `${withoutPasswords(url)} answers ${status}`, {
    hint: hints[status] ?? 'see that the address is right, or ask who runs that server',
  });
  return status >= 500 || status === 408 || status === 429 ? new Transient(failure) : failure;
}

// It would be the digest of other bytes than the stream promises.
function encoded(url: string, encoding: string): MirrorError {
  const message = `${withoutPasswords(url)} is sent with Content-Encoding ${encoding} though it was not asked for`;
  return new MirrorError('DownloadFailed', message, { hint: 'switch compression off in the web server or proxy' });
}

function unreachable(url: string, error: unknown): MirrorError | Transient {
  const reason = reasonOf(error);
  const failure = new MirrorError('DownloadFailed', `${withoutPasswords(url)} cannot be read: ${reason}`, {
    hint: hintFor(error),
    cause: error,
  });
  return isLasting(error) ? failure : new Transient(failure);
}

/** A certificate that is not trusted, a proxy that refuses: asking again changes nothing. */
function isLasting(error: unknown): boolean {
  return isCertificateFault(error) || error instanceof errors.InvalidArgumentError || proxyRefusal(error);
}

function hintFor(error: unknown): string {
  if (error instanceof Error && /redirect/i.test(error.message))
    return 'it is redirected in a circle: is the address right?';
  if (isCertificateFault(error)) return 'where a company CA signs, hand it in as extra CA';
  if (proxyRefusal(error) || error instanceof errors.InvalidArgumentError) {
    return 'the proxy refuses: see that its address, user and password are right and that it may reach the server';
  }
  return 'see that the network works and that the address is right; behind a proxy, name it';
}

function isCertificateFault(error: unknown): boolean {
  return /CERT|SIGNATURE|ALTNAME/.test(codeOf(error) ?? '');
}

/** undici has no code of its own for a proxy that answers a CONNECT with 403 or 407; a 503 may pass. */
function proxyRefusal(error: unknown): boolean {
  return error instanceof errors.RequestAbortedError && /^Proxy response \(4\d\d\)/.test(error.message);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** An error that tries several addresses has no message of its own. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return 'nothing came for too long';
  }
  return error.message || codeOf(error) || error.name;
}
