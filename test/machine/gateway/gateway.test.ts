import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Network } from '../../../lib/machine/download/connections';
import {
  type Gateway,
  type GatewayOptions,
  type GatewaySource,
  openGateway,
} from '../../../lib/machine/gateway/gateway';
import { relayedCommand } from '../../../lib/machine/gateway/relayed';
import { run } from '../../../lib/machine/run';
import { startProxy } from '../../fixtures/servers/forward-proxy';
import { makeAuthority } from '../../fixtures/servers/small-authority';
import { temporaryFolder } from '../../fixtures/temporary-folder';

interface Served extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** `GET /path authorisation` */
  readonly seen: string[];
}

const credentials = { user: 'robot', password: 'hush-hush' };
const basic = `Basic ${Buffer.from('robot:hush-hush').toString('base64')}`;

async function serve(
  listener: RequestListener,
  tls?: { readonly key: string; readonly cert: string },
): Promise<Served> {
  const seen: string[] = [];
  const watched: RequestListener = (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
    listener(request, response);
  };
  const server = tls ? createTlsServer(tls, watched) : createServer(watched);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, port, seen },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Watched extends Gateway {
  readonly log: readonly string[];
}

async function gatewayTo(
  sources: readonly GatewaySource[],
  options: GatewayOptions = {},
  network: Network = {},
): Promise<Watched> {
  const log: string[] = [];
  const all = { log: (line: string) => void log.push(line), ...options };
  return { ...(await openGateway(sources, network, temporaryFolder(), all)), log };
}

const source = (uri: string, more: Partial<GatewaySource> = {}): GatewaySource => ({ uri, suite: 'noble', ...more });
const said =
  (text: string): RequestListener =>
  (_, response) =>
    response.end(text);
const redirecting =
  (to: string): RequestListener =>
  (_, response) =>
    response.writeHead(302, { location: to }).end();

/** What a program in the gateway's network gets of curl: the content and the status. */
async function curl(gateway: Gateway, ...words: string[]): Promise<string> {
  const asked = ['curl', '--silent', '--proxy', 'http://127.0.0.1:3128', '--write-out', ' %{http_code}', ...words];
  return behind(gateway, ['sh', '-c', '"$@" || true', 'sh', ...asked]);
}

/** The first line of the answer to a request, written as it is. */
function answerTo(gateway: Gateway, request: string): Promise<string> {
  const ask = 'exec 3<>/dev/tcp/127.0.0.1/3128; printf "%s\\r\\nHost: x\\r\\n\\r\\n" "$0" >&3; head -n 1 <&3';
  return behind(gateway, ['bash', '-c', ask, request]);
}

function behind(gateway: Gateway, words: readonly [string, ...string[]]): Promise<string> {
  return run(relayedCommand(words, gateway, 'buildspecs'), { quiet: true });
}

describe('a program behind the gateway', () => {
  it('reaches the source, and no other port of its host', async () => {
    await using archive = await serve(said('a package'));
    await using docker = await serve(said('{}'));
    await using gateway = await gatewayTo([source(archive.url), source(`${archive.url}/`)]);

    expect(await curl(gateway, `${archive.url}/pool/a.deb`)).toBe('a package 200');
    for (const _ of [1, 2]) expect(await curl(gateway, `${docker.url}/containers/create`)).toBe(' 403');
    expect(await curl(gateway, '--proxytunnel', archive.url)).toBe(' 000');
    expect(archive.seen).toEqual(['GET /dists/noble/InRelease -', 'GET /pool/a.deb -']);
    expect(docker.seen).toEqual([]);
    const refused = `refused: a program of the image requested ${docker.url}, which is not a source of this build`;
    expect(gateway.log.slice(0, 2)).toEqual([`${archive.url}/dists/noble/InRelease: 200`, refused]);
    expect(gateway.log.filter((line) => line === refused)).toHaveLength(1);
  });

  it('has no network but that: no route, no name, nothing of this machine', async () => {
    await using archive = await serve(said('a package'));
    await using gateway = await gatewayTo([source(archive.url)]);

    const script = 'cat /proc/net/route | wc -l; ls /sys/class/net >/dev/null; cat /proc/net/dev | grep -c :; ';
    const direct = `(: </dev/tcp/127.0.0.1/${archive.port}) 2>/dev/null && echo reached; :`;
    expect(await behind(gateway, ['bash', '-c', script + direct])).toBe('1\n1');
  });

  it('is told why by a status of which apt shows the reason', async () => {
    await using gateway = await gatewayTo([source('http://127.0.0.1:9'), source('http://nowhere.example')], {
      resolve: () => Promise.reject(new Error('ENOTFOUND')),
    });
    const heads = async (url: string) => curl(gateway, '--include', url);

    expect(await heads('http://127.0.0.1:9/x')).toMatch(/^HTTP\/1.1 502 connect ECONNREFUSED 127.0.0.1:9\r/);
    expect(await heads('http://nowhere.example/x')).toMatch(/^HTTP\/1.1 502 cannot resolve nowhere.example\r/);
    expect(await heads('http://other.example/x')).toMatch(/^HTTP\/1.1 403 neither a source of this build/);
  });

  it('asks for files and nothing else, and says nothing else', async () => {
    const headers: unknown[] = [];
    await using archive = await serve((request, response) => {
      headers.push(request.headers);
      response.writeHead(200, { 'set-cookie': 'a=b', 'keep-alive': 'timeout=9' }).end('a package');
    });
    await using gateway = await gatewayTo([source(archive.url)]);
    const words = ['--header', 'Range: bytes=2-', '--header', 'Authorization: Basic eDp5', '--header', 'X-Other: 1'];

    expect(await curl(gateway, '--include', ...words, `${archive.url}/a`)).not.toMatch(/set-cookie|timeout=9/i);
    expect(headers.at(-1)).toEqual({
      ...{ accept: '*/*', range: 'bytes=2-', host: archive.url.slice('http://'.length), connection: 'keep-alive' },
      'user-agent': expect.stringContaining('curl'),
    });
    expect(await curl(gateway, '--request', 'DELETE', archive.url)).toBe(' 405');
    expect(await curl(gateway, '--request', 'GET', '--data', 'x', archive.url)).toBe(' 400');
    expect(await curl(gateway, `http://x:y@${archive.url.slice('http://'.length)}/`)).toBe('a package 200');
    expect(archive.seen.every((line) => line.endsWith(' -'))).toBe(true);
  });
});

describe('the gateway', () => {
  it('takes no more connections at once than an apt may want', async () => {
    await using gateway = await gatewayTo([]);
    const sockets = Array.from({ length: 70 }, () => connect(gateway.socket));
    const closed = (socket: Socket) => new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    let over = 0;
    const six = new Promise<void>((resolve) => {
      for (const socket of sockets)
        socket
          .on('error', () => {})
          .resume()
          .once('close', () => ++over === 6 && resolve());
    });
    await six;

    const left = sockets.filter((socket) => !socket.closed);
    expect(left).toHaveLength(64);
    const all = left.map(closed);
    for (const socket of left) socket.destroy();
    await Promise.all(all);
  });

  it('is in a folder that only root can enter, and gone with its scope', async () => {
    const scratch = temporaryFolder();
    {
      await using gateway = await openGateway([], {}, scratch, { log: () => {} });
      const [folder = ''] = readdirSync(scratch);
      expect(statSync(join(scratch, folder)).mode & 0o777).toBe(0o700);
      expect(statSync(join(scratch, folder, 'proxy')).isSocket()).toBe(true);
      expect(gateway.socket.length).toBeLessThan(107);
    }
    expect(readdirSync(scratch)).toEqual([]);
  });
});

describe('a server', () => {
  it('that closes a connection which was kept for more is asked again by another', async () => {
    const asked = new WeakMap<Socket, number>();
    await using archive = await serve((request, response) => {
      const times = (asked.get(request.socket) ?? 0) + 1;
      asked.set(request.socket, times);
      if (times === 1) response.end('a package');
      else request.socket.destroy();
    });
    await using gateway = await gatewayTo([source(archive.url)]);

    const answers = await curl(gateway, `${archive.url}/1`, `${archive.url}/2`, `${archive.url}/3`);
    expect(answers).toBe('a package 200a package 200a package 200');
    expect(archive.seen.length).toBeGreaterThan(4);
  });

  it('that breaks off is not taken for one that was done', async () => {
    await using archive = await serve((request, response) => {
      if (request.url !== '/cut') return void response.end();
      response.writeHead(200, { 'content-length': 100 }).write('half', () => response.destroy());
    });
    await using gateway = await gatewayTo([source(archive.url)]);

    await expect(
      behind(gateway, ['curl', '--silent', '--proxy', 'http://127.0.0.1:3128', `${archive.url}/cut`]),
    ).rejects.toMatchObject({ cause: { exitCode: 18 } });
  });
});

describe('a redirection', () => {
  it('leads to a server that is found before anything runs', async () => {
    await using cdn = await serve(said('from there'));
    await using archive = await serve(redirecting(`${cdn.url}/a`));
    await using gateway = await gatewayTo([source(archive.url), source(cdn.url)]);

    expect(await curl(gateway, '--location', archive.url)).toBe('from there 200');
  });

  it('through the proxy of the site may lead to names that only that knows', async () => {
    await using cdn = await serve(said('from there'));
    await using archive = await serve(redirecting('http://cdn.example/a'));
    const hosts = { 'archive.example': String(archive.port), 'cdn.example': String(cdn.port) };
    await using proxy = await startProxy({ hosts });
    await using gateway = await gatewayTo([source('http://archive.example')], {}, { proxy: proxy.address });

    expect(await curl(gateway, '--location', 'http://archive.example/a')).toBe('from there 200');
    expect(gateway.log[0]).toBe(
      'http://archive.example:80/dists/noble/InRelease: 302, redirected to http://cdn.example:80/a',
    );
    expect(await curl(gateway, 'http://other.example/')).toBe(' 403');
  });

  it.each([
    ['this machine', (port: number) => `http://127.0.0.1:${port}/`],
    ['this machine by its name', (port: number) => `http://localhost:${port}/`],
    ['this machine in other letters', (port: number) => `http://[::ffff:127.0.0.1]:${port}/`],
    ['what gives credentials away', () => 'http://169.254.169.254/latest/meta-data/'],
    ['the site', () => 'http://10.1.2.3/'],
  ])('to %s is not followed', async (_, to) => {
    await using docker = await serve(said('{}'));
    const target = to(docker.port);
    await using archive = await serve(redirecting(target));
    await using gateway = await gatewayTo([source(archive.url)]);

    expect(gateway.log.at(-1)).toMatch(
      /(is|resolves to) .*(an address of this machine|a link-local address|a private address)/,
    );
    expect(await curl(gateway, target)).toMatch(/^ (403|000)$/);
    expect(docker.seen).toEqual([]);
  });

  it('without an end is given up', async () => {
    await using archive = await serve((_, response) => response.writeHead(302, { location: '/again' }).end());
    await using _gateway = await gatewayTo([source(archive.url)]);

    expect(archive.seen).toHaveLength(11);
  });
});

describe('a name', () => {
  it('is resolved once: whatever it means later, nothing else is connected to', async () => {
    await using archive = await serve(said('a package'));
    await using docker = await serve(said('{}'));
    const meanings = ['127.0.0.1', '127.0.0.2'];
    const resolved: string[] = [];
    const resolve = async (name: string) => {
      resolved.push(name);
      return [meanings.shift() ?? 'nothing'];
    };
    const own = { addresses: [], hostname: 'archive' };
    const uri = `http://archive.example:${archive.port}`;
    await using gateway = await gatewayTo([source(uri), source(uri, { suite: 'noble-updates' })], { resolve, own });

    for (const _ of [1, 2]) expect(await curl(gateway, `${uri}/a`)).toBe('a package 200');
    expect(await curl(gateway, `http://archive.example:${docker.port}/a`)).toBe(' 403');
    expect(resolved).toEqual(['archive.example']);
  });

  it.each([
    '127.0.0.1',
    '::1',
    '169.254.169.254',
    'fd00:ec2::254',
    '0.0.0.0',
    '::ffff:169.254.170.2',
    '203.0.113.7',
  ])('of a source that means %s here leads nowhere', async (address) => {
    const own = { addresses: ['203.0.113.7'], hostname: 'builder' };
    await using gateway = await gatewayTo([source('http://apt.evil.example')], { resolve: async () => [address], own });

    expect(gateway.log).toEqual([expect.stringContaining(`apt.evil.example resolves to ${address}`)]);
    expect(await curl(gateway, '--include', 'http://apt.evil.example/latest/meta-data/')).toMatch(
      /^HTTP\/1.1 403 apt.evil.example resolves to /,
    );
  });
});

describe('a source with credentials', () => {
  it('has an address without them in the image, and gets them from the gateway', async () => {
    const { ca, key, cert } = makeAuthority(temporaryFolder());
    await using archive = await serve(
      (request, response) => {
        if (request.url === '/private/moved')
          response.writeHead(302, { location: `${archive.url}/private/here` }).end();
        else response.end(`at ${request.url}`);
      },
      { key, cert },
    );
    const secret = source(`${archive.url}/private`, { credentials });
    await using gateway = await gatewayTo([secret], {}, { ca });
    const uri = gateway.uriOf(secret);

    expect(uri).toBe(`http://127.0.0.1:${archive.port}/private/`);
    expect(await curl(gateway, `${uri}dists/noble/InRelease`)).toBe('at /private/dists/noble/InRelease 200');
    expect(await curl(gateway, '--location', `${uri}moved`)).toBe('at /private/here 200');
    expect(await curl(gateway, `http://127.0.0.1:${archive.port}/elsewhere`)).toBe(' 403');
    expect(new Set(archive.seen.map((line) => line.replace(/^GET \S+ /, '')))).toEqual(new Set([basic]));
  });

  it.each([
    '..%2felsewhere',
    '%2e%2e%2felsewhere',
    '..%5celsewhere',
    '%252e%252e%252felsewhere',
    '..;/elsewhere',
    'pool/..;v=1/../..;/elsewhere',
  ])('refuses to take them along to %s, which a server may read as outside of its folder', async (path) => {
    await using archive = await serve(said('read'));
    await using gateway = await gatewayTo([source(`${archive.url}/private`, { credentials }), source(archive.url)]);
    const own = `${archive.url}/private/pool/a_1%253a2.0..1~b%2bc.deb`;

    expect(await curl(gateway, '--path-as-is', `${archive.url}/private/${path}`)).toBe(' 403');
    expect(await curl(gateway, own)).toBe('read 200');
    expect(archive.seen.at(-1)).toBe(`GET /private/pool/a_1%253a2.0..1~b%2bc.deb ${basic}`);
  });

  it('may have them in its address, which nothing but its own requests carry', async () => {
    await using cdn = await serve(said('from there'));
    await using archive = await serve((request, response) => {
      if (request.url?.startsWith('/private/')) response.writeHead(302, { location: `${cdn.url}/a` }).end();
      else response.end('public');
    });
    const secret = source(`${archive.url.replace('//', '//robot:hush-hush@')}/private`);
    await using gateway = await gatewayTo([secret, source(archive.url), source(cdn.url)]);

    expect(gateway.uriOf(secret)).toBe(`${archive.url}/private`);
    expect(gateway.uriOf(source(archive.url))).toBe(archive.url);
    expect(await curl(gateway, '--location', `${archive.url}/private/a`)).toBe('from there 200');
    expect(await curl(gateway, `${archive.url}/a`)).toBe('public 200');
    expect(archive.seen.filter((line) => line.includes('/private/')).every((line) => line.endsWith(basic))).toBe(true);
    expect([...cdn.seen, ...archive.seen.filter((line) => !line.includes('/private/'))].join()).not.toContain('Basic');
    expect(gateway.log.join()).not.toContain('hush-hush');
  });

  it('of https goes through the proxy of the site in a tunnel', async () => {
    const { ca, key, cert } = makeAuthority(temporaryFolder());
    await using archive = await serve(said('a package'), { key, cert });
    await using proxy = await startProxy();
    const secret = source(archive.url, { credentials });
    await using gateway = await gatewayTo([secret], {}, { ca, proxy: proxy.address.replace('//', '//me:100%s3cret@') });

    expect(await curl(gateway, `${gateway.uriOf(secret)}a`)).toBe('a package 200');
    expect(new Set(proxy.requests)).toEqual(new Set([`CONNECT 127.0.0.1:${archive.port}`]));
    expect(proxy.authorisations[0]).toBe(`Basic ${Buffer.from('me:100%s3cret').toString('base64')}`);
  });
});

describe('a source of https', () => {
  it.each([
    false,
    true,
  ])('is spoken to by the program itself, in a tunnel; with a proxy of the site: %s', async (chained) => {
    const { ca, key, cert } = makeAuthority(temporaryFolder());
    await using archive = await serve(said('a package'), { key, cert });
    await using docker = await serve(said('{}'));
    await using proxy = await startProxy();
    const network = chained ? { ca, proxy: proxy.address } : { ca };
    await using gateway = await gatewayTo([source(archive.url)], {}, network);

    expect(await curl(gateway, '--insecure', archive.url)).toBe('a package 200');
    expect(await curl(gateway, '--insecure', `https://127.0.0.1:${docker.port}`)).toBe(' 000');
    expect(await curl(gateway, archive.url.replace('https', 'http'))).toBe(' 403');
    expect(await answerTo(gateway, `GET ${archive.url}/ HTTP/1.1`)).toMatch(/^HTTP\/1.1 403 /);
    expect(proxy.requests).toHaveLength(chained ? 2 : 0);
  });

  it('is refused with the words of a site’s proxy that refuses', async () => {
    await using proxy = await startProxy({ refuse: 407 });
    await using gateway = await gatewayTo([source('https://archive.example')], {}, { proxy: proxy.address });

    expect(await curl(gateway, '--include', 'https://archive.example')).toMatch(/^HTTP\/1.1 407 No\r/);
  });
});

describe('a source that is a folder of this machine', () => {
  it('is handed out by the gateway, and nothing beside it', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'archive/pool'), { recursive: true });
    for (const name of ['archive/pool/a.deb', 'archive/empty', 'secret']) {
      writeFileSync(join(folder, name), name === 'archive/empty' ? '' : `this is ${name}`);
    }
    execFileSync('mkfifo', [join(folder, 'archive/fifo')]);
    await using gateway = await gatewayTo([source(`file://${folder}/archive`)]);
    const uri = gateway.uriOf(source(`file://${folder}/archive`));

    expect(await curl(gateway, `${uri}pool/a.deb`)).toBe('this is archive/pool/a.deb 200');
    expect(await curl(gateway, `${uri}empty`)).toBe(' 200');
    for (const path of ['nothing', 'pool', 'fifo', '..%2fsecret', 'pool/..%2f..%2f..%2fsecret']) {
      expect([path, await curl(gateway, uri + path)]).toEqual([path, ' 404']);
    }
    for (const path of ['../secret', '%2e%2e/secret', 'pool/../../secret']) {
      expect([path, await curl(gateway, '--path-as-is', uri + path)]).toEqual([path, ' 403']);
    }
    expect(gateway.log.join()).toContain('is not a source of this build');
  });

  it('refuses it on a machine of CodeBuild, where nobody has typed it', async () => {
    vi.stubEnv('CODEBUILD_BUILD_ID', 'a:b');
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', '/v2/credentials/x');
    const opened = gatewayTo([source('file:///srv/ubuntu')]).finally(() => vi.unstubAllEnvs());

    await expect(opened).rejects.toMatchObject({ name: 'NotSupported', misuse: true });
  });
});

describe('the relay', () => {
  it('ends as its program does', async () => {
    await using gateway = await gatewayTo([]);

    await expect(behind(gateway, ['sh', '-c', 'echo out; exit 7'])).rejects.toMatchObject({ cause: { exitCode: 7 } });
    await expect(behind(gateway, ['sh', '-c', 'kill -9 $$'])).rejects.toMatchObject({ cause: { signal: 'SIGKILL' } });
    await expect(behind(gateway, ['/no/such/program'])).rejects.toMatchObject({ cause: { exitCode: 127 } });
  });

  it('carries much both ways, by many connections at once', async () => {
    const big = Buffer.alloc(3_000_000, 'maas');
    await using archive = await serve((_, response) => response.end(big));
    await using gateway = await gatewayTo([source(archive.url)]);
    const each = 'for n in $(seq 40); do curl --silent --proxy http://127.0.0.1:3128 "$0/$n" | wc -c & done; wait';

    const sizes = (await behind(gateway, ['bash', '-c', each, archive.url])).split('\n');
    expect(sizes).toEqual(Array(40).fill('3000000'));
  });

  it('leaves no process behind where it is killed', async () => {
    await using gateway = await gatewayTo([]);
    const mark = `left-by-${process.pid}`;
    const endless = ['bash', '-c', `echo ready; exec -a ${mark} sleep infinity`] as const;
    const command = relayedCommand(endless, gateway, 'buildspecs');
    const killing = 'coproc R { exec "$@"; }; read -r -u "${R[0]}" line; kill -9 $R_PID; echo "$line"';

    expect(await run(['bash', '-c', killing, 'bash', ...command], { quiet: true })).toBe('ready');
    const found = 'for n in $(seq 500); do pgrep -f "$1" || pgrep -f "$2" || exit 0; done; exit 1';
    await run(['bash', '-c', found, 'bash', `^perl.*relay.pl ${gateway.socket}`, `^${mark}`], { quiet: true });
  });
});
