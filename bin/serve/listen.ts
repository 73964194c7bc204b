import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { MirrorError } from '../../lib/errors';

/** Where a mirror is served unless told. */
export const defaultListen = '127.0.0.1:8080';

export interface Place {
  /** Undefined: all addresses. */
  readonly address: string | undefined;
  readonly port: number;
}

/** @throws BadInput (misuse) for what is no address */
export function placeOf(listen: string): Place {
  const [, six, other, digits] = /^(?:(?:\[([\da-f:.]+)\]|([^\s:[\]/]*)):)?(\d{1,5})$/i.exec(listen) ?? [];
  const port = Number(digits ?? Number.NaN);
  if (port <= 65_535) return { address: (six ?? other ?? '127.0.0.1') || undefined, port };
  throw badListen(listen, 'is not an address to listen on');
}

function badListen(listen: string, what: string, cause?: unknown): MirrorError {
  return new MirrorError('BadInput', `--listen ${listen} ${what}`, {
    hint: 'give ADDRESS:PORT with an address of this machine, :PORT for all of them, or PORT; ports below 1024 are for root',
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
    return new MirrorError('PortInUse', `port ${place.port} of ${place.address ?? 'this machine'} is taken`, {
      hint: `end the program that listens there (ss -ltnp 'sport = :${place.port}'), or take another: --listen ADDRESS:PORT`,
      cause: error,
    });
  }
  const reasons: Record<string, string> = {
    EACCES: 'is not allowed',
    EADDRNOTAVAIL: 'is not an address of this machine',
    ENOTFOUND: 'names a host that does not exist',
    EAI_AGAIN: 'names a host that cannot be looked up now',
  };
  const reason = reasons[String(error.code)];
  return reason === undefined ? error : badListen(listen, reason, error);
}

/** `http://10.0.0.2:8080`, without a slash at its end. */
export function urlOf(server: Server, { address }: Place): string {
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

/**
 * Looks before a build whether its mirror can be served afterwards; the address has to be one in any case.
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
