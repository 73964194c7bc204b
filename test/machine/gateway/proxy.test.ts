import { once } from 'node:events';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Crossings, type Way } from '../../../lib/machine/gateway/crossings';
import { startGatewayProxy } from '../../../lib/machine/gateway/proxy';
import { type MappedSource, mappedSource } from '../../../lib/machine/gateway/source-address';
import { startProxy } from '../../fixtures/servers/forward-proxy';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { closedServer, serve } from '../../store/http/answering-server';

const open: Way = { addresses: ['127.0.0.1'], proxy: undefined };
const portOf = (url: string) => new URL(url).port;

/** A proxy with these ways; what it logs. */
async function proxyWith(ways: Readonly<Record<string, Way>>, mapped: readonly MappedSource[] = []) {
  const log: string[] = [];
  const parts = {
    ...{ resolve: async () => [], own: { addresses: [], hostname: '' }, siteProxy: () => undefined, ca: [] },
    log: (line: string) => void log.push(line),
  };
  const scratch = temporaryFolder();
  const crossings = new Crossings(new Map(Object.entries(ways)), mapped);
  const proxy = await startGatewayProxy(crossings, parts, scratch);
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  return { socket: proxy.socket, log };
}

interface Told {
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function ask(
  socketPath: string,
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Told> {
  const asked = request({ socketPath, path, method, headers: { host: 'x', ...headers }, agent: false });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const { statusCode: status, statusMessage: reason } = answer;
  return { status, reason, headers: answer.headers, body: await text(answer) };
}

/** All that comes back for what is written as it is. */
async function say(socketPath: string, written: string): Promise<string> {
  const socket = connect(socketPath);
  socket.write(written);
  return text(socket);
}

describe('a request through the gateway', () => {
  it('goes to its server with what that needs to know, and nothing else', async () => {
    const server = await serve((_, response) => response.end('index'));
    const { socket, log } = await proxyWith({ [`http://a.example:${portOf(server.url)}`]: open });
    const known = {
      ...{ accept: '*/*', 'cache-control': 'max-age=0', 'if-modified-since': 'Sun, 06 Nov 1994 08:49:37 GMT' },
      ...{ 'if-none-match': '"x"', 'if-range': '"y"', range: 'bytes=5-', 'user-agent': 'apt' },
    };
    const secret = { authorization: 'Basic x', cookie: 'a=b', 'x-own': 'y', 'proxy-authorization': 'Basic z' };

    const url = `http://a.example:${portOf(server.url)}/dists/x?y=z`;
    const answer = await ask(socket, url, { headers: { ...known, ...secret } });

    expect(answer).toMatchObject({ status: 200, reason: 'OK', body: 'index' });
    const [seen] = server.requests;
    expect([seen?.method, seen?.url]).toEqual(['GET', '/dists/x?y=z']);
    const { connection: _, ...headers } = seen?.headers ?? {};
    expect(headers).toEqual({ ...known, host: `a.example:${portOf(server.url)}` });
    expect(log).toEqual([]);
  });

  it('comes back with status and headers, except those that are between servers', async () => {
    const server = await serve((_, response) => {
      response.writeHead(418, 'Short\u00a0and stout', {
        ...{ 'content-type': 'text/plain', 'last-modified': 'then', 'set-cookie': 'a=b', 'x-secret': '1' },
        ...{ 'keep-alive': 'timeout=5', 'proxy-authenticate': 'Basic', 'proxy-connection': 'x', te: 'x' },
        ...{ trailer: 'x', upgrade: 'x', connection: 'close, X-Secret' },
      });
      response.end('tea');
    });
    const { socket } = await proxyWith({ [`http://a.example:${portOf(server.url)}`]: open });
    const { headers, ...answer } = await ask(socket, `http://a.example:${portOf(server.url)}/`, { method: 'GET' });

    expect(answer).toEqual({ status: 418, reason: 'Short and stout', body: 'tea' });
    const { date: _, connection: __, ...others } = headers;
    expect(others).toEqual({
      ...{ 'content-type': 'text/plain', 'last-modified': 'then', 'transfer-encoding': 'chunked' },
    });
  });

  it('may be a HEAD', async () => {
    const server = await serve((_, response) => response.writeHead(200, { 'content-length': 7 }).end());
    const { socket } = await proxyWith({ [`http://a.example:${portOf(server.url)}`]: open });
    const { headers, body } = await ask(socket, `http://a.example:${portOf(server.url)}/`, { method: 'HEAD' });
    expect([headers['content-length'], body, server.requests[0]?.method]).toEqual(['7', '', 'HEAD']);
  });

  it.each([
    ['POST', {}, 405, 'only GET and HEAD are allowed'],
    ['DELETE', {}, 405, 'only GET and HEAD are allowed'],
    ['GET', { 'content-length': '3' }, 400, 'a request must not have a body'],
    ['GET', { 'transfer-encoding': 'chunked' }, 400, 'a request must not have a body'],
  ])('refuses %s with %j', async (method, headers, status, reason) => {
    const server = await serve((_, response) => response.end());
    const { socket } = await proxyWith({ [`http://a.example:${portOf(server.url)}`]: open });
    const url = `http://a.example:${portOf(server.url)}/`;
    const answer = await ask(socket, url, { method, headers, body: 'abc' });
    expect(answer).toMatchObject({ status, reason, headers: { 'content-length': '0' }, body: '' });
    expect(server.requests).toEqual([]);
  });

  it('refuses what is no source, and says once in the log what was asked for', async () => {
    const { socket, log } = await proxyWith({});
    const refused = { status: 403, reason: 'neither a source of this build nor a redirection from one', body: '' };
    for (const url of ['http://me:s3cret@b.example/x', 'http://b.example/y', '/plain', 'http://c.example:81/\u00e9']) {
      expect(await ask(socket, encodeURI(url))).toMatchObject(refused);
    }
    expect(log).toEqual([
      'refused: a program of the image requested http://b.example:80, which is not a source of this build',
      'refused: a program of the image requested /plain, which is not a source of this build',
      'refused: a program of the image requested http://c.example:81, which is not a source of this build',
    ]);
  });

  it('fills no log, by many addresses nor by long ones', async () => {
    const { socket, log } = await proxyWith({});
    await ask(socket, `/${'x'.repeat(2000)}`);
    for (let index = 0; index < 60; index++) await ask(socket, `/${index}`);
    expect(log).toHaveLength(50);
    expect(log[0]).toHaveLength(300);
    expect(log[49]).toContain(' /48,');
  });

  it('is told why a way is closed', async () => {
    const { socket, log } = await proxyWith({
      'http://a.example:80': { refusal: 'a.example resolves to 10.0.0.1, a private address', status: 403 },
      'http://b.example:80': { refusal: 'cannot resolve b.example', status: 502 },
    });
    expect(await ask(socket, 'http://a.example/')).toMatchObject({
      status: 403,
      reason: 'a.example resolves to 10.0.0.1, a private address',
    });
    expect(await ask(socket, 'http://b.example/')).toMatchObject({ status: 502, reason: 'cannot resolve b.example' });
    expect(log).toEqual([]);
  });

  it('is told that a server is not there, or knows no HTTP', async () => {
    const port = portOf(await closedServer());
    const nonsense = createServer((socket) => socket.end('nonsense\r\n\r\n'));
    await once(nonsense.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void nonsense.close());
    const { port: odd } = nonsense.address() as AddressInfo;
    const { socket } = await proxyWith({
      ...{ [`http://a.example:${port}`]: open, [`http://a.example:${odd}`]: open },
      'http://b.example:80': { addresses: [], proxy: undefined },
    });
    expect(await ask(socket, `http://a.example:${port}/`)).toMatchObject({
      status: 502,
      reason: `connect ECONNREFUSED 127.0.0.1:${port}`,
    });
    expect(await ask(socket, `http://a.example:${odd}/`)).toMatchObject({
      status: 502,
      reason: expect.stringMatching(/^Parse Error/),
    });
    expect(await ask(socket, 'http://b.example/')).toMatchObject({
      status: 502,
      reason: 'cannot resolve b.example',
    });
  });

  it('breaks where the answer breaks, and takes nothing cut for whole', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('12345', () => response.destroy());
    });
    const { socket } = await proxyWith({ [`http://a.example:${portOf(server.url)}`]: open });
    await expect(ask(socket, `http://a.example:${portOf(server.url)}/`)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('a source with credentials', () => {
  it('is asked with them, and its redirections to itself stay under the address of the image', async () => {
    const server = await serve(({ url }, response) => {
      const to = { '/ppa/in': 'in/deeper?x=1', '/ppa/out': '/other/x', '/ppa/odd': 'http://[' }[url ?? ''];
      if (to === undefined) response.end('found');
      else
        response
          .writeHead(302, { location: to.startsWith('http') ? to : new URL(to, `${server.url}/ppa/`).href })
          .end();
    });
    const uri = server.url.replace('//127.0.0.1', '//me:s3cret@a.example');
    const real = `http://a.example:${portOf(server.url)}`;
    const mapped = mappedSource({ uri: `${uri}/ppa` });
    const { socket } = await proxyWith({ [real]: open }, mapped ? [mapped] : []);
    const basic = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;

    expect(mapped).toEqual({ uri: `${real}/ppa`, real: `${real}/ppa/`, authorization: basic });
    expect(await ask(socket, `${real}/ppa/x`)).toMatchObject({ status: 200, body: 'found' });
    expect(server.requests[0]?.headers.authorization).toBe(basic);
    const locations = [];
    for (const path of ['in', 'out', 'odd'])
      locations.push((await ask(socket, `${real}/ppa/${path}`)).headers.location);
    expect(locations).toEqual([`${server.url}/ppa/in/deeper?x=1`, `${server.url}/other/x`, 'http://[']);
  });

  it('of a name is redirected within that name', async () => {
    const server = await serve((_, response) => response.writeHead(301, { location: `${real}/ppa/b?c=d` }).end());
    const real = `http://a.example:${portOf(server.url)}`;
    const mapped = { uri: 'http://a.example:443/ppa', real: `${real}/ppa/`, authorization: 'Basic x' };
    const { socket } = await proxyWith({ [real]: open }, [mapped]);

    const { headers } = await ask(socket, 'http://a.example:443/ppa/a');
    expect(headers.location).toBe('http://a.example:443/ppa/b?c=d');
  });
});

describe('a folder of this machine', () => {
  it('is handed out file by file, with size and time', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'InRelease'), 'signed');
    writeFileSync(join(folder, 'empty'), '');
    mkdirSync(join(folder, 'dists'));
    symlinkSync('/dev/zero', join(folder, 'device'));
    utimesSync(join(folder, 'InRelease'), 0, 1_000_000_000);
    const mapped = mappedSource({ uri: `file:${folder}` });
    const { socket } = await proxyWith({}, mapped ? [mapped] : []);
    const of = (name: string) => `http://folder.invalid${folder}/${name}`;

    const headers = { 'content-length': '6', 'last-modified': 'Sun, 09 Sep 2001 01:46:40 GMT' };
    expect(await ask(socket, of('InRelease'))).toMatchObject({ status: 200, body: 'signed', headers });
    expect(await ask(socket, of('InRelease'), { method: 'HEAD' })).toMatchObject({ status: 200, body: '', headers });
    expect(await ask(socket, of('empty'))).toMatchObject({ status: 200, body: '' });
    for (const name of ['missing', 'dists', 'device', 'dists%2f..%2fInRelease']) {
      expect(await ask(socket, of(name))).toMatchObject({ status: 404, body: '', headers: { 'content-length': '0' } });
    }
  });
});

describe('a tunnel through the gateway', () => {
  /** A server that says back what it hears, after a greeting. */
  async function echo(): Promise<number> {
    const server = createServer((socket: Socket) => {
      socket.on('error', () => {});
      socket.write('hello ');
      socket.pipe(socket);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    return (server.address() as AddressInfo).port;
  }

  it('carries bytes both ways, those too that came at once with the request', async () => {
    const port = await echo();
    const { socket } = await proxyWith({ [`https://a.example:${port}`]: open });
    const client = connect(socket);
    client.write(`CONNECT a.example:${port} HTTP/1.1\r\nHost: x\r\n\r\nearly `);
    let heard = '';
    for await (const chunk of client) {
      heard += chunk;
      if (heard.includes('early') && !heard.includes('late')) client.write('late');
      if (heard.includes('late')) break;
    }
    expect(heard).toMatch(/^HTTP\/1\.1 200 Connection established\r\n\r\nhello /);
    expect(heard).toContain('early late');
  });

  it.each([
    ['b.example:443', '403 neither a source of this build nor a redirection from one'],
    ['c.example:443', '502 cannot resolve c.example'],
    ['me:s3cret@b.example:443', '403 neither a source of this build nor a redirection from one'],
  ])('refuses to lead to %s', async (authority, said) => {
    const { socket, log } = await proxyWith({
      'https://c.example:443': { refusal: 'cannot resolve c.example', status: 502 },
    });
    expect(await say(socket, `CONNECT ${authority} HTTP/1.1\r\nHost: x\r\n\r\n`)).toBe(
      `HTTP/1.1 ${said}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    const line = `refused: a program of the image requested ${authority}, which is not a source of this build`;
    expect(log).toEqual(said.startsWith('403') ? [line] : []);
  });

  it('refuses with the reason where nobody listens, or the site’s proxy makes none', async () => {
    const port = portOf(await closedServer());
    await using proxy = await startProxy({ refuse: 407 });
    const { socket } = await proxyWith({
      [`https://a.example:${port}`]: open,
      'https://b.example:443': { addresses: [], proxy: new URL(proxy.address) },
    });
    const told = (authority: string) => say(socket, `CONNECT ${authority} HTTP/1.1\r\nHost: x\r\n\r\n`);

    expect(await told(`a.example:${port}`)).toMatch(
      new RegExp(`^HTTP/1.1 502 connect ECONNREFUSED 127.0.0.1:${port}\r\nContent-Length: 0\r\n`),
    );
    expect(await told('b.example:443')).toMatch(/^HTTP\/1\.1 407 No\r\n/);
  });
});
