import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { MirrorError } from '../../lib/errors';

/** Default address to serve at. */
export const defaultListen = '127.0.0.1:8080';

export interface Place {
  /** Undefined: all addresses. */
  readonly address: string | undefined;
  readonly port: number;
}

/** @throws BadInput (misuse) if it is not an address */
export function placeOf(listen: string): Place {
  const [, six, other, digits] = /^(?:(?:\[([\da-f:.]+)\]|([^\s:[\]/]*)):)?(\d{1,5})$/i.exec(listen) ?? [];
  const port = Number(digits ?? Number.NaN);
  if (port <= 65_535) return { address: (six ?? other ?? '127.0.0.1') || undefined, port };
  throw badListen(listen, 'not a valid address');
}

function badListen(listen: string, what: string, cause?: unknown): MirrorError {
  return new MirrorError('BadInput', `--listen ${listen.replace(/^.*@/s, '…@')}: ${what}`, {
    hint: 'give ADDRESS:PORT with an address of this machine, :PORT for all addresses, or PORT for this machine only; ports below 1024 require root',
    cause,
    misuse: true,
  });
}

/** @throws PortInUse; BadInput for an address that cannot be listened on */
export async function listenAt(server: Server, place: Place): Promise<void> {
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
    return new MirrorError('PortInUse', `port ${place.port} on ${place.address ?? 'this machine'} is already in use`, {
      hint: `stop the program that listens there (ss -ltnp 'sport = :${place.port}'), or use another port: --listen ADDRESS:PORT`,
      cause: error,
    });
  }
  const reasons: Record<string, string> = {
    EACCES: 'permission denied',
    EADDRNOTAVAIL: 'not an address of this machine',
    ENOTFOUND: 'host not found',
    EAI_AGAIN: 'the host name cannot be resolved at the moment',
  };
  const reason = reasons[String(error.code)];
  return reason === undefined ? error : badListen(listen, reason, error);
}

/** `http://10.0.0.2:8080`, without a trailing slash. */
export function urlOf(server: Server, { address }: Place): string {
  const { port } = server.address() as AddressInfo;
  const isAny = address === undefined || address === '0.0.0.0' || address === '::';
  const host = isAny ? addressForOthers() : address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Other machines cannot connect to 0.0.0.0. */
function addressForOthers(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

/**
 * Checks before a build that the mirror can be served afterwards. The address must be valid in any case.
 * @throws what placeOf and listenAt throw
 */
export async function requireListen({
  serve = false,
  listen = defaultListen,
}: {
  readonly serve?: boolean;
  readonly listen?: string;
}): Promise<void> {
  const place = placeOf(listen);
  if (!serve) return;
  const server = createServer();
  await listenAt(server, place);
  await new Promise((resolve) => server.close(resolve));
}
