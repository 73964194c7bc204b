import { once } from 'node:events';
import { mkdirSync, readdirSync, readlinkSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { get, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RunningServer, startServer } from '../../../bin/serve/start-server';
import { openMirrorDirectory } from '../../../lib/store/open';
import { makePrivateKeyPackets } from '../../fixtures/keys/private-key-packets';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { openFiles } from './open-files';
import '../../fixtures/needs-seconds';

const image = Buffer.from(Array.from({ length: 1000 }, (_, n) => n % 251));

describe('serving a mirror', () => {
  it('sends files as they are, with the headers of the cloud', async () => {
    const { url } = await serveMirror({
      'candidate/streams/v1/index.sjson': 'signed',
      'candidate/streams/v1/0a.json': '{}',
      'candidate/streams/v1/0a.json.gpg': 'signature',
      'keyring.gpg': 'keyring',
      'pool/noble/squashfs': image,
      'pool/noble/root-image.gz': image,
    });
    const mutable = 'public, max-age=60';
    const immutable = 'public, max-age=31536000, immutable';
    const text = 'text/plain; charset=utf-8';
    for (const [path, type, cache] of [
      ['/candidate/streams/v1/index.sjson', text, mutable],
      ['/candidate/streams/v1/0a.json', 'application/json', immutable],
      ['/candidate/streams/v1/0a.json.gpg', 'application/octet-stream', mutable],
      ['/keyring.gpg', 'application/octet-stream', mutable],
      ['/pool/noble/squashfs', 'application/octet-stream', immutable],
      ['/pool/noble/root-image.gz', 'application/octet-stream', immutable],
    ] as const) {
      const { status, headers } = await ask(url, path);
      expect([path, status, headers['content-type'], headers['cache-control']]).toEqual([path, 200, type, cache]);
      expect(headers['content-encoding']).toBeUndefined();
    }
    expect((await ask(url, '/pool/noble/root-image.gz')).body.equals(image)).toBe(true);
  });

  it('follows the links of a view', async () => {
    const { url, root } = await serveMirror({ 'pool/noble/amd64/squashfs': image });
    mkdirSync(join(root, 'candidate'));
    symlinkSync('../pool/noble', join(root, 'candidate/noble'));
    expect(readlinkSync(join(root, 'candidate/noble'))).toBe('../pool/noble');
    expect((await ask(url, '/candidate/noble/amd64/squashfs')).body.equals(image)).toBe(true);
  });

  it('sends what has come since it was started', async () => {
    const { url, root } = await serveMirror({});
    expect((await ask(url, '/late')).status).toBe(404);
    writeFileSync(join(root, 'late'), 'late');
    expect((await ask(url, '/late')).body.toString()).toBe('late');
  });

  it('sends the front page for / and nothing for other folders', async () => {
    const { url, root } = await serveMirror({ 'pool/index.html': 'no', 'pool/index': 'no' });
    expect((await ask(url, '/')).status).toBe(404);
    writeFileSync(join(root, 'index.html'), '<h1>A mirror</h1>');
    const { status, headers, body } = await ask(url, '/');
    expect([status, headers['content-type'], body.toString()]).toEqual([
      200,
      'text/html; charset=utf-8',
      '<h1>A mirror</h1>',
    ]);
    for (const path of ['/pool', '/pool/', '/index.html/']) expect((await ask(url, path)).status).toBe(404);
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    const { url } = await serveMirror({ squashfs: image });
    const { status, headers, body } = await ask(url, '/squashfs', { method: 'HEAD' });
    expect([status, headers['content-length'], headers['accept-ranges'], body.length]).toEqual([
      200,
      '1000',
      'bytes',
      0,
    ]);
  });

  it.each([
    ['bytes=0-99', 206, 0, 100],
    ['bytes=990-', 206, 990, 1000],
    ['bytes=990-5000', 206, 990, 1000],
    ['bytes=5-1000000000000000000000000', 206, 5, 1000],
    ['bytes=-3', 206, 997, 1000],
    ['bytes=-5000', 206, 0, 1000],
    ['bytes=0-0', 206, 0, 1],
    // May be answered whole (RFC 9110, section 14.2)
    ['bytes=5-2', 200, 0, 1000],
    ['bytes=0-1,5-6', 200, 0, 1000],
    ['bytes=-', 200, 0, 1000],
    ['lines=1-2', 200, 0, 1000],
  ])('understands Range: %s', async (range, status, start, end) => {
    const { url } = await serveMirror({ squashfs: image });
    const answer = await ask(url, '/squashfs', { headers: { range } });
    expect(answer.status).toBe(status);
    expect(answer.body.equals(image.subarray(start, end))).toBe(true);
    if (status === 206) expect(answer.headers['content-range']).toBe(`bytes ${start}-${end - 1}/1000`);
  });

  it.each([
    'bytes=1000-',
    'bytes=2000-3000',
    'bytes=-0',
  ])('refuses Range: %s, which lies behind the end', async (range) => {
    const { url } = await serveMirror({ squashfs: image });
    const { status, headers } = await ask(url, '/squashfs', { headers: { range } });
    expect([status, headers['content-range']]).toEqual([416, 'bytes */1000']);
  });

  it('says 304 to who has a file already, by its tag or its date, and sends what took its place', async () => {
    const { url, root } = await serveMirror({ 'candidate/streams/v1/index.sjson': 'signed', 'keyring.gpg': 'k' });
    const file = join(root, 'candidate/streams/v1/index.sjson');
    utimesSync(file, 1_750_000_000, 1_750_000_000);
    const path = '/candidate/streams/v1/index.sjson';
    const first = await ask(url, path);
    const { etag = '', 'last-modified': date = '' } = first.headers;
    expect([first.status, date]).toEqual([200, new Date(1_750_000_000_000).toUTCString()]);

    for (const [name, value] of [
      ['if-none-match', etag],
      ['if-modified-since', date],
    ] as const) {
      for (const method of ['GET', 'HEAD']) {
        const { status, headers: got, body } = await ask(url, path, { method, headers: { [name]: value } });
        expect([status, got.etag, got['cache-control'], body.length]).toEqual([304, etag, 'public, max-age=60', 0]);
      }
    }
    // An older one, as a backup that is put back has it: later than is no reason to keep what one has.
    writeFileSync(`${file}.new`, 'older!');
    utimesSync(`${file}.new`, 1_700_000_000, 1_700_000_000);
    renameSync(`${file}.new`, file);
    for (const [name, value] of [
      ['if-none-match', etag],
      ['if-modified-since', date],
    ] as const) {
      const { status, body } = await ask(url, path, { headers: { [name]: value } });
      expect([status, body.toString()]).toEqual([200, 'older!']);
    }
    expect((await ask(url, '/missing', { headers: { 'if-none-match': '*' } })).status).toBe(404);
  });

  it('gives no date to what was changed in this moment: it may change again within the second', async () => {
    const { url } = await serveMirror({ 'keyring.gpg': 'k' });
    const { headers } = await ask(url, '/keyring.gpg');
    expect([headers.etag, headers['last-modified']]).toEqual([expect.any(String), undefined]);
  });

  it('goes on with a download where the file is still the same, and sends the whole of another', async () => {
    const { url, root } = await serveMirror({ squashfs: image });
    utimesSync(join(root, 'squashfs'), 1_750_000_000, 1_750_000_000);
    const { etag = '', 'last-modified': date = '' } = (await ask(url, '/squashfs')).headers;
    const status = async (condition: string) =>
      (await ask(url, '/squashfs', { headers: { range: 'bytes=5-', 'if-range': condition } })).status;

    expect([await status(etag), await status(date)]).toEqual([206, 206]);
    for (const other of ['"old"', `W/${etag}`, new Date(1_750_000_001_000).toUTCString(), 'nonsense']) {
      expect([other, await status(other)]).toEqual([other, 200]);
    }
  });

  it('refuses with 412 what is asked for on the condition that it is another', async () => {
    const { url, root } = await serveMirror({ squashfs: image });
    utimesSync(join(root, 'squashfs'), 1_750_000_000, 1_750_000_000);
    const { etag = '', 'last-modified': date = '' } = (await ask(url, '/squashfs')).headers;
    const status = async (headers: Record<string, string>) => (await ask(url, '/squashfs', { headers })).status;

    expect(await status({ 'if-match': `"old", ${etag}` })).toBe(200);
    expect(await status({ 'if-match': '*' })).toBe(200);
    expect(await status({ 'if-unmodified-since': date })).toBe(200);
    for (const headers of [
      { 'if-match': '"old"' },
      { 'if-match': `W/${etag}` },
      { 'if-unmodified-since': new Date(0).toUTCString() },
    ] as Record<string, string>[]) {
      expect([headers, await status(headers)]).toEqual([headers, 412]);
    }
  });

  it('sends to its end the file that it began, whatever takes its name meanwhile', async () => {
    const size = 30_000_000;
    const { url, root } = await serveMirror({ index: Buffer.alloc(size, 'a') });
    const received: Buffer[] = [];
    const response = await new Promise<IncomingMessage>((resolve) => get(`${url}/index`, resolve));
    await once(response, 'readable');
    writeFileSync(join(root, 'new'), Buffer.alloc(size, 'b'));
    renameSync(join(root, 'new'), join(root, 'index'));
    for await (const piece of response) received.push(piece);

    expect(Buffer.concat(received).equals(Buffer.alloc(size, 'a'))).toBe(true);
  });

  it.each([
    '/missing',
    '/.store/generations/index/1',
    '/%2estore/generations/index/1',
    '/pool/../.store/generations/index/1',
    '/link-to-store/generations/index/1',
    '/../secret',
    '/%2e%2e/secret',
    '/..%2fsecret',
    '/link-out',
    '/link-to-nothing',
    '/circle',
    '/.hidden',
    '//.store/generations/index/1',
    'http://a.example/.store/generations/index/1',
    'ftp://a.example/index',
    '/index%00',
    '/%',
    `/${'x'.repeat(300)}`,
    '/index/below',
  ])('answers 404 for %s', async (path) => {
    const { url, root } = await serveMirror({ '.hidden': 'hidden', 'pool/a': 'a' });
    const store = await openMirrorDirectory(root, { create: false });
    await store.replace('index', Buffer.from('index'), {});
    writeFileSync(join(root, '../secret'), 'secret');
    symlinkSync('../secret', join(root, 'link-out'));
    symlinkSync('.store', join(root, 'link-to-store'));
    symlinkSync('nothing', join(root, 'link-to-nothing'));
    symlinkSync('circle', join(root, 'circle'));
    const { status, headers, body } = await ask(url, path);
    expect([status, body.length, headers['cache-control']]).toEqual([404, 0, undefined]);
  });

  it.each([
    'http://mirror.example/pool/a',
    'HTTP://mirror.example:8080/pool/a?x=1',
    'https://user@mirror.example//pool///a',
    '//pool/a',
    '/pool//a',
  ])('answers %s as web servers do', async (path) => {
    const { url } = await serveMirror({ 'pool/a': 'a', 'index.html': 'front' });
    expect((await ask(url, path)).body.toString()).toBe('a');
  });

  it('answers the front page to a proxy that names no path', async () => {
    const { url } = await serveMirror({ 'index.html': 'front' });
    expect((await ask(url, 'http://mirror.example')).body.toString()).toBe('front');
  });

  it.each([
    ...['PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'],
  ])('answers 405 to %s, and changes nothing', async (method) => {
    const { url, root } = await serveMirror({ there: 'there' });
    for (const path of ['/there', '/new']) {
      const { status, headers, body } = await ask(url, path, { method });
      expect([status, headers.allow, body.length]).toEqual([405, 'GET, HEAD', 0]);
    }
    expect(readdirSync(root).sort()).toEqual(['.store', 'format.json', 'there']);
  });

  it('closes the file of a client that goes away', async () => {
    const { url, root } = await serveMirror({ squashfs: Buffer.alloc(50_000_000) });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /squashfs HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');
    expect(openFiles()).toContain(join(root, 'squashfs'));
    socket.destroy();
    await expect.poll(openFiles, { timeout: 600_000 }).not.toContain(join(root, 'squashfs'));
  });

  it('lets go of its port when it is closed, in the middle of a download too', async () => {
    const server = await serveMirror({ squashfs: Buffer.alloc(50_000_000) });
    const download = get(`${server.url}/squashfs`);
    download.on('error', () => {});
    await once(download, 'response');
    await server.close();
    await server.close();
    await expect(ask(server.url, '/squashfs')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it.each(['0', ':0', '0.0.0.0:0', '[::1]:0', 'localhost:0'])('listens at %s', async (listen) => {
    const { url } = await serveMirror({ a: 'a' }, listen);
    expect(new URL(url).port).not.toBe('0');
    expect(url).not.toContain('0.0.0.0');
    expect((await ask(url, '/a')).body.toString()).toBe('a');
  });

  it.each([
    '',
    'a',
    '8080x',
    '127.0.0.1:',
    '127.0.0.1:70000',
    '1:2:3',
    'http://127.0.0.1:80',
    '192.0.2.1:0',
  ])('refuses to listen at %j', async (listen) => {
    await expect(serveMirror({}, listen)).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining(`--listen ${listen}`),
      misuse: true,
    });
  });

  it('refuses a port that is taken, and says what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    await expect(serveMirror({}, `127.0.0.1:${port}`)).rejects.toMatchObject({
      name: 'PortInUse',
      message: `port ${port} on 127.0.0.1 is already in use`,
      hint: expect.stringContaining('--listen'),
    });
  });

  it('refuses a folder that is no mirror, or is not there', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'thesis.tex'), '');
    await expect(startServer({ directory: folder })).rejects.toMatchObject({ name: 'ForeignDirectory' });
    const missing = join(folder, 'missing');
    await expect(startServer({ directory: missing })).rejects.toMatchObject({ name: 'NoSuchDirectory' });
  });
});

describe('serving a mirror with a private key in it', () => {
  it.each([
    ['candidate/secret.asc', '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nxcLY…'],
    ['tls.key', '# the server\n-----BEGIN PRIVATE KEY-----\nMIIE…'],
    ['snapshots/1/a', '-----BEGIN RSA PRIVATE KEY-----'],
    ['id', '-----BEGIN OPENSSH PRIVATE KEY-----'],
    ['id', '-----BEGIN ENCRYPTED PRIVATE KEY-----'],
  ])('refuses %s', async (path, text) => {
    const { root, serving } = await mirrorWith({ [path]: text });
    await expect(serving()).rejects.toMatchObject({
      name: 'KeyExposed',
      message: expect.stringContaining(join(root, path)),
      hint: expect.stringContaining('rotate the key'),
    });
  });

  it('refuses binary packets of a private key', async () => {
    const { secret } = await makePrivateKeyPackets();
    const { root, serving } = await mirrorWith({ 'secring.gpg': secret });
    await expect(serving()).rejects.toMatchObject({
      name: 'KeyExposed',
      message: expect.stringContaining(join(root, 'secring.gpg')),
    });
  });

  it.each([
    ['of the old format', [0x95, 0x03, 0x98, 0x04]],
    ['of the new format, short', [0xc5, 0x60, 0x04]],
    ['of the new format, longer', [0xc5, 0xc3, 0x98, 0x04]],
    ['of the new format, five bytes of length', [0xc5, 0xff, 0, 0, 3, 0x98, 0x04]],
  ])('refuses a packet %s', async (_, bytes) => {
    const { serving } = await mirrorWith({ 'key.bin': Buffer.from(bytes) });
    await expect(serving()).rejects.toMatchObject({ name: 'KeyExposed' });
  });

  it('minds neither public keys, nor text, nor images that look like one', async () => {
    const { serving } = await mirrorWith({
      'keyring.asc': '-----BEGIN PGP PUBLIC KEY BLOCK-----\n',
      'keyring.gpg': Buffer.from([0xc6, 0xc1, 0x0d, 0x04]),
      'note.txt': 'Świat; a private key is never kept here',
      'pool/noble/boot-initrd': '-----BEGIN PRIVATE KEY-----',
      'large.txt': Buffer.alloc(70_000, '-----BEGIN PRIVATE KEY-----\n'),
    });
    const { url } = await serving();
    expect((await ask(url, '/note.txt')).status).toBe(200);
  });
});

interface Mirror {
  readonly root: string;
  serving(listen?: string): Promise<RunningServer>;
}

/** A mirror with these files, not yet served. What is served is closed when the test is over. */
async function mirrorWith(files: Record<string, string | Buffer>): Promise<Mirror> {
  const root = join(temporaryFolder(), 'mirror');
  await openMirrorDirectory(root, { create: true });
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
  const serving = async (listen = '127.0.0.1:0') => {
    const server = await startServer({ directory: root, listen });
    onTestFinished(() => server.close());
    return server;
  };
  return { root, serving };
}

async function serveMirror(files: Record<string, string | Buffer>, listen?: string) {
  const { root, serving } = await mirrorWith(files);
  return { root, ...(await serving(listen)) };
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Asks for a path exactly as it is written: fetch would tidy up `..`. */
function ask(
  url: string,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const host = hostname.replace(/[[\]]/g, '');
    const request = httpRequest({ host, port, path, method, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) });
      });
    });
    request.on('error', reject).end();
  });
}
