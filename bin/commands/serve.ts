import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  type Server,
  type ServerOptions,
  ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import sirv from 'sirv';
import { MirrorError } from '../../lib/errors';
import { openMirrorDirectory } from '../../lib/store/open';
import { refusePrivateKeys } from '../../lib/store/private-keys';
import { type ConnectionLimits, Connections, connectionLimits } from '../connections';
import { rangeFor, type ServedFile, servedFile } from '../served-file';

export interface ServeOptions {
  /** The folder of a mirror. */
  readonly directory: string;
  /**
   * Where to listen: `ADDRESS:PORT`, `[IPV6]:PORT`, `:PORT` for all addresses of this machine, `PORT` for this machine
   * only. Port 0 takes a free one.
   * @default 127.0.0.1:8080
   */
  readonly listen?: string;
  /** @default - by how many files this process may open */
  readonly limits?: ConnectionLimits;
  /** How long clients may take. @default - the times below */
  readonly patience?: Patience;
}

/** All in milliseconds. */
export interface Patience {
  /** Until the head of a request is there. Nothing that boots machines sends one in pieces. */
  readonly head: number;
  /** Until the whole request is there. */
  readonly request: number;
  /** While nothing goes over a connection, either way: a client that reads nothing gives its place to others. */
  readonly silence: number;
}

const patience: Patience = { head: 20_000, request: 60_000, silence: 120_000 };

export interface RunningServer {
  /** `http://10.0.0.2:8080`, without a slash at its end. */
  readonly url: string;
  /** Ends the downloads that are under way, too. */
  close(): Promise<void>;
}

/**
 * Serves a mirror to MAAS until it is closed.
 * @throws KeyExposed where the mirror holds a private key; PortInUse; BadInput for an address that cannot be listened
 * on; NoSuchDirectory, ForeignDirectory and NotSupported of openMirrorDirectory
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { directory, listen = '127.0.0.1:8080', limits = connectionLimits() } = options;
  const place = placeOf(listen);
  const root = await realpath((await openMirrorDirectory(directory, { create: false })).root);
  await refusePrivateKeys(root);
  const server = createServer({ ServerResponse: PlainResponse, ...timesOf(options.patience ?? patience) });
  server.timeout = (options.patience ?? patience).silence;
  server.on('request', answerFrom(root, new Connections(server, limits)));
  await listenAt(server, place);
  return { url: urlOf(server, place), close: () => closed(server) };
}

function timesOf({ head, request }: Patience): ServerOptions<typeof IncomingMessage, typeof PlainResponse> {
  return { headersTimeout: head, requestTimeout: request, connectionsCheckingInterval: Math.ceil(head / 4) };
}

interface Place {
  /** Undefined: all addresses. */
  readonly address: string | undefined;
  readonly port: number;
}

function placeOf(listen: string): Place {
  const [, six, other, digits] = /^(?:(?:\[([\da-f:.]+)\]|([^\s:[\]/]*)):)?(\d{1,5})$/i.exec(listen) ?? [];
  const port = Number(digits ?? Number.NaN);
  if (port <= 65_535) return { address: (six ?? other ?? '127.0.0.1') || undefined, port };
  throw badListen(listen, 'is no address to listen on');
}

function badListen(listen: string, what: string, cause?: unknown): MirrorError {
  return new MirrorError('BadInput', `--listen ${listen} ${what}`, {
    hint: 'give ADDRESS:PORT with an address of this machine, :PORT for all of them, or PORT; ports below 1024 are for root',
    cause,
    misuse: true,
  });
}

/**
 * sirv takes a file that ends in .gz for the compressed form of another and says so. Here it is an item, and what
 * unpacks it on the way gets another sha256.
 */
class PlainResponse extends ServerResponse<IncomingMessage> {
  override writeHead(
    status: number,
    reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
    headers?: OutgoingHttpHeaders | OutgoingHttpHeader[],
  ): this {
    if (typeof reason !== 'object' || Array.isArray(reason)) return super.writeHead(status, reason as string, headers);
    const { 'Content-Encoding': _, ...plain } = reason;
    return super.writeHead(status, plain);
  }
}

function answerFrom(
  root: string,
  connections: Connections,
): (request: IncomingMessage, response: ServerResponse) => void {
  const onNoMatch = (_: IncomingMessage, response: ServerResponse) => endWith(response, 404); // removed since we looked
  // Its default mode looks at the tree once: versions that come later would be 404.
  const send = sirv(root, {
    dev: true,
    dotfiles: false,
    etag: false,
    extensions: [],
    gzip: false,
    brotli: false,
    onNoMatch,
  });
  return (request, response) => {
    connections.answerInTurn(response, () =>
      answer(root, send, request, response).catch((error: NodeJS.ErrnoException) => {
        endWith(response, error.code === 'ENOENT' ? 404 : 500);
      }),
    );
  };
}

async function answer(
  root: string,
  send: sirv.RequestHandler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return endWith(response, 405);
  }
  const file = await servedFile(root, request.url ?? '');
  if (file === undefined) return endWith(response, 404);

  askPlainly(request, file);
  response.setHeader('Content-Type', file.contentType);
  response.setHeader('Cache-Control', file.cacheControl);
  response.setHeader('Accept-Ranges', 'bytes');
  closeWhatIsPiped(response, request.method === 'HEAD');
  send(request, response);
}

/** By the file's real path sirv finds that file and no other, such as an `index` in a folder. */
function askPlainly(request: IncomingMessage, { path, size }: ServedFile): void {
  request.url = encodeURI(`/${path}`);
  const { range, 'if-range': condition, ...others } = request.headers;
  const plain = condition === undefined && request.method === 'GET' ? rangeFor(range, size) : undefined;
  request.headers = plain === undefined ? others : { ...others, range: plain };
}

/** sirv leaves the file open when a client goes away, ends the process when it cannot be read, and reads it for HEAD. */
function closeWhatIsPiped(response: ServerResponse, isHead: boolean): void {
  response.once('pipe', (source) => {
    source.once('error', () => response.destroy());
    response.once('close', () => source.destroy());
    if (!isHead) return;
    source.unpipe(response);
    response.end();
  });
}

function endWith(response: ServerResponse, status: number): void {
  if (response.headersSent) return void response.destroy();
  response.removeHeader('Cache-Control');
  response.writeHead(status, { 'Content-Length': 0 }).end();
}

async function listenAt(server: Server<typeof IncomingMessage, typeof PlainResponse>, place: Place): Promise<void> {
  try {
    server.listen(place.port, place.address);
    await once(server, 'listening');
  } catch (error) {
    throw listenError(place, error as NodeJS.ErrnoException);
  }
}

function listenError(place: Place, error: NodeJS.ErrnoException): Error {
  const listen = `${place.address ?? ''}:${place.port}`;
  if (error.code === 'EADDRINUSE') {
    return new MirrorError('PortInUse', `port ${place.port} of ${place.address ?? 'this machine'} is taken`, {
      hint: `end the program that listens there (ss -ltnp 'sport = :${place.port}'), or take another: --listen ADDRESS:PORT`,
      cause: error,
    });
  }
  const reasons: Record<string, string> = {
    EACCES: 'is not allowed',
    EADDRNOTAVAIL: 'is not an address of this machine',
    ENOTFOUND: 'names a host that nobody knows',
    EAI_AGAIN: 'names a host that cannot be looked up now',
  };
  const reason = reasons[error.code ?? ''];
  return reason === undefined ? error : badListen(listen, reason, error);
}

function urlOf(server: Server<typeof IncomingMessage, typeof PlainResponse>, { address }: Place): string {
  const { port } = server.address() as AddressInfo;
  const isAny = address === undefined || address === '0.0.0.0' || address === '::';
  const host = isAny ? addressForOthers() : address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Other machines cannot ask for 0.0.0.0. */
function addressForOthers(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

function closed(server: Server<typeof IncomingMessage, typeof PlainResponse>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve()); // an error means that it was closed before
    server.closeAllConnections();
  });
}
