import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connectionLimits, networkOf } from '../../../bin/serve/connections';
import { type ServeOptions, startServer } from '../../../bin/serve/start-server';
import { openMirrorDirectory } from '../../../lib/store/open';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { openFiles } from './open-files';
import '../../fixtures/needs-seconds';

const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

describe('a server that may open 1024 files', () => {
  let port: number;
  beforeAll(async () => {
    const command = `ulimit -n 1024; exec "$0" dist/bin/maas-mirror.js serve "$1" --listen 127.0.0.1:0`;
    const folder = mkdtempSync(join(tmpdir(), 'small-mirror-'));
    const server = spawn('sh', ['-c', command, process.execPath, await makeMirror(folder)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    port = await portOf(server);
    return async () => {
      server.kill();
      await once(server, 'close');
      rmSync(folder, { recursive: true });
    };
  });

  it('answers others while one asks 20,000 times and reads nothing', async () => {
    const flood = await connected(port);
    flood.write(request('/keyring.gpg').repeat(20_000));

    for (let n = 0; n < 20; n++) expect(await statusOf(port)).toBe(200);
  });

  it('answers others while many ask for a large file, ahead and without reading', async () => {
    const crowd = await Promise.all(Array.from({ length: 100 }, () => connected(port)));
    for (const one of crowd) one.write(request('/large').repeat(50));

    for (let n = 0; n < 20; n++) expect(await statusOf(port)).toBe(200);
  });

  it('answers others while 1,100 begin a request and never end it', async () => {
    const crowd: Socket[] = [];
    for (let n = 0; n < 1100; n++) crowd.push(await connected(port));
    for (const one of crowd) one.write('GET /k');

    for (let n = 0; n < 20; n++) expect(await statusOf(port)).toBe(200);
  });
});

describe('a server with few places', () => {
  const limits = { connections: 4, ofOneAddress: 2, waitingRequests: 3 };

  it('gives away the place of whoever has asked nothing for the longest time', async () => {
    const { port } = await serving({ limits: { ...limits, ofOneAddress: 3 } });
    const download = await downloading(port, '127.0.0.1');
    const [oldest, other, newest] = [
      await connected(port),
      await connected(port, '127.0.0.2'),
      await connected(port, '127.0.0.2'),
    ];
    const ended = closed(oldest);

    expect(await statusOf(port)).toBe(200);

    await ended;
    expect(oldest.bytesRead).toBe(0); // not for its slowness, of which it would be told
    expect([download, other, newest].map(({ closed }) => closed)).toEqual([false, false, false]);
  });

  it('gives away one of the same address where that has its share', async () => {
    const { port } = await serving({ limits });
    const other = await connected(port, '127.0.0.2');
    const [oldest, newest] = [await connected(port), await connected(port)];
    const ended = closed(oldest);

    expect(await statusOf(port)).toBe(200);

    await ended;
    expect(oldest.bytesRead).toBe(0); // not for its slowness, of which it would be told
    expect([other, newest].map(({ closed }) => closed)).toEqual([false, false]);
  });

  it('closes a newcomer where everybody is being answered', async () => {
    const { port } = await serving({ limits });
    for (let n = 0; n < 4; n++) await downloading(port, `127.0.0.${1 + (n % 2)}`);

    expect(await bytesFrom(await connected(port, '127.0.0.3'))).toBe(0);
  });

  it('lets one address take half of them', async () => {
    const { port } = await serving({ limits });
    const [first] = [await downloading(port, '127.0.0.2'), await downloading(port, '127.0.0.2')];

    expect(await bytesFrom(await connected(port, '127.0.0.2'))).toBe(0);

    expect(await statusOf(port)).toBe(200);
    expect(first.closed).toBe(false);
  });

  it('answers what is asked ahead in its order, and one file is open at a time', async () => {
    const { port, root } = await serving({ limits: { ...limits, waitingRequests: 100 } });
    const client = await connected(port);

    const asked = `${request('/large')}${request('/keyring.gpg')}${request('/missing')}`.repeat(3);
    client.write(asked.replace(/\r\n$/, 'Connection: close\r\n\r\n'));
    await once(client, 'readable');
    expect(openFiles().filter((path) => path.startsWith(root))).toHaveLength(1);

    const statuses = (await text(client)).match(/HTTP\/1.1 \d+/g);
    expect(statuses).toEqual(Array(3).fill(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 404']).flat());
  });

  it('ends a connection on which too much is asked ahead', async () => {
    const { port } = await serving({ limits });

    expect(await bytesFrom(await connected(port), 4)).toBe(0);
    expect(await bytesFrom(await connected(port), 3)).toBeGreaterThan(20);
  });

  it('goes on with a connection on which one thing is asked after the other', async () => {
    const { port } = await serving({ limits });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const ports: unknown[] = [];
    for (let n = 0; n < 10; n++) {
      const response = await answerOf(port, { agent });
      ports.push(response.socket.localPort);
      await text(response);
    }

    expect(new Set(ports).size).toBe(1);
  });

  it.each([
    ['no whole head', 'GET /k', { head: 50, request: 60_000, silence: 60_000 }],
    [
      'no whole request',
      'GET /missing HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n',
      { head: 50, request: 100, silence: 60_000 },
    ],
    ['nothing at all', '', { head: 60_000, request: 60_000, silence: 50 }],
  ])('ends the connection of a client from which %s comes', async (_, sent, patience) => {
    const { port } = await serving({ limits, patience });
    const client = await connected(port);
    client.write(sent);

    await closed(client);
  });

  it('ends the download of a client that reads nothing', async () => {
    const { port, root } = await serving({ limits, patience: { head: 60_000, request: 60_000, silence: 50 } });
    const client = await connected(port);
    client.write(request('/large'));
    await once(client, 'readable');

    await expect.poll(() => openFiles().filter((path) => path.startsWith(root)), { timeout: 600_000 }).toEqual([]);
  });
});

describe('the places of a server', () => {
  it('are as many as it may open files for, and half of them for one address', () => {
    expect(connectionLimits(1024)).toMatchObject({ connections: 480, ofOneAddress: 240 });
    expect(connectionLimits(1_048_576)).toMatchObject({ connections: 2000, ofOneAddress: 1000 });
    expect(connectionLimits(Number.POSITIVE_INFINITY)).toMatchObject({ connections: 2000 });
    expect(connectionLimits(64)).toMatchObject({ connections: 8, ofOneAddress: 4 });
    expect(connectionLimits().connections).toBeGreaterThanOrEqual(8);
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['', ''],
  ])('count %j with %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

async function makeMirror(folder: string): Promise<string> {
  const root = join(folder, 'mirror');
  const store = await openMirrorDirectory(root, { create: true });
  await store.create('keyring.gpg', Buffer.from('keyring'));
  await store.create('large', Buffer.alloc(20_000_000));
  return root;
}

async function serving(options: Pick<ServeOptions, 'limits' | 'patience'>): Promise<{ port: number; root: string }> {
  const root = await makeMirror(temporaryFolder());
  const server = await startServer({ directory: root, listen: '0.0.0.0:0', ...options });
  onTestFinished(() => server.close());
  return { port: Number(new URL(server.url).port), root };
}

async function portOf({ stdout }: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: stdout as NodeJS.ReadableStream })) {
    const [, port] = /^serving .*:(\d+)$/.exec(line) ?? [];
    if (port !== undefined) return Number(port);
  }
  throw new Error('the server has ended');
}

/** A connection that is closed when the test is over. */
async function connected(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket.on('error', () => {}); // how it ends is up to the server
}

/** By its end or by a reset, whatever was sent before. */
const closed = (client: Socket) => new Promise((resolve) => client.resume().on('close', resolve));

/** What comes until the connection is closed, if so many small files are asked for, the last one in the end. */
async function bytesFrom(client: Socket, asked = 1): Promise<number> {
  const ended = closed(client);
  client.write(request('/keyring.gpg').repeat(asked).replace(/\r\n$/, 'Connection: close\r\n\r\n'));
  await ended;
  return client.bytesRead;
}

async function downloading(port: number, localAddress: string): Promise<Socket> {
  const socket = await connected(port, localAddress);
  socket.write(request('/large'));
  await once(socket, 'readable');
  return socket;
}

function answerOf(port: number, options: { agent?: Agent } = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path: '/keyring.gpg', agent: false, ...options }, resolve).on('error', reject);
  });
}

async function statusOf(port: number): Promise<number | undefined> {
  const response = await answerOf(port);
  expect(await text(response)).toBe('keyring');
  return response.statusCode;
}
