import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How much of the server others may take at once. */
export interface ConnectionLimits {
  /** Connections. Each may need a second file descriptor, for what is sent. */
  readonly connections: number;
  /** Of these by one address, or one /64 of IPv6, which is what one customer has. */
  readonly ofOneAddress: number;
  /** Requests of one connection that wait for the answers before theirs. apt sends ten ahead, MAAS none. */
  readonly waitingRequests: number;
}

/** By what this process may open: half for sockets, half for files, and some for itself. */
export function connectionLimits(openFiles = openFilesAllowed()): ConnectionLimits {
  const connections = Math.max(8, Math.min(2000, Math.floor((openFiles - 64) / 2)));
  return { connections, ofOneAddress: Math.floor(connections / 2), waitingRequests: 100 };
}

/** Node raises the soft limit to the hard one when it starts. */
function openFilesAllowed(): number {
  const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return Number(soft ?? Number.POSITIVE_INFINITY);
}

/**
 * The connections of a server. Where they are too many, the one goes that has waited longest without asking anything: a
 * machine asks as soon as it is connected, so that it is the last of whom others can take the place.
 */
export class Connections {
  /** Who asks nothing at the moment, oldest first. */
  private readonly idle = new Set<Socket>();
  private readonly all = new Map<Socket, { readonly network: string; waiting: number; last: Promise<void> }>();

  constructor(
    server: Server,
    private readonly limits: ConnectionLimits,
  ) {
    server.on('connection', (socket: Socket) => this.admit(socket));
  }

  /** One after the other for each connection: who asks ahead and does not read has one file open, not thousands. */
  answerInTurn(response: ServerResponse, answer: () => Promise<void>): void {
    const { socket } = response.req;
    const connection = this.all.get(socket);
    if (connection === undefined) return; // gone
    if (connection.waiting >= this.limits.waitingRequests) return void socket.destroy();

    connection.waiting++;
    this.idle.delete(socket);
    connection.last = connection.last.then(async () => {
      if (socket.destroyed) return; // the answers that still wait are never sent, and never closed
      const closed = once(response, 'close');
      await answer();
      await closed;
      connection.waiting--;
      if (connection.waiting === 0 && !socket.destroyed) this.idle.add(socket);
    });
  }

  private admit(socket: Socket): void {
    const network = networkOf(socket.remoteAddress ?? '');
    const isOfNetwork = (one: Socket) => this.all.get(one)?.network === network;
    const ofNetwork = [...this.all.values()].filter((one) => one.network === network).length;
    if (ofNetwork >= this.limits.ofOneAddress && !this.dismiss(isOfNetwork)) return void socket.destroy();
    if (this.all.size >= this.limits.connections && !this.dismiss(() => true)) return void socket.destroy();

    this.all.set(socket, { network, waiting: 0, last: Promise.resolve() });
    this.idle.add(socket);
    socket.once('close', () => this.forget(socket));
  }

  /** @returns false where all of them are being answered */
  private dismiss(which: (socket: Socket) => boolean): boolean {
    for (const socket of this.idle) {
      if (!which(socket)) continue;
      this.forget(socket);
      socket.destroy();
      return true;
    }
    return false;
  }

  private forget(socket: Socket): void {
    this.all.delete(socket);
    this.idle.delete(socket);
  }
}

/** An address of IPv4, also as IPv6 writes it; of IPv6 the first 64 bits. */
export function networkOf(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const [front, back] = [head, tail ?? ''].map((part) => part.split(':').filter(Boolean));
  const zeros = Array(Math.max(0, 8 - (front?.length ?? 0) - (back?.length ?? 0))).fill('0');
  return [...(front ?? []), ...zeros, ...(back ?? [])].slice(0, 4).join(':');
}
