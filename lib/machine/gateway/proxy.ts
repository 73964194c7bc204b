import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { withoutPasswords } from '../../errors';
import type { Crossings, Way } from './crossings';
import type { GatewayParts } from './gateway-parts';
import { sendFile } from './send-file';
import { openSocketFolder } from './socket-folder';
import { type MappedSource, wayName } from './source-address';
import { connectUpstream, ProxyRefusal, type Upstream } from './upstream';

export interface GatewayProxy extends AsyncDisposable {
  readonly socket: string;
}

/** The proxy for programs of an image. It trusts nothing in their requests except the name of the file. */
export async function startGatewayProxy(
  crossings: Crossings,
  parts: GatewayParts,
  scratch: string,
): Promise<GatewayProxy> {
  const upstream = connectUpstream(parts.ca);
  const sockets = new Set<Socket>();
  const tell = tellingOnce(parts.log);
  const server = createServer({ headersTimeout: 60_000, requestTimeout: 0 });
  server.maxConnections = 64;
  server.on('request', (request, response) => void answer(request, response, { crossings, upstream, tell }));
  server.on('connect', (request, client: Socket, head: Buffer) => {
    if (head.length > 0) client.unshift(head);
    void tunnel(request, client, { crossings, upstream, tell });
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  const folder = await openSocketFolder(scratch);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(folder.socket, resolve);
    });
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
  return {
    socket: folder.socket,
    async [Symbol.asyncDispose]() {
      upstream[Symbol.dispose]();
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
      await folder[Symbol.asyncDispose]();
    },
  };
}

interface Desk {
  readonly crossings: Crossings;
  readonly upstream: Upstream;
  readonly tell: (line: string) => void;
}

async function answer(request: IncomingMessage, response: ServerResponse, desk: Desk): Promise<void> {
  const { method = '', url = '' } = request;
  if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'only GET and HEAD are allowed');
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  if (length !== '0' || encoding !== undefined) return refuse(response, 400, 'a request must not have a body');
  const crossing = URL.canParse(url) ? desk.crossings.of(new URL(url)) : undefined;
  const reason = crossing ? refusalIn(crossing.way) : notOurs(url, desk.tell);
  if (reason !== undefined) return refuse(response, reason.status, reason.refusal);
  const { target, way, mapped } = crossing as NonNullable<typeof crossing>;
  if ('refusal' in way) return;
  if (target.protocol === 'file:') return sendFile(target, response, method);
  try {
    const authorization = mapped?.authorization;
    const headers = { ...carried(request), ...(authorization !== undefined && { authorization }) };
    const from = await desk.upstream.ask(target, way, headers, method);
    response.on('close', () => from.destroy());
    response.writeHead(from.statusCode ?? 502, sayable(from.statusMessage), headersBack(from, mapped));
    await pipeline(from, response);
  } catch (error) {
    if (!response.headersSent) refuse(response, 502, reasonOf(error));
    else response.destroy();
  }
}

async function tunnel({ url = '' }: IncomingMessage, client: Socket, desk: Desk): Promise<void> {
  const found = desk.crossings.ofTunnel(url);
  const reason = found ? refusalIn(found.way) : notOurs(url, desk.tell);
  if (reason !== undefined) return hangUp(client, reason.status, reason.refusal);
  const { target, way } = found as NonNullable<typeof found>;
  if ('refusal' in way) return;
  try {
    const server = await desk.upstream.tunnel(target, way);
    client.on('close', () => server.destroy());
    server.on('error', () => client.destroy());
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    await Promise.all([pipeline(client, server), pipeline(server, client)]);
  } catch (error) {
    if (error instanceof ProxyRefusal) hangUp(client, error.status, error.reason);
    else if (client.bytesWritten === 0) hangUp(client, 502, reasonOf(error));
    else client.destroy();
  }
}

type Reason = Exclude<Way, { addresses: unknown }>;

function refusalIn(way: Way): Reason | undefined {
  return 'refusal' in way ? way : undefined;
}

function notOurs(url: string, tell: Desk['tell']): Reason {
  const asked = URL.canParse(url) && url.includes('://') ? wayName(new URL(url)) : url;
  tell(`refused: a program of the image requested ${asked}, which is not a source of this build`);
  return { refusal: 'neither a source of this build nor a redirection from one', status: 403 };
}

/** Logs each line once, and at most 50 lines. */
function tellingOnce(log: (line: string) => void): (line: string) => void {
  const told = new Set<string>();
  return (line) => {
    const safe = JSON.stringify(withoutPasswords(line.slice(0, 300))).slice(1, -1);
    if (told.has(safe) || told.size >= 50) return;
    told.add(safe);
    log(safe);
  };
}

/** The only request headers that are forwarded; in particular, no authorization. */
function carried({ headers }: IncomingMessage): OutgoingHttpHeaders {
  const names = ['accept', 'cache-control', 'if-modified-since', 'if-none-match', 'if-range', 'range', 'user-agent'];
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}

/** Removes hop-by-hop headers. Rewrites redirections of a mapped source to itself to the URL that the image uses. */
function headersBack({ headers }: IncomingMessage, mapped: MappedSource | undefined): OutgoingHttpHeaders {
  const own = ['keep-alive', 'proxy-authenticate', 'proxy-connection', 'te', 'trailer', 'upgrade', 'set-cookie'];
  const listed = (headers.connection ?? '').toLowerCase().split(/\s*,\s*/);
  const dropped = new Set([...own, 'connection', 'transfer-encoding', ...listed]);
  const back = Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)));
  const { location } = headers;
  if (mapped === undefined || location === undefined || !URL.canParse(location)) return back;
  const to = new URL(location);
  const whole = `${wayName(to)}${to.pathname}${to.search}`;
  return whole.startsWith(mapped.real)
    ? { ...back, location: mapped.uri.replace(/\/*$/, '/') + whole.slice(mapped.real.length) }
    : back;
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, sayable(reason), { 'content-length': 0 }).end();
}

function hangUp(client: Socket, status: number, reason: string): void {
  client.end(`HTTP/1.1 ${status} ${sayable(reason)}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}

/** apt prints the reason phrase, which must be a single line of ASCII. */
function sayable(text = ''): string {
  return withoutPasswords(text)
    .replaceAll(/[^ -~]+/g, ' ')
    .slice(0, 200);
}

function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || 'no connection';
}
