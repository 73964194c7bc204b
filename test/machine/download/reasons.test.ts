import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { machineClock } from '../../../lib/machine/download/clock';
import { trusted } from '../../../lib/machine/download/connections';
import { download, readUrl } from '../../../lib/machine/download/download';
import { Transient } from '../../../lib/machine/download/http-request';
import { defaultWaits, retrying } from '../../../lib/machine/download/retry';
import { leastRate } from '../../../lib/machine/download/time-limit';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { closedServer, serve } from '../../store/http/answering-server';

const quick = { waits: [0], silenceMs: 3_600_000 };
const bytes = Buffer.from('0123456789');
const promised = { sha256: createHash('sha256').update(bytes).digest('hex'), size: 10 };
const again = 'upstream is mid-update, or a proxy changed the file; run the build again later';
const cut = 'the connection was interrupted; run the command again to resume the download';

async function reading(listener: RequestListener, options = {}) {
  const { url, requests } = await serve(listener);
  const address = `${url}/x`;
  const ended = await readUrl(address, {}, { ...quick, ...options }).catch((error) => error);
  return { ended, address, requests };
}

async function downloading(listener: RequestListener, part?: Buffer) {
  const { url, requests } = await serve(listener);
  const [address, file] = [`${url}/x`, join(temporaryFolder(), 'file')];
  if (part !== undefined) writeFileSync(`${file}.part`, part);
  const ended = await download(address, file, promised, { network: {}, ...quick }).catch((error) => error);
  return { ended, address, file, left: readdirSync(join(file, '..')), asked: requests.map(({ headers }) => headers) };
}

describe('a document that cannot be read', () => {
  it.each([
    [
      401,
      1,
      'for a repository, set its credentials; for other sources of builds on one machine, put them in the URL: https://USER:PASSWORD@…',
    ],
    [403, 1, 'the server or a proxy denies access'],
    [407, 1, 'for builds on one machine, put the user and password in the URL of the proxy: http://USER:PASSWORD@…'],
    [410, 1, 'check the URL, or ask the operator of the server'],
    [499, 1, 'check the URL, or ask the operator of the server'],
    [408, 2, 'check the URL, or ask the operator of the server'],
    [429, 2, 'check the URL, or ask the operator of the server'],
    [500, 2, 'check the URL, or ask the operator of the server'],
    [304, 1, 'check the URL, or ask the operator of the server'],
  ])('is told with what to do about the answer %i, and asked for %i times', async (status, tries, hint) => {
    const { ended, address, requests } = await reading((_, response) => response.writeHead(status).end());
    expect(ended).toMatchObject({ name: 'DownloadFailed', message: `${address} returned ${status}`, hint });
    expect(requests).toHaveLength(tries);
  });

  it('is told where nobody listens', async () => {
    const url = await closedServer();
    await expect(readUrl(`${url}/x`, {}, quick)).rejects.toMatchObject({
      message: `cannot download ${url}/x: connect ECONNREFUSED ${new URL(url).host}`,
      hint: 'check the network and the URL; if a proxy is required, specify it (sources.proxy, --proxy)',
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('is told where it is redirected in a circle, or more often than one may be', async () => {
    const circle: RequestListener = (_, response) => response.writeHead(302, { location: '/x' }).end();
    const { ended, requests } = await reading(circle);
    expect(ended).toMatchObject({
      name: 'DownloadFailed',
      hint: 'the server redirects in a loop; check the URL',
    });
    expect(requests).toHaveLength(1);
    let count = 0;
    const far = await reading((_, response) => response.writeHead(302, { location: `/${++count}` }).end());
    expect(far.ended).toMatchObject({ message: `${far.address} returned 302` });
    expect(far.requests).toHaveLength(6);
    const none = await reading(circle, { redirections: 0 });
    expect(none.ended).toMatchObject({ message: `${none.address} returned 302` });
    expect(none.requests).toHaveLength(1);
  });

  it('is told where it is too long, or packed though nobody asked for that', async () => {
    const long = await reading((_, response) => response.end(bytes), { most: 9 });
    expect(long.ended).toMatchObject({
      message: `${long.address} is longer than 9 bytes`,
      hint: 'no document of this kind is that long; check the URL',
    });
    const packed = await reading((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end());
    expect(packed.ended).toMatchObject({
      message: `${packed.address} was sent with Content-Encoding gzip, which was not requested`,
      hint: 'turn off compression in the web server or proxy',
    });
    expect(packed.requests).toHaveLength(1);
  });

  it.each(['ftp://me:s3cret@a/b', 'nonsense'])('is told where %s is no address', async (address) => {
    const shown = address.replace('me:s3cret@', '');
    await expect(readUrl(address, {}, quick)).rejects.toMatchObject({
      message: `${shown} is not an http or https URL`,
      misuse: true,
    });
  });

  it('is asked for by us, for its plain bytes', async () => {
    const { requests } = await reading((_, response) => response.end());
    expect(requests[0]?.headers).toMatchObject({ 'accept-encoding': 'identity', 'user-agent': 'maas-mirror' });
    expect(requests[0]?.headers.authorization).toBeUndefined();
    expect(requests[0]?.headers['cache-control']).toBeUndefined();
  });

  it('is not waited for where it is to come at once: it is asked for once where it is not there', async () => {
    const missing: RequestListener = (_, response) => response.writeHead(404).end();
    expect((await reading(missing, { insist: true, waits: [] })).requests).toHaveLength(1);
    expect((await reading(missing)).requests).toHaveLength(1);
    expect((await reading(missing, { insist: true })).ended).toBeUndefined();
  });
});

describe('a proxy that is none', () => {
  it.each([
    ['ftp://me:s3cret@p', 'the proxy ftp://p'],
    ['p:x', 'the proxy http://p:x'],
  ])('is told: %s', async (proxy, what) => {
    await expect(readUrl('http://a/', { proxy }, quick)).rejects.toMatchObject({
      ...{ name: 'BadInput', message: `${what} is not a valid HTTP proxy URL`, misuse: true },
      hint: 'specify a URL such as http://proxy.example.com:3128',
    });
  });

  it('is told by the name of the variable that has it', async () => {
    vi.stubEnv('http_proxy', '');
    vi.stubEnv('HTTP_PROXY', 'ftp://p');
    const read = readUrl('http://a/', {}, quick).finally(() => vi.unstubAllEnvs());
    await expect(read).rejects.toMatchObject({ message: 'http_proxy ftp://p is not a valid HTTP proxy URL' });
  });

  it('is no certificate either', async () => {
    await expect(readUrl('http://a/', { ca: 'nonsense' }, quick)).rejects.toMatchObject({
      message: 'cannot read the additional CA certificates: it contains no certificate',
      hint: 'specify a file of PEM certificates, which begin with -----BEGIN CERTIFICATE-----',
      misuse: true,
    });
    expect(trusted(undefined).length).toBeGreaterThan(50);
    expect(new Set(trusted(undefined)).size).toBe(trusted(undefined).length);
  });
});

describe('a file that cannot be had', () => {
  it.each<[string, RequestListener, string, string, string]>([
    [
      'is not there',
      (_, response) => response.writeHead(404).end(),
      'NotReady',
      'is missing (404) although the stream lists it',
      again,
    ],
    [
      'has another length',
      (_, response) => response.end('short'),
      'NotReady',
      'has 5 bytes, but the stream lists 10',
      again,
    ],
    [
      'is longer, which nobody said',
      (_, response) => {
        response.write(bytes);
        response.end('x');
      },
      'NotReady',
      'is longer than the 10 bytes listed in the stream',
      again,
    ],
    [
      'is another',
      (_, response) => response.end('9876543210'),
      'NotReady',
      `does not have the sha256 ${promised.sha256} listed in the stream`,
      again,
    ],
    [
      'ends too early, which nobody said',
      (_, response) => {
        response.write('0123');
        response.end();
      },
      'DownloadFailed',
      'sent 4 of 10 bytes',
      cut,
    ],
  ])('is told where it %s', async (_, listener, name, what, hint) => {
    const { ended, address, left } = await downloading(listener);
    expect(ended).toMatchObject({ name, message: `${address} ${what}`, hint });
    expect(left).not.toContain('file');
  });

  it('is told where a server has no more of it', async () => {
    const { ended, address, asked } = await downloading(
      (_, response) => response.writeHead(416, { 'content-range': 'bytes */10' }).end(),
      Buffer.from('0123'),
    );
    expect(ended).toMatchObject({ message: `${address} returned 416 to a request for the rest`, hint: cut });
    expect(asked.map(({ range }) => range)).toEqual(['bytes=4-', undefined]);
  });

  it('is asked for by the whole again where what was left of it is too long, or of another file', async () => {
    const whole: RequestListener = ({ headers }, response) => {
      const from = Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0);
      const range = { 'content-range': `bytes ${from}-9/10` };
      response.writeHead(from > 0 ? 206 : 200, from > 0 ? range : {}).end(bytes.subarray(from));
    };
    const long = await downloading(whole, Buffer.alloc(11));
    expect([long.ended, long.asked.map(({ range }) => range)]).toEqual([undefined, [undefined]]);
    const other = await downloading(whole, Buffer.from('abcd'));
    expect([other.ended, other.left]).toEqual([undefined, ['file']]);
    expect(other.asked.map((one) => [one.range, one['cache-control']])).toEqual([
      ['bytes=4-', undefined],
      [undefined, 'no-cache'],
    ]);
    const half = await downloading(whole, Buffer.from('0123'));
    expect(half.asked.map(({ range }) => range)).toEqual(['bytes=4-']);
    expect(readFileSync(half.file).equals(bytes)).toBe(true);
  });

  it('passes by a cache on the way where it is asked for again', async () => {
    const { asked } = await downloading((_, response) => response.writeHead(404).end());
    expect(asked.map((one) => one['cache-control'])).toEqual([undefined, 'no-cache']);
  });
});

describe('a file in a cache', () => {
  it('is a second name of the cached one, or a copy on another file system', async () => {
    const { url } = await serve((_, response) => response.end(bytes));
    const cache = join(temporaryFolder(), 'deep/cache');
    const options = { network: {}, cache, ...quick };
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'another');
    linkSync(file, `${file}.old`);
    await download(`${url}/x`, file, promised, options);
    expect(statSync(file).ino).toBe(statSync(join(cache, promised.sha256)).ino);
    expect(readFileSync(`${file}.old`, 'utf8')).toBe('another');

    const elsewhere = join('/dev/shm', `maas-mirror-${process.pid}`);
    mkdirSync(elsewhere);
    try {
      await download(`${url}/x`, join(elsewhere, 'file'), promised, options);
      expect(readFileSync(join(elsewhere, 'file')).equals(bytes)).toBe(true);
      expect(readdirSync(elsewhere)).toEqual(['file']);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it('is not what has the right length alone', async () => {
    const { url, requests } = await serve((_, response) => response.end(bytes));
    const cache = temporaryFolder();
    mkdirSync(join(cache, promised.sha256.replace(/^./, 'x')));
    writeFileSync(join(cache, promised.sha256), '9876543210');
    const file = join(temporaryFolder(), 'file');
    await download(`${url}/x`, file, promised, { network: {}, cache, ...quick });
    expect([requests.length, existsSync(file)]).toEqual([1, true]);
  });
});

describe('trying again', () => {
  const failure = new MirrorError('DownloadFailed', 'cut');
  const transient = () => Promise.reject(new Transient(failure));

  it('waits a while longer each time, a minute and some in all', () => {
    expect(defaultWaits).toEqual([1000, 2000, 5000, 10_000, 20_000, 30_000]);
    expect(leastRate).toEqual({ bytes: 3_000_000, inMilliseconds: 300_000 });
  });

  it('ends with the failure itself, and tells of those before', async () => {
    const told: string[] = [];
    const tried = retrying(transient, { waits: [0, 0], retried: (sentence) => void told.push(sentence) });
    await expect(tried).rejects.toBe(failure);
    expect(told).toEqual(['retry 1 of 2: cut', 'retry 2 of 2: cut']);
    await expect(retrying(transient, { waits: [] })).rejects.toBe(failure);
  });

  it('counts anew where there was progress, and ends at once for what asking again does not change', async () => {
    let [tries, progress] = [0, 3];
    const counted = () => {
      tries++;
      return transient();
    };
    await expect(retrying(counted, { waits: [0], hasProgress: () => progress-- > 0 })).rejects.toBe(failure);
    expect(tries).toBe(4);
    const lasting = new Error('lasting');
    await expect(retrying(() => Promise.reject(lasting), { waits: [0] })).rejects.toBe(lasting);
  });

  it('ends where nobody wants it any more, also while it waits', async () => {
    const controller = new AbortController();
    const waiting = retrying(transient, {
      ...{ waits: [3_600_000], signal: controller.signal },
      retried: () => controller.abort(new Error('enough')),
    });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await expect(retrying(transient, { waits: [0], signal: controller.signal })).rejects.toThrow('enough');
  });

  it('is by a clock that calls once, and not where that is not wanted any more', async () => {
    let calls = 0;
    const stop = machineClock.after(1, () => calls++);
    stop();
    await new Promise<void>((over) => machineClock.after(20, over));
    expect(calls).toBe(0);
  });
});
