import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Way } from '../../../lib/machine/gateway/crossings';
import { type GatewayOptions, type GatewaySource, openGateway } from '../../../lib/machine/gateway/gateway';
import type { GatewayParts } from '../../../lib/machine/gateway/gateway-parts';
import { findWays } from '../../../lib/machine/gateway/preflight';
import { relayedOptions } from '../../../lib/machine/gateway/relayed';
import { connectUpstream, ProxyRefusal } from '../../../lib/machine/gateway/upstream';
import { startProxy } from '../../fixtures/servers/forward-proxy';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { closedServer, serve } from '../../store/http/answering-server';

const portOf = (url: string) => new URL(url).port;
const source = (uri: string, more: Partial<GatewaySource> = {}): GatewaySource => ({ uri, suite: 'noble', ...more });

/** The ways that are found for sources, where every name means these addresses; and what is logged. */
async function waysTo(sources: readonly GatewaySource[], more: Partial<GatewayParts> = {}) {
  const log: string[] = [];
  const ways = await findWays(sources, {
    ...{ resolve: async () => ['127.0.0.1'], own: { addresses: [], hostname: 'a.example' }, ca: [] },
    ...{ siteProxy: () => undefined, log: (line: string) => void log.push(line), ...more },
  });
  return { ways: Object.fromEntries(ways), log };
}

const here: Way = { addresses: ['127.0.0.1'], proxy: undefined };

describe('the way to a source', () => {
  it('is asked for once, by the file that apt reads first', async () => {
    const server = await serve((_, response) => response.end());
    const uri = `http://a.example:${portOf(server.url)}`;
    const { ways, log } = await waysTo([source(uri), source(`${uri}/`), source('file:/srv')]);

    expect(ways).toEqual({ [uri]: here });
    expect(server.requests.map(({ method, url, headers }) => `${method} ${url} ${headers['user-agent']}`)).toEqual([
      'GET /dists/noble/InRelease maas-mirror',
    ]);
    expect(log).toEqual([`${uri}/dists/noble/InRelease: 200`]);
  });

  it.each([301, 302, 303, 307, 308])('leads where it is redirected to by %i', async (status) => {
    const server = await serve(({ url }, response) => {
      if (url === '/there?signature=secret') response.end();
      else response.writeHead(status, { location: '/there?signature=secret' }).end();
    });
    const { log } = await waysTo([source(server.url)]);
    expect(log).toEqual([
      `${server.url}/dists/noble/InRelease: ${status}, redirected to ${server.url}/there`,
      `${server.url}/there: 200`,
    ]);
  });

  it.each([
    [200, '/there'],
    [304, '/there'],
    [302, undefined],
    [302, 'http://['],
    [302, 'ftp://b.example/'],
  ])('ends where %i has the location %s', async (status, location) => {
    const server = await serve((_, response) => response.writeHead(status, location ? { location } : {}).end());
    const { log } = await waysTo([source(server.url)]);
    expect(log).toEqual([`${server.url}/dists/noble/InRelease: ${status}`]);
  });

  it('is followed for ten redirections and no more', async () => {
    let count = 0;
    const server = await serve((_, response) => response.writeHead(302, { location: `/${++count}` }).end());
    await waysTo([source(server.url)]);
    expect(server.requests).toHaveLength(11);
  });

  it('leads with credentials to the server that they are for, and without them elsewhere', async () => {
    const other = await serve((_, response) => response.end());
    const server = await serve(({ url }, response) => {
      const location = url?.endsWith('InRelease') ? '/again' : `http://b.example:${portOf(other.url)}/`;
      response.writeHead(302, { location }).end();
    });
    const resolve = async (name: string) => (name === 'b.example' ? ['1.1.1.1', '127.0.0.1'] : ['127.0.0.1']);
    const uri = `http://me:s3cret@a.example:${portOf(server.url)}`;
    const { ways, log } = await waysTo([source(uri), source(`http://b.example:${portOf(other.url)}`)], {
      ...{ resolve, own: { addresses: [], hostname: 'a.example' } },
      siteProxy: (url) => (url.hostname === 'b.example' ? new URL(other.url) : undefined),
    });

    const basic = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([basic, basic]);
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
    expect(Object.values(ways)).toContainEqual({ addresses: [], proxy: new URL(other.url) });
    expect(log.join('\n')).not.toContain('s3cret');
  });

  it.each([
    ['a name that means nothing', async () => [], { refusal: 'cannot resolve b.example', status: 502 }],
    [
      'a name that cannot be asked for',
      () => Promise.reject(new Error('ENOTFOUND')),
      { refusal: 'cannot resolve b.example', status: 502 },
    ],
    [
      'this machine',
      async () => ['127.0.0.1'],
      { refusal: 'b.example resolves to 127.0.0.1, an address of this machine', status: 403 },
    ],
    [
      'nothing but what gives credentials away',
      async () => ['169.254.169.254', '0.0.0.0'],
      {
        refusal:
          'b.example resolves to 169.254.169.254, a link-local address (cloud machines get their credentials there)',
        status: 403,
      },
    ],
  ])('refuses to lead to %s', async (_, resolve, way) => {
    const { ways, log } = await waysTo([source('http://b.example')], { resolve });
    expect(ways).toEqual({ 'http://b.example:80': way });
    expect(log).toEqual([`http://b.example:80/dists/noble/InRelease: ${way.refusal}`]);
  });

  it('has those addresses of a name that are allowed', async () => {
    const port = portOf(await closedServer());
    const resolve = async () => ['169.254.169.254', '127.0.0.1'];
    const { ways, log } = await waysTo([source(`http://a.example:${port}`)], { resolve });
    expect(ways).toEqual({ [`http://a.example:${port}`]: here });
    expect(log).toEqual([`http://a.example:${port}/dists/noble/InRelease: connect ECONNREFUSED 127.0.0.1:${port}`]);
  });

  it('is not asked for of a name that the site’s proxy is to know, but of an address that a server redirects to', async () => {
    await using proxy = await startProxy({ refuse: 302 });
    const resolve = () => Promise.reject(new Error('nobody may ask'));
    const way = new URL(proxy.address);
    const { ways } = await waysTo([source('http://b.example')], { resolve, siteProxy: () => way });
    expect(ways).toEqual({ 'http://b.example:80': { addresses: [], proxy: way } });

    const server = await serve((_, response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end());
    const redirected = await waysTo([source(server.url)], {
      siteProxy: (url) => (url.hostname === '10.0.0.1' ? way : undefined),
    });
    expect(redirected.ways['http://10.0.0.1:80']).toEqual({ refusal: '10.0.0.1 is a private address', status: 403 });
  });
});

describe('the gateway', () => {
  const open = async (sources: readonly GatewaySource[], options: GatewayOptions = {}, proxy?: string) => {
    const log: string[] = [];
    const network = proxy === undefined ? {} : { proxy };
    const gateway = await openGateway(sources, network, temporaryFolder(), {
      ...{ log: (line: string) => void log.push(line), ...options },
    });
    onTestFinished(() => gateway[Symbol.asyncDispose]());
    return { gateway, log };
  };

  it('gives sources an address for the image, and apt the relay for its proxy', async () => {
    const { gateway } = await open([]);
    expect(gateway.options).toEqual(relayedOptions);
    expect(gateway.uriOf({ uri: 'http://a.example/x' })).toBe('http://a.example/x');
    expect(gateway.uriOf({ uri: 'https://me:s3cret@a.example/x' })).toBe('http://a.example:443/x/');
  });

  it('goes through the proxy that is given, else the one that the machine’s apt has', async () => {
    await using given = await startProxy({ refuse: 404 });
    await using configured = await startProxy({ refuse: 404 });
    const aptOptions = [`Acquire::http::Proxy "${configured.address}";`];
    await open([source('http://b.example')], { aptOptions }, given.address);
    expect([given.requests.length, configured.requests.length]).toEqual([1, 0]);
    await open([source('http://b.example')], { aptOptions });
    expect(configured.requests).toEqual(['GET http://b.example/dists/noble/InRelease']);
  });

  it('knows this machine by its own names and addresses', async () => {
    const port = portOf(await closedServer());
    const resolve = async () => ['127.0.0.1'];
    const { log } = await open([source(`http://b.example:${port}`)], { resolve });
    expect(log).toEqual([
      `http://b.example:${port}/dists/noble/InRelease: b.example resolves to 127.0.0.1, an address of this machine`,
    ]);
    const localhost = await open([source(`http://localhost:${port}`)]);
    expect(localhost.log[0]).toContain('ECONNREFUSED');
  });

  it('refuses a folder on a machine of CodeBuild', async () => {
    const environment = { CODEBUILD_BUILD_ID: 'a:b', AWS_CONTAINER_CREDENTIALS_FULL_URI: 'x' };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const opened = open([source('file:/srv/archive')]).finally(() => vi.unstubAllEnvs());
    await expect(opened).rejects.toMatchObject({
      name: 'NotSupported',
      message: 'file:/srv/archive is a folder on your machine, which build machines in AWS cannot read',
      hint: 'serve the archive over HTTP or HTTPS at a URL that build machines in AWS can reach',
      misuse: true,
    });
  });

  it('writes to the log of the build where nobody else takes its lines', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const gateway = await openGateway([source('http://b.example')], {}, temporaryFolder(), { resolve: async () => [] });
    const printed = write.mock.calls.map(([line]) => String(line)).join('');
    write.mockRestore();
    await gateway[Symbol.asyncDispose]();
    expect(printed).toBe('http://b.example:80/dists/noble/InRelease: cannot resolve b.example\n');
  });
});

describe('a connection to a server', () => {
  const to = { addresses: ['127.0.0.1'], proxy: undefined };

  it('is kept for more, and made again where the server has closed it', async () => {
    const sockets = new Set<Socket>();
    const server = await serve(({ socket }, response) => {
      sockets.add(socket);
      response.end('x', () => {
        if (sockets.size === 1) socket.destroySoon();
      });
    });
    using upstream = connectUpstream([]);
    const target = new URL(`http://a.example:${portOf(server.url)}/x?y`);
    for (let count = 0; count < 3; count++) {
      expect(await text(await upstream.ask(target, to, { accept: 'b' }))).toBe('x');
    }
    expect(server.requests.map(({ url, headers }) => `${url} ${headers.host} ${headers.accept}`)).toEqual(
      new Array(3).fill(`/x?y a.example:${target.port} b`),
    );
    expect(sockets.size).toBeLessThan(3);
  });

  it('goes by the whole address to a proxy that forwards, with its own user', async () => {
    await using proxy = await startProxy({ refuse: 404 });
    using upstream = connectUpstream([]);
    const way = { addresses: [], proxy: new URL(proxy.address.replace('//', '//me:s%40cret@')) };
    const answer = await upstream.ask(new URL('http://b.example/x?y'), way, {}, 'HEAD');
    answer.resume();
    expect([answer.statusCode, proxy.requests]).toEqual([404, ['HEAD http://b.example/x?y']]);
    expect(proxy.authorisations).toEqual([`Basic ${Buffer.from('me:s@cret').toString('base64')}`]);
  });

  it('refuses in the words of a proxy that makes no tunnel', async () => {
    const refusing: RequestListener = (_, response) => response.end();
    const proxy = await serve(refusing);
    const listener = createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 403 Not this one\r\nContent-Length: 0\r\n\r\n'));
    });
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void listener.close());
    using upstream = connectUpstream([]);
    const through = { addresses: [], proxy: new URL(`http://127.0.0.1:${(listener.address() as AddressInfo).port}`) };
    const refused = await upstream.tunnel(new URL('https://b.example'), through).catch((error) => error);
    expect(refused).toBeInstanceOf(ProxyRefusal);
    expect(refused).toMatchObject({
      ...{ status: 403, reason: 'Not this one', message: 'the proxy returned 403 Not this one' },
    });
    expect(proxy.requests).toEqual([]);
  });

  it('carries what a proxy’s server says at once', async () => {
    let head = '';
    const listener = createServer((socket) => {
      socket.once('data', (asked: Buffer) => {
        head = String(asked);
        socket.end('HTTP/1.1 200 OK\r\n\r\nhello');
      });
    });
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void listener.close());
    using upstream = connectUpstream([]);
    const proxy = new URL(`http://me:word@127.0.0.1:${(listener.address() as AddressInfo).port}`);
    const socket = await upstream.tunnel(new URL('https://b.example/x'), { addresses: [], proxy });
    expect(await text(socket)).toBe('hello');
    expect(head.split('\r\n')).toEqual(
      expect.arrayContaining([
        ...['CONNECT b.example:443 HTTP/1.1', 'host: b.example:443'],
        `proxy-authorization: Basic ${Buffer.from('me:word').toString('base64')}`,
      ]),
    );
  });

  it('refuses where no address is known', () => {
    using upstream = connectUpstream([]);
    const nowhere = { addresses: [], proxy: undefined };
    expect(() => upstream.tunnel(new URL('https://b.example:8443'), nowhere)).toThrow(
      expect.objectContaining({ name: 'DownloadFailed', message: 'cannot resolve b.example:8443' }),
    );
  });

  it('refuses where nobody listens', async () => {
    using upstream = connectUpstream([]);
    const target = new URL(await closedServer());
    await expect(upstream.ask(target, to, {})).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(upstream.tunnel(target, to)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
