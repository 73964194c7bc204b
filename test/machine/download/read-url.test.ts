import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { download, readUrl } from '../../../lib/machine/download/download';
import { serveTroubled, type Trouble } from '../../fixtures/servers/troubled-server';
import { packedEncodings, plainEncodings } from '../../fixtures/streams/encodings';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { closedServer, serve } from '../../store/http/answering-server';
import '../../fixtures/needs-seconds';

const index = Buffer.from('an index');
const quick = { waits: [0, 0], silenceMs: 3_600_000 };

/** Sends as long as somebody reads. */
function neverEnd(response: ServerResponse): void {
  const endless = new Readable({ read: () => void endless.push(Buffer.alloc(64 * 1024)) });
  pipeline(endless, response, () => {});
}

/** Reads /index from a server whose answers have these troubles, one after the other. */
const reading = (...troubles: Trouble[]) => readingWith(quick, ...troubles);

async function readingWith(patience: typeof quick, ...troubles: Trouble[]) {
  await using server = await serveTroubled({ '/index': index }, ({ before }) => troubles[before] ?? {});
  const read = await readUrl(`${server.address}index`, {}, patience).catch((error: unknown) => error);
  return { read, requests: server.requests };
}

it('reads a document', async () => {
  const { read, requests } = await reading();

  expect(read).toEqual(index);
  expect(requests[0]?.headers['accept-encoding']).toBe('identity');
});

it('knows nothing of what is answered by 404', async () => {
  expect((await reading({ status: 404 })).read).toBeUndefined();
});

it('knows nothing of what is answered by 404, however much is said about it', async () => {
  const server = await serve((_, response) => neverEnd(response.writeHead(404)));

  expect(await readUrl(`${server.url}/index`, {}, quick)).toBeUndefined();
  expect(server.requests).toHaveLength(1);
});

it('refuses a document that is longer than one may be, without waiting for its end', async () => {
  const server = await serve((_, response) => neverEnd(response.writeHead(200)));

  await expect(readUrl(`${server.url}/index`, {}, { ...quick, most: 200_000 })).rejects.toMatchObject({
    name: 'DownloadFailed',
    message: `${server.url}/index is longer than 200000 bytes`,
  });
  expect(server.requests).toHaveLength(1);
});

it('reads a document that is as long as one may be', async () => {
  await using server = await serveTroubled({ '/index': index });
  const read = (most: number) => readUrl(`${server.address}index`, {}, { ...quick, most });

  expect(await read(index.length)).toEqual(index);
  await expect(read(index.length - 1)).rejects.toMatchObject({ name: 'DownloadFailed' });
});

it.each<[string, Trouble, number?]>([
  ['an overloaded server', { status: 503 }],
  ['a cut', { cutAt: 3 }],
  ['a silence', { silentAt: 3 }, 1_000],
])('asks again after %s', async (_, trouble, silenceMs = quick.silenceMs) => {
  const { read, requests } = await readingWith({ ...quick, silenceMs }, trouble, trouble);

  expect(read).toEqual(index);
  expect(requests).toHaveLength(3);
});

it('follows a server that moved', async () => {
  await using there = await serveTroubled({ '/index': index });
  await using here = await serveTroubled({ '/index': index }, () => ({
    status: 302,
    headers: { Location: `${there.address}index` },
  }));

  expect(await readUrl(`${here.address}index`, {}, quick)).toEqual(index);
  expect(there.requests).toHaveLength(1);
});

it('sends the user and password of an address and never shows them', async () => {
  await using server = await serveTroubled({}, () => ({ status: 401 }));
  const address = `${server.address.replace('//', '//me:s%40cret@')}index`;

  const error = await readUrl(address, {}, quick).catch((caught: Error) => caught);

  expect(server.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:s@cret').toString('base64')}`);
  expect(error).toMatchObject({ name: 'DownloadFailed', message: `${server.address}index returned 401` });
  expect(JSON.stringify([error, String(error)])).not.toContain('s%40cret');
});

it('refuses the user and password of an address to the server that it is sent on to', async () => {
  await using there = await serveTroubled({ '/index': index });
  await using here = await serveTroubled({}, () => ({
    status: 302,
    headers: { Location: `${there.address}index` },
  }));

  expect(await readUrl(`${here.address.replace('//', '//me:s3cret@')}index`, {}, quick)).toEqual(index);
  expect(here.requests[0]?.headers.authorization).toMatch(/^Basic /);
  expect(there.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

it('refuses after the last wait, with the address and the reason', async () => {
  const { read, requests } = await reading({ status: 500 }, { status: 500 }, { cutAt: 3 });

  expect(read).toMatchObject({
    name: 'DownloadFailed',
    message: expect.stringMatching(/^cannot download http:\/\/127\.0\.0\.1:\d+\/index: .*closed/),
  });
  expect(requests).toHaveLength(3);
});

it('refuses a server that is not there', async () => {
  const url = await closedServer();
  await expect(readUrl(`${url}/index`, {}, quick)).rejects.toMatchObject({
    name: 'DownloadFailed',
    message: expect.stringMatching(`cannot download ${url}/index: .*ECONNREFUSED`),
  });
});

it('refuses a server that never answers', async () => {
  const { read } = await readingWith({ ...quick, silenceMs: 100 }, ...new Array(3).fill({ unanswered: true }));
  expect(read).toMatchObject({
    name: 'DownloadFailed',
    message: expect.stringContaining('timed out waiting for data'),
  });
});

it.each(plainEncodings)('reads what is sent with the Content-Encoding %j, which changes nothing', async (encoding) => {
  const trouble = { headers: { 'Content-Encoding': encoding } };
  expect((await reading(trouble)).read).toEqual(index);
  await using server = await serveTroubled({ '/index': index }, () => trouble);
  const file = join(temporaryFolder(), 'index');
  const promised = { sha256: createHash('sha256').update(index).digest('hex'), size: index.length };
  await download(`${server.address}index`, file, promised, { network: {}, ...quick });
  expect(readFileSync(file)).toEqual(index);
});

it.each(packedEncodings)('refuses what is sent with the Content-Encoding %s', async (encoding) => {
  const { read } = await reading({ headers: { 'Content-Encoding': encoding } });
  expect(read).toMatchObject({
    name: 'DownloadFailed',
    message: expect.stringContaining(`was sent with Content-Encoding ${encoding}, which was not requested`),
  });
});

it('refuses an encoding that is told in a second header', async () => {
  const server = await serve((_, response) => {
    response.setHeader('Content-Encoding', ['identity', 'gzip']);
    response.end(index);
  });
  await expect(readUrl(`${server.url}/index`, {}, quick)).rejects.toThrow('Content-Encoding identity, gzip');
});

it('asks once more for what is not there, where it is told to', async () => {
  const insisting = async (...troubles: Trouble[]) => {
    await using server = await serveTroubled({ '/index': index }, ({ before }) => troubles[before] ?? {});
    const told: string[] = [];
    const retried = (sentence: string) => void told.push(sentence);
    const read = await readUrl(`${server.address}index`, {}, { ...quick, insist: true, retried });
    return {
      read,
      told,
      address: server.address,
      caches: server.requests.map(({ headers }) => headers['cache-control']),
    };
  };
  const missing = { status: 404 };

  const { read, told, address, caches } = await insisting(missing);
  expect(read).toEqual(index);
  expect(caches).toEqual([undefined, 'no-cache']);
  expect(told).toEqual([`retry 1 of 2: ${address}index not found (404)`]);
  expect(await insisting(missing, missing, missing)).toMatchObject({
    read: undefined,
    caches: [undefined, 'no-cache'],
  });
});

it('tells of each failure after which it tries again, without the password', async () => {
  await using server = await serveTroubled({ '/index': index }, ({ before }) => (before < 2 ? { status: 503 } : {}));
  const told: string[] = [];
  const retried = (sentence: string) => void told.push(sentence);
  await readUrl(`${server.address.replace('//', '//user:secret@')}index`, {}, { ...quick, retried });
  expect(told).toEqual([1, 2].map((at) => `retry ${at} of 2: ${server.address}index returned 503`));
});

it('refuses what was packed on the way: digests are those of the plain bytes', async () => {
  await using server = await serveTroubled({ '/index': gzipSync(index) }, () => ({
    headers: { 'Content-Encoding': 'gzip' },
  }));
  await expect(readUrl(`${server.address}index`, {}, quick)).rejects.toMatchObject({
    name: 'DownloadFailed',
    message: expect.stringContaining('Content-Encoding gzip'),
  });
});

it.each(['ftp://a/b', 'nonsense', 'file:///etc/passwd'])('refuses the address %s', async (address) => {
  await expect(readUrl(address, {}, quick)).rejects.toMatchObject({ name: 'BadInput', misuse: true });
});
