import { existsSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { HttpStore } from '../../../lib/store/http/http';
import { packedEncodings, plainEncodings } from '../../fixtures/streams/encodings';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keysOf, sha256Of } from '../contract';
import { closedServer, serve } from './answering-server';

describe('a mirror over HTTP', () => {
  it('is read, measured and brought to a file', async () => {
    const { url, requests } = await serve((_, response) => response.end('image'));
    const store = new HttpStore(`${url}/mirror`);
    const file = join(temporaryFolder(), 'squashfs');

    expect(await store.read('pool/a b/squashfs')).toEqual({ bytes: Buffer.from('image'), tag: sha256Of('image') });
    expect(await store.head('a')).toEqual({ key: 'a', size: 5, sha256: sha256Of('image') });
    await store.readTo('a', file);

    expect(readFileSync(file, 'utf8')).toBe('image');
    expect(requests.map((request) => request.url)).toEqual(['/mirror/pool/a%20b/squashfs', '/mirror/a', '/mirror/a']);
    expect(requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('sends the user and password of its address and never shows them', async () => {
    const { url, requests } = await serve((_, response) => response.writeHead(500).end());
    const store = new HttpStore(url.replace('//', '//mirror:s%40cret@'));

    const error = await store.read('a').catch((caught: Error) => caught);

    expect(requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('mirror:s@cret').toString('base64')}`);
    expect(store.name).toBe(`${url}/`);
    expect(JSON.stringify([error, String(error)])).not.toContain('s%40cret');
  });

  it('knows nothing of what is answered by 404', async () => {
    const { url } = await serve((_, response) => response.writeHead(404).end('nothing here'));
    const store = new HttpStore(url);
    expect(await store.read('a')).toBeUndefined();
    expect(await store.head('a')).toBeUndefined();
    await expect(store.readTo('a', join(temporaryFolder(), 'a'))).rejects.toMatchObject({
      name: 'NoSuchObject',
      message: expect.stringContaining(`${url}/a`),
    });
  });

  it.each([401, 403, 500, 503])('refuses the answer %i', async (status) => {
    const { url } = await serve((_, response) => response.writeHead(status).end());
    await expect(new HttpStore(url).read('pool/a')).rejects.toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringMatching(`${url}/pool/a returned ${status}`),
      hint: expect.any(String),
    });
  });

  it('refuses an object that ends too early, and leaves no part of it', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': 100 });
      response.write('half', () => response.destroy());
    });
    const file = join(temporaryFolder(), 'squashfs');
    await expect(new HttpStore(url).readTo('squashfs', file)).rejects.toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringContaining(`${url}/squashfs`),
    });
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    ['before its answer', false],
    ['in the middle', true],
  ])('refuses a server that falls silent %s', async (_, begins) => {
    const { url } = await serve((_, response) => void (begins && response.write('half')));
    await expect(new HttpStore(url, { silenceMs: 50 }).read('index')).rejects.toMatchObject({
      name: 'DownloadFailed',
      message: `${url}/index sent nothing for 0.05 s`,
    });
  });

  describe('that is slow, or has no end', () => {
    const [tenMinutes, fiveMinutes, anHour] = [600_000, 300_000, 3_600_000];
    /** A clock that is told what is over. */
    const handClock = () => {
      const waiting = new Map<() => void, number>();
      const clock = (milliseconds: number, call: () => void) => {
        waiting.set(call, milliseconds);
        return () => void waiting.delete(call);
      };
      const ring = (over: number) => {
        for (const [call, milliseconds] of [...waiting]) if (milliseconds === over && waiting.delete(call)) call();
      };
      return { clock, ring, waiting };
    };
    const endless = (response: ServerResponse) => {
      const source = new Readable({ read: () => void source.push(Buffer.alloc(64 * 1024)) });
      pipeline(source, response, () => {});
    };

    it('refuses a document that has not come within ten minutes, though something always comes', async () => {
      const { clock, ring, waiting } = handClock();
      const { url } = await serve((_, response) => void response.write('a', () => ring(tenMinutes)));
      await expect(new HttpStore(url, { silenceMs: anHour, clock }).read('index')).rejects.toMatchObject({
        name: 'DownloadFailed',
        message: `${url}/index was not complete after 10 minutes`,
      });
      expect(waiting.size).toBe(0);
    });

    it.each([
      'head',
      'readTo',
    ] as const)('refuses a file that comes slower than 10 kB/s for five minutes: %s', async (how) => {
      const { clock, ring, waiting } = handClock();
      const piece = Buffer.alloc(3_000_000);
      let asked = 0;
      const { url } = await serve((_, response) => {
        response.write(piece, () => {
          setImmediate(() => ring(fiveMinutes));
          response.write('a', () => setImmediate(() => ring(fiveMinutes)));
        });
        asked += 1;
      });
      const store = new HttpStore(url, { silenceMs: anHour, clock });
      const file = join(temporaryFolder(), 'squashfs');
      await expect(how === 'head' ? store.head('squashfs') : store.readTo('squashfs', file)).rejects.toMatchObject({
        name: 'DownloadFailed',
        message: expect.stringMatching(`${url}/squashfs sent only \\d+ bytes in 5 minutes`),
      });
      expect([asked, waiting.size]).toEqual([1, 0]);
    });

    it('takes a file that is done before anybody asks how fast it was', async () => {
      const { clock, waiting } = handClock();
      const { url } = await serve((_, response) => response.end('image'));
      expect(await new HttpStore(url, { clock }).head('a')).toMatchObject({ size: 5 });
      expect(waiting.size).toBe(0);
    });

    it.each([
      ['a document', 'candidate/streams/v1/ab.sjson', 268_435_456, { most: 300_000 }],
      ['an index', 'candidate/streams/v1/index.sjson', 16_777_216, { mostOfIndex: 300_000 }],
      ['a keyring', 'keyring.gpg', 16_777_216, { mostOfIndex: 300_000 }],
    ])('refuses %s without an end: %s', async (what, key, usual, options) => {
      const { url } = await serve((_, response) => endless(response));
      await expect(new HttpStore(url, options).read(key)).rejects.toMatchObject({
        name: 'DownloadFailed',
        message: `${url}/${key} is longer than 300000 bytes`,
      });
      if (what === 'a document') return; // a quarter of a gigabyte
      await expect(new HttpStore(url).read(key)).rejects.toThrow(`${url}/${key} is longer than ${usual} bytes`);
    });
  });

  it.each(
    plainEncodings,
  )('reads what is sent with the Content-Encoding %j, which changes nothing', async (encoding) => {
    const { url } = await serve((_, response) =>
      response.writeHead(200, { 'Content-Encoding': encoding }).end('image'),
    );
    expect((await new HttpStore(url).read('squashfs'))?.bytes.toString()).toBe('image');
    expect(await new HttpStore(url).head('squashfs')).toMatchObject({ size: 5, sha256: sha256Of('image') });
  });

  it.each(packedEncodings)('refuses what is sent with the Content-Encoding %s', async (encoding) => {
    const { url } = await serve((_, response) =>
      response.writeHead(200, { 'Content-Encoding': encoding }).end('image'),
    );
    await expect(new HttpStore(url).read('squashfs')).rejects.toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringContaining(`was sent with Content-Encoding ${encoding}, which was not requested`),
    });
  });

  it('refuses what was packed on the way: digests are those of the plain bytes', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('image'));
    });
    await expect(new HttpStore(url).head('squashfs')).rejects.toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringContaining('Content-Encoding gzip'),
    });
  });

  it('refuses a server that is not there', async () => {
    const url = await closedServer();
    await expect(new HttpStore(url).read('index')).rejects.toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringMatching(`${url}/index cannot be read: .*ECONNREFUSED`),
    });
  });

  it('refuses to list and to write', async () => {
    const store = new HttpStore('http://127.0.0.1:1');
    const refused = { name: 'NotSupported', message: expect.stringContaining('http://127.0.0.1:1/') };
    await expect(keysOf(store, 'pool/')).rejects.toMatchObject(refused);
    await expect(store.folders('pool/')).rejects.toMatchObject(refused);
    await expect(store.listing('pool/')).rejects.toMatchObject(refused);
    await expect(store.create('a')).rejects.toMatchObject(refused);
    await expect(store.replace('a')).rejects.toMatchObject(refused);
    await expect(store.adopt('a')).rejects.toMatchObject(refused);
    await expect(store.remove('a')).rejects.toMatchObject(refused);
    await expect(store.expose('candidate', 'noble')).rejects.toMatchObject(refused);
  });

  it.each(['../a', '/a', '', 'a//b'])('refuses the key %j', async (key) => {
    await expect(new HttpStore('http://127.0.0.1:1').read(key)).rejects.toMatchObject({ name: 'BadInput' });
  });

  it.each(['http://', 'ftp://a/b', 'nonsense'])('refuses the address %s', (address) => {
    expect(() => new HttpStore(address)).toThrow(expect.objectContaining({ name: 'BadInput', misuse: true }));
  });
});
