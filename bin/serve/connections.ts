import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Limits of concurrent use. */
export interface ConnectionLimits {
  /** Connections. Each may need a second file descriptor, for the file that is sent. */
  readonly connections: number;
  /** Connections from one address, or from one /64 of IPv6, which is what one customer has. */
  readonly ofOneAddress: number;
  /** Pipelined requests of one connection that wait for earlier answers. apt pipelines ten, MAAS none. */
  readonly waitingRequests: number;
}

/** From the limit of open files: half for sockets, half for files, and some for the process itself. */
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
 * The connections of a server. If there are too many, the one that has been idle longest is closed. A booting machine sends
 * its request as soon as it is connected, so it is the last one to be closed.
 */
export class Connections {
  /** Connections without a pending request, oldest first. */
  private readonly idle = new Set<Socket>();
  private readonly all = new Map<Socket, { readonly network: string; waiting: number; last: Promise<void> }>();

  constructor(
    server: Server,
    private readonly limits: ConnectionLimits,
  ) {
    server.on('connection', (socket: Socket) => this.admit(socket));
  }

  /** Answers one request of a connection at a time: a client that pipelines and does not read keeps one file open. */
  answerInTurn(response: ServerResponse, answer: () => Promise<void>): void {
    const { socket } = response.req;
    const connection = this.all.get(socket);
    if (connection === undefined) return; // closed
    if (connection.waiting >= this.limits.waitingRequests) return void socket.destroy();

    connection.waiting++;
    this.idle.delete(socket);
    connection.last = connection.last.then(async () => {
      if (socket.destroyed) return; // answers that still wait are never sent, so they never close
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

  /** @returns false if all of them are being answered */
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

/** An IPv4 address, also if it is mapped to IPv6; of an IPv6 address the first 64 bits. */
export function networkOf(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const [front, back] = [head, tail ?? ''].map((part) => part.split(':').filter(Boolean));
  const zeros = Array(Math.max(0, 8 - (front?.length ?? 0) - (back?.length ?? 0))).fill('0');
  return [...(front ?? []), ...zeros, ...(back ?? [])].slice(0, 4).join(':');
}
