import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { download } from '../../../lib/machine/download/download';
import type { Promised } from '../../../lib/machine/download/download-part';
import { mounted } from '../../../lib/machine/tree/mounts';
import { type Asked, serveTroubled, type Trouble } from '../../fixtures/servers/troubled-server';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { startDownloader } from './downloader-process';
import '../../fixtures/needs-root';

const promiseOf = (bytes: Buffer): Promised => ({
  sha256: createHash('sha256').update(bytes).digest('hex'),
  size: bytes.length,
});
const image = randomBytes(300_000);
const promised = promiseOf(image);

/** Downloads /squashfs from a server that makes trouble; what arrives, and what the server was asked for. */
async function downloading(
  troubleOf: (asked: Asked) => Trouble,
  options: {
    readonly cache?: string;
    readonly waits?: readonly number[];
    readonly served?: Buffer;
    readonly silenceMs?: number;
  } = {},
) {
  const { served = image, waits = [0, 0], cache, silenceMs = 3_600_000 } = options;
  await using server = await serveTroubled({ '/squashfs': served }, troubleOf);
  const file = join(temporaryFolder(), 'squashfs');
  const there: number[] = [0];
  const told: string[] = [];
  const ended = await download(`${server.address}squashfs`, file, promised, {
    network: {},
    waits,
    silenceMs,
    onProgress: (bytes) => void there.push(bytes),
    retried: (sentence) => void told.push(sentence),
    ...(cache === undefined ? {} : { cache }),
  }).catch((error: unknown) => error);
  const { address, requests } = server;
  return { file, ended, asked: requests.map(({ from }) => from), requests, there, told, address };
}

describe('a download', () => {
  it('brings a file, and tells how far it is', async () => {
    const { file, ended, there } = await downloading(() => ({}));

    expect(ended).toBeUndefined();
    expect(readFileSync(file).equals(image)).toBe(true);
    expect(readdirSync(join(file, '..'))).toEqual(['squashfs']);
    expect(there).toEqual([...there].sort((a, b) => a - b));
    expect(there.at(-1)).toBe(image.length);
  });

  it('brings an empty file', async () => {
    await using server = await serveTroubled({ '/empty': Buffer.alloc(0) });
    const file = join(temporaryFolder(), 'empty');

    await download(`${server.address}empty`, file, promiseOf(Buffer.alloc(0)), { network: {} });

    expect(readFileSync(file)).toEqual(Buffer.alloc(0));
  });

  it('goes on after ten cuts at random places, and asks only for what is missing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: image.length }),
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 10, maxLength: 10 }),
        async (size, cuts) => {
          const bytes = image.subarray(0, size);
          let there = 0;
          const wrong: Asked[] = [];
          const places = cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b);
          const troubleOf = (asked: Asked): Trouble => {
            if (asked.from !== there) wrong.push(asked);
            const cutAt = places[asked.before];
            return cutAt === undefined ? {} : { cutAt };
          };
          await using server = await serveTroubled({ '/squashfs': bytes }, troubleOf);
          const file = join(temporaryFolder(), 'squashfs');

          await download(`${server.address}squashfs`, file, promiseOf(bytes), {
            network: {},
            waits: new Array(10).fill(0),
            onProgress: (now) => {
              there = now;
            },
          });

          expect(readFileSync(file).equals(bytes)).toBe(true);
          expect(wrong).toEqual([]);
          expect(server.requests).toHaveLength(11);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('goes on where the server fell silent', async () => {
    const { ended, asked } = await downloading(({ before }) => (before === 0 ? { silentAt: 200_000 } : {}), {
      silenceMs: 2_000, // so long this process stands still on no busy machine
    });

    expect(ended).toBeUndefined();
    expect(asked).toEqual([0, 200_000]);
  });

  it('is patient as long as something comes: only tries without progress use the waits up', async () => {
    const { ended, asked } = await downloading(({ from }) => ({ cutAt: from + 25_000 }), { waits: [0] });

    expect(ended).toBeUndefined();
    expect(asked).toHaveLength(12);
  });

  it('begins again where the server does not know Range', async () => {
    const { file, ended, asked } = await downloading(({ before }) => ({
      ignoreRange: true,
      ...(before === 0 ? { cutAt: 100_000 } : {}),
    }));

    expect(ended).toBeUndefined();
    expect(asked).toEqual([0, 100_000]);
    expect(readFileSync(file).equals(image)).toBe(true);
  });

  it.each([
    ['that it has no more', { status: 416 }],
    ['with other bytes than asked for', { headers: { 'Content-Range': `bytes 5-299999/300000` } }],
    ['without saying which bytes', { headers: { 'Content-Range': 'some' } }],
  ])('begins again where the server answers %s', async (_, trouble) => {
    const troubles: Trouble[] = [{ cutAt: 100_000 }, trouble];
    const { file, ended, asked } = await downloading(({ before }) => troubles[before] ?? {});

    expect(ended).toBeUndefined();
    expect(asked).toEqual([0, 100_000, 0]);
    expect(readFileSync(file).equals(image)).toBe(true);
  });

  it('asks again for the whole where its pieces do not fit together', async () => {
    const troubles: Trouble[] = [{ changeAt: 5, cutAt: 100_000 }];
    const { file, ended, asked, requests } = await downloading(({ before }) => troubles[before] ?? {});

    expect(ended).toBeUndefined();
    expect(asked).toEqual([0, 100_000, 0]);
    expect(requests.at(-1)?.headers['cache-control']).toBe('no-cache');
    expect(readFileSync(file).equals(image)).toBe(true);
  });

  it.each([500, 503, 429])('asks again after the answer %i', async (status) => {
    const { ended, asked } = await downloading(({ before }) => (before < 2 ? { status } : {}));

    expect(ended).toBeUndefined();
    expect(asked).toEqual([0, 0, 0]);
  });
});

describe('a download that is tried again', () => {
  it('takes a file that is there when it is asked for again', async () => {
    const { file, ended, requests } = await downloading(({ before }) => (before < 1 ? { status: 404 } : {}));
    expect(ended).toBeUndefined();
    expect(requests.map(({ headers }) => headers['cache-control'])).toEqual([undefined, 'no-cache']);
    expect(readFileSync(file).equals(image)).toBe(true);
  });

  it('tells of each failure, and begins to count again where something has come', async () => {
    const troubles: Trouble[] = [{ status: 503 }, { status: 503 }, { cutAt: 70_000 }, { cutAt: 90_000 }];
    const { ended, told, address } = await downloading(({ before }) => troubles[before] ?? {});
    expect(ended).toBeUndefined();
    expect(told).toEqual([
      `retry 1 of 2: ${address}squashfs returned 503`,
      `retry 2 of 2: ${address}squashfs returned 503`,
      expect.stringMatching(`^retry 1 of 2: cannot download ${address}squashfs: `),
      expect.stringMatching(`^retry 1 of 2: cannot download ${address}squashfs: `),
    ]);
  });
});

describe('a download that cannot be had', () => {
  it.each<[string, Trouble, number, RegExp]>([
    ['with one changed byte', { changeAt: 299_999 }, 1, /squashfs does not have the sha256 [0-9a-f]{64}/],
    ['that is not there yet', { status: 404 }, 2, /squashfs is missing \(404\) although the stream lists it/],
  ])('refuses a file %s: upstream is not ready', async (_, trouble, tries, message) => {
    const { file, ended, asked } = await downloading(() => trouble);

    expect(ended).toMatchObject({
      name: 'NotReady',
      message: expect.stringMatching(message),
      hint: expect.stringContaining('run the build again later'),
    });
    expect(asked).toHaveLength(tries);
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    ['shorter', image.subarray(0, -1), 'has 299999 bytes, but the stream lists 300000'],
    ['longer', Buffer.concat([image, image]), 'has 600000 bytes, but the stream lists 300000'],
  ])('refuses a file that is %s than promised, before it comes', async (_, served, message) => {
    const { file, ended, there } = await downloading(() => ({}), { served });

    expect(ended).toMatchObject({ name: 'NotReady', message: expect.stringContaining(message) });
    expect(there).toEqual([0]);
    expect(existsSync(file)).toBe(false);
  });

  it('refuses a file that turns out longer though nobody said so', async () => {
    const { file, ended } = await downloading(() => ({ chunked: true }), { served: Buffer.concat([image, image]) });

    expect(ended).toMatchObject({ name: 'NotReady', message: expect.stringContaining('is longer than the 300000') });
    expect(existsSync(file)).toBe(false);
  });

  it('refuses after the last wait, with the reason, and keeps what has come', async () => {
    const { file, ended, asked } = await downloading(({ before }) =>
      before === 0 ? { cutAt: 1000 } : { status: 503 },
    );

    expect(ended).toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/squashfs returned 503$/),
    });
    expect(asked).toEqual([0, 1000, 1000]);
    expect(readdirSync(join(file, '..'))).toEqual(['squashfs.part']);
  });

  it('refuses a server that only ever sends the beginning', async () => {
    const { ended } = await downloading(() => ({ ignoreRange: true, cutAt: 1000 }));

    expect(ended).toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringContaining('cannot download http'),
    });
  });

  it('refuses at once what will not change', async () => {
    const { ended, asked } = await downloading(() => ({ status: 403 }));

    expect(ended).toMatchObject({ name: 'DownloadFailed', message: expect.stringContaining('returned 403') });
    expect(asked).toEqual([0]);
  });

  it('refuses where the disk is full, and says so', async () => {
    await using server = await serveTroubled({ '/squashfs': image });
    const folder = temporaryFolder();
    await using _ = await mounted(['mount', '-t', 'tmpfs', '-o', 'size=128k', 'small', folder], folder);

    const refused = download(`${server.address}squashfs`, join(folder, 'squashfs'), promised, { network: {} });

    await expect(refused).rejects.toMatchObject({
      name: 'DiskFull',
      message: `no space left on device, writing ${folder}/squashfs.part`,
    });
    expect(readdirSync(folder)).toEqual(['squashfs.part']);
  });
});

describe('a download with a cache', () => {
  const cacheOf = () => join(temporaryFolder(), 'cache');
  const cached = (cache: string) => join(cache, promised.sha256);

  it('is asked for once', async () => {
    const cache = cacheOf();
    await downloading(() => ({}), { cache });
    const { file, ended, asked } = await downloading(() => ({}), { cache });

    expect(ended).toBeUndefined();
    expect(asked).toEqual([]);
    expect(readFileSync(file).equals(image)).toBe(true);
    expect(readdirSync(cache).sort()).toEqual([promised.sha256, `${promised.sha256}.lock`]);
  });

  it.each([
    ['changed', Buffer.concat([Buffer.from('x'), image.subarray(1)])],
    ['cut', image.subarray(0, 1000)],
  ])('is asked for again where the cached file was %s', async (_, bytes) => {
    const cache = cacheOf();
    await downloading(() => ({}), { cache });
    writeFileSync(cached(cache), bytes);
    const { file, asked } = await downloading(() => ({}), { cache });

    expect(asked).toEqual([0]);
    expect(readFileSync(file).equals(image)).toBe(true);
    expect(readFileSync(cached(cache)).equals(image)).toBe(true);
  });

  it('goes on from what an earlier one left, even where that turns out wrong', async () => {
    const cache = cacheOf();
    await downloading(() => ({}), { cache });
    writeFileSync(cached(cache), '');
    writeFileSync(`${cached(cache)}.part`, image.subarray(0, 1000));
    expect((await downloading(() => ({}), { cache })).asked).toEqual([1000]);

    writeFileSync(cached(cache), '');
    writeFileSync(`${cached(cache)}.part`, Buffer.alloc(2000));
    const { file, asked } = await downloading(() => ({}), { cache });
    expect(asked).toEqual([2000, 0]);
    expect(readFileSync(file).equals(image)).toBe(true);

    writeFileSync(cached(cache), '');
    writeFileSync(`${cached(cache)}.part`, Buffer.alloc(image.length + 1));
    expect((await downloading(() => ({}), { cache })).asked).toEqual([0]);
  });

  it('is asked for again where an earlier one left all of its bytes, but wrong ones', async () => {
    const cache = cacheOf();
    await downloading(() => ({}), { cache });
    writeFileSync(cached(cache), '');
    writeFileSync(`${cached(cache)}.part`, Buffer.alloc(image.length));

    const { file, ended, asked, requests } = await downloading(() => ({}), { cache });

    expect(ended).toBeUndefined();
    expect(asked).toEqual([0]);
    expect(requests[0]?.headers['cache-control']).toBe('no-cache');
    expect(readFileSync(file).equals(image)).toBe(true);
    expect(readdirSync(cache).sort()).toEqual([promised.sha256, `${promised.sha256}.lock`]);
  });

  it('is not asked for where an earlier one left all of it', async () => {
    const cache = cacheOf();
    mkdirSync(cache);
    writeFileSync(`${cached(cache)}.part`, image);

    const { file, ended, asked } = await downloading(() => ({}), { cache });

    expect([ended, asked]).toEqual([undefined, []]);
    expect(readFileSync(file).equals(image)).toBe(true);
  });

  it('is as young as its last use', async () => {
    const cache = cacheOf();
    await downloading(() => ({}), { cache });
    const longAgo = new Date('2026-01-01');
    utimesSync(cached(cache), longAgo, longAgo);
    const before = Date.now();

    await downloading(() => ({}), { cache });

    expect(statSync(cached(cache)).mtimeMs).toBeGreaterThanOrEqual(before - 1);
  });

  it('keeps no file that is not the promised one', async () => {
    const cache = cacheOf();
    const { ended } = await downloading(() => ({ changeAt: 7 }), { cache });

    expect(ended).toMatchObject({ name: 'NotReady' });
    expect(readdirSync(cache)).toEqual([`${promised.sha256}.lock`]);
  });

  it('goes on where a killed process had to stop', async () => {
    const [cache, file] = [cacheOf(), join(temporaryFolder(), 'squashfs')];
    await using server = await serveTroubled({ '/squashfs': image }, ({ before }) =>
      before === 0 ? { silentAt: 123_456 } : {},
    );
    const url = `${server.address}squashfs`;
    const killed = startDownloader(url, file, promised, cache);
    await killed.said('123456');
    await killed.kill();
    expect(existsSync(file)).toBe(false);

    await download(url, file, promised, { network: {}, cache });

    expect(server.requests.map(({ from }) => from)).toEqual([0, 123_456]);
    expect(readFileSync(file).equals(image)).toBe(true);
  });

  it('is asked for once by four processes at once, of which each gets the file', async () => {
    const [cache, folder] = [cacheOf(), temporaryFolder()];
    await using server = await serveTroubled({ '/squashfs': image });
    const files = ['a', 'b', 'c', 'd'].map((name) => join(folder, name));
    const processes = files.map((file) => startDownloader(`${server.address}squashfs`, file, promised, cache));

    for (const { ended } of processes) expect(await ended).toMatchObject({ code: 0, errors: '' });
    expect(server.requests).toHaveLength(1);
    for (const file of files) expect(readFileSync(file).equals(image)).toBe(true);
  });
});
