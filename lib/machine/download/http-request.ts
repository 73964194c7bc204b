import type { Readable } from 'node:stream';
import { errors } from 'undici';
import { MirrorError, withoutPasswords } from '../../errors';
import { isPlainEncoding } from '../../plain-encoding';
import { unescaped } from '../../unescaped';
import { bodyPieces } from './body-pieces';
import type { Connections } from './connections';

/** A response whose body must still be read or discarded. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Readable;
}

/** Headers that bypass caches, which may be outdated. */
export const uncached = { 'cache-control': 'no-cache' };

/** A failure that may succeed on retry. */
export class Transient extends Error {
  constructor(readonly failure: MirrorError) {
    super(failure.message);
  }
}

/**
 * Requests a URL and follows redirections. A user and password in the URL are sent, but never printed.
 * @param accepted status codes to return; all others are failures
 * @throws Transient, or DownloadFailed if a retry is useless; BadInput (misuse) for an invalid URL
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

/** The body of a response as it arrives. @throws Transient if it ends early or stalls */
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
    throw new MirrorError('BadInput', `${withoutPasswords(url)} is not an http or https URL`, { misuse: true });
  }
  const { origin, pathname, search, username, password } = parsed;
  const credentials = unescaped(`${username}:${password}`);
  const authorisation = { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  return { origin, path: pathname + search, authorisation: credentials === ':' ? {} : authorisation };
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()[0]]));
}

const hints: Readonly<Record<number, string>> = {
  401: 'for a repository, set its credentials; for other sources of builds on one machine, put them in the URL: https://USER:PASSWORD@…',
  403: 'the server or a proxy denies access',
  407: 'for builds on one machine, put the user and password in the URL of the proxy: http://USER:PASSWORD@…',
};

function refused(url: string, status: number): MirrorError | Transient {
  const failure = new MirrorError('DownloadFailed', `${withoutPasswords(url)} returned ${status}`, {
    hint: hints[status] ?? 'check the URL, or ask the operator of the server',
  });
  return status >= 500 || status === 408 || status === 429 ? new Transient(failure) : failure;
}

// The digest in the stream is that of the unencoded file.
function encoded(url: string, encoding: string): MirrorError {
  const message = `${withoutPasswords(url)} was sent with Content-Encoding ${encoding}, which was not requested`;
  return new MirrorError('DownloadFailed', message, { hint: 'turn off compression in the web server or proxy' });
}

function unreachable(url: string, error: unknown): MirrorError | Transient {
  const reason = reasonOf(error);
  const failure = new MirrorError('DownloadFailed', `cannot download ${withoutPasswords(url)}: ${reason}`, {
    hint: hintFor(error),
    cause: error,
  });
  return isLasting(error) ? failure : new Transient(failure);
}

/** An untrusted certificate or a proxy that refuses: a retry is useless. */
function isLasting(error: unknown): boolean {
  return isCertificateFault(error) || error instanceof errors.InvalidArgumentError || proxyRefusal(error);
}

function hintFor(error: unknown): string {
  if (error instanceof Error && /redirect/i.test(error.message)) return 'the server redirects in a loop; check the URL';
  if (isCertificateFault(error))
    return 'for a server with a certificate from a private CA, specify the CA (sources.ca, --ca)';
  if (proxyRefusal(error) || error instanceof errors.InvalidArgumentError) {
    return 'the proxy refuses the connection: check its URL, user and password, and that it allows access to the server';
  }
  return 'check the network and the URL; if a proxy is required, specify it (sources.proxy, --proxy)';
}

function isCertificateFault(error: unknown): boolean {
  return /CERT|SIGNATURE|ALTNAME/.test(codeOf(error) ?? '');
}

/** undici has no error code for a proxy that rejects CONNECT with 403 or 407; a 503 may be temporary. */
function proxyRefusal(error: unknown): boolean {
  return error instanceof errors.RequestAbortedError && /^Proxy response \(4\d\d\)/.test(error.message);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** The error of a connection attempt to several addresses has no message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return 'timed out waiting for data';
  }
  return error.message || codeOf(error) || error.name;
}
