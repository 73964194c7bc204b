/* bin/serve: the HTTP server of `serve` and `build --serve`. */

import { realpath } from 'node:fs/promises';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { refusePrivateKeys } from '../../lib/store/directory/private-keys';
import { openMirrorDirectory } from '../../lib/store/open';
import { answer, endWith } from './answer';
import { type ConnectionLimits, Connections, connectionLimits } from './connections';
import { defaultListen, listenAt, placeOf, urlOf } from './listen';

export interface ServeOptions {
  /** The folder of a mirror. */
  readonly directory: string;
  /**
   * Where to listen: `ADDRESS:PORT`, `[IPV6]:PORT`, `:PORT` for all addresses of this machine, `PORT` for this machine
   * only. Port 0 selects a free one.
   * @default 127.0.0.1:8080
   */
  readonly listen?: string;
  /** @default - from the number of files that this process may open */
  readonly limits?: ConnectionLimits;
  /** How long clients may take. @default - the times below */
  readonly patience?: Patience;
}

/** All in milliseconds. */
export interface Patience {
  /** Until the head of a request has arrived. Nothing that boots machines sends it in pieces. */
  readonly head: number;
  /** Until the whole request has arrived. */
  readonly request: number;
  /** While a connection is silent in both directions: a client that does not read must not block others. */
  readonly silence: number;
}

const usualPatience: Patience = { head: 20_000, request: 60_000, silence: 120_000 };

export interface RunningServer {
  /** `http://10.0.0.2:8080`, without a trailing slash. */
  readonly url: string;
  /** Also ends the downloads that are running. */
  close(): Promise<void>;
}

/**
 * Serves a mirror to MAAS until it is closed.
 * @throws KeyExposed if the mirror contains a private key; PortInUse; BadInput for an address that cannot be listened
 * on; NoSuchDirectory, ForeignDirectory and NotSupported of openMirrorDirectory
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { directory, listen = defaultListen, limits = connectionLimits(), patience = usualPatience } = options;
  const place = placeOf(listen);
  const root = await realpath((await openMirrorDirectory(directory, { create: false })).root);
  await refusePrivateKeys(root);
  const server = createServer(timesOf(patience));
  server.timeout = patience.silence;
  const connections = new Connections(server, limits);
  server.on('request', (request, response) =>
    connections.answerInTurn(response, () => answer(root, request, response).catch(() => endWith(response, 500))),
  );
  await listenAt(server, place);
  return { url: urlOf(server, place), close: () => closed(server) };
}

function timesOf({ head, request }: Patience): ServerOptions {
  return { headersTimeout: head, requestTimeout: request, connectionsCheckingInterval: Math.ceil(head / 4) };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve()); // an error means that it was already closed
    server.closeAllConnections();
  });
}
