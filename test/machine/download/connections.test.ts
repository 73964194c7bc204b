import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { download, readUrl } from '../../../lib/machine/download/download';
import { sha256Of } from '../../../lib/sha256';
import { startProxy } from '../../fixtures/servers/forward-proxy';
import { makeAuthority } from '../../fixtures/servers/small-authority';
import { serveTroubled } from '../../fixtures/servers/troubled-server';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { closedServer } from '../../store/http/answering-server';

const index = Buffer.from('an index');
const quick = { waits: [0, 0], silenceMs: 3_600_000 };

// The machine that runs the tests may itself be behind a proxy.
beforeEach(() => {
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy']) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toUpperCase(), undefined);
  }
});
afterEach(() => vi.unstubAllEnvs());

describe('a proxy', () => {
  it('carries plain http as http, with the user and password of its address', async () => {
    await using server = await serveTroubled({ '/index': index });
    await using proxy = await startProxy();
    const address = proxy.address.replace('//', '//me:s%40cret@');

    expect(await readUrl(`${server.address}index`, { proxy: address }, quick)).toEqual(index);

    expect(proxy.requests).toEqual([`GET ${server.address}index`]);
    expect(proxy.authorisations).toEqual([`Basic ${Buffer.from('me:s@cret').toString('base64')}`]);
    expect(server.requests).toHaveLength(1);
  });

  it('carries https through a tunnel, by a CA that is handed in', async () => {
    const { ca, ...tls } = makeAuthority(temporaryFolder());
    await using server = await serveTroubled({ '/index': index }, () => ({}), tls);
    await using proxy = await startProxy();

    expect(await readUrl(`${server.address}index`, { proxy: proxy.address, ca }, quick)).toEqual(index);

    expect(proxy.requests).toEqual([`CONNECT ${new URL(server.address).host}`]);
  });

  it('lets a download go on after a cut', async () => {
    const image = randomBytes(100_000);
    const promised = { sha256: sha256Of(image as unknown as string), size: image.length };
    await using server = await serveTroubled({ '/squashfs': image }, ({ before }) => (before ? {} : { cutAt: 60_000 }));
    await using proxy = await startProxy();
    const file = join(temporaryFolder(), 'squashfs');

    await download(`${server.address}squashfs`, file, promised, { network: { proxy: proxy.address }, ...quick });

    expect(server.requests.map(({ from }) => from)).toEqual([0, 60_000]);
    expect(proxy.requests).toHaveLength(2);
    expect(readFileSync(file).equals(image)).toBe(true);
  });

  it('is taken from the environment where none is given, except for the hosts of no_proxy', async () => {
    await using server = await serveTroubled({ '/index': index });
    await using proxy = await startProxy();
    vi.stubEnv('http_proxy', proxy.address.replace('http://', ''));
    await readUrl(`${server.address}index`, {}, quick);
    expect(proxy.requests).toHaveLength(1);

    vi.stubEnv('no_proxy', 'example.com,127.0.0.1');
    await readUrl(`${server.address}index`, {}, quick);
    expect(proxy.requests).toHaveLength(1);
    expect(server.requests).toHaveLength(2);
  });

  it('that is given counts more than the environment', async () => {
    await using server = await serveTroubled({ '/index': index });
    await using proxy = await startProxy();
    vi.stubEnv('http_proxy', await closedServer());
    vi.stubEnv('no_proxy', '*');

    expect(await readUrl(`${server.address}index`, { proxy: proxy.address }, quick)).toEqual(index);
    expect(proxy.requests).toHaveLength(1);
  });

  it.each(['http', 'https'])('that refuses is told at once (%s)', async (scheme) => {
    await using proxy = await startProxy({ refuse: 407 });

    await expect(readUrl(`${scheme}://127.0.0.1:1/index`, { proxy: proxy.address }, quick)).rejects.toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringContaining('407'),
      hint: expect.stringContaining('proxy'),
    });
    expect(proxy.requests).toHaveLength(1);
  });

  it.each(['socks5://127.0.0.1:1080', 'http://', '://'])('refuses the address %s', async (proxy) => {
    await expect(readUrl('http://127.0.0.1:1/', { proxy }, quick)).rejects.toMatchObject({
      name: 'BadInput',
      misuse: true,
      message: expect.stringContaining(proxy),
    });
  });

  it.each([
    [
      'http://us:12/hush@h:9',
      'http://h:9 is not a valid HTTP proxy URL: it may have part of a password as its host: write /, ? and # in a password as %2F, %3F and %23, and @ in a path as %40',
    ],
    ['http://h:1/x', 'http://h:1/x is not a valid HTTP proxy URL: it has a path, query or fragment'],
    ['http://h:1?x', 'http://h:1?x is not a valid HTTP proxy URL: it has a path, query or fragment'],
    [
      'http://us:p%w@h:9',
      'http://h:9 is not a valid HTTP proxy URL: its user or password is not valid percent-encoded UTF-8: write a percent sign as %25',
    ],
  ])('says what is wrong with %s', async (proxy, message) => {
    await expect(readUrl('http://127.0.0.1:1/', { proxy }, quick)).rejects.toMatchObject({
      ...{ name: 'BadInput', misuse: true, message: `the proxy ${message}` },
    });
  });

  it.each([
    ['ftp://me:s3cret@host/', 'ftp://host/'],
    ['ftp://me:s@s3cret@host/', 'ftp://host/'],
    ['me:s3cret@host:port', 'http://host:port'],
    ['me:12/s3cret@host:9', 'http://host:9'],
  ])('refuses an address without showing its password: %s', async (proxy, shown) => {
    const refused = await readUrl('http://127.0.0.1:1/', { proxy }).catch(String);
    expect(refused).toContain(`the proxy ${shown} is not a valid HTTP proxy URL`);
    expect(refused).not.toContain('s3cret');
  });
});

describe('an extra CA', () => {
  it('makes its servers trusted, and is needed for that', async () => {
    const { ca, ...tls } = makeAuthority(temporaryFolder());
    const other = makeAuthority(temporaryFolder());
    await using server = await serveTroubled({ '/index': index }, () => ({}), tls);
    const read = (network: { ca?: string }) => readUrl(`${server.address}index`, network, quick);

    expect(await read({ ca: `a comment\n${other.ca}${ca}` })).toEqual(index);
    for (const network of [{}, { ca: other.ca }]) {
      await expect(read(network)).rejects.toMatchObject({
        name: 'DownloadFailed',
        message: expect.stringMatching(/certificate/),
        hint: 'for a server with a certificate from a private CA, specify the CA (sources.ca, --ca)',
      });
    }
    expect(server.requests).toHaveLength(1);
  });

  it('is not waited for: a certificate that is not trusted is asked for once', async () => {
    const { ca: _, ...tls } = makeAuthority(temporaryFolder());
    let asked = 0;
    const server = createServer(tls).on('connection', () => asked++);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;

    await expect(readUrl(`https://127.0.0.1:${port}/`, {}, quick)).rejects.toMatchObject({ name: 'DownloadFailed' });
    expect(asked).toBe(1);
  });

  it.each([
    ['no certificate', 'nonsense'],
    ['a broken one', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('refuses %s', async (_, ca) => {
    await expect(readUrl('https://127.0.0.1:1/', { ca }, quick)).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining('cannot read the additional CA certificates'),
      misuse: true,
    });
  });
});
