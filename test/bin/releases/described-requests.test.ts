import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describedRequests, releaseLine, textOf } from '../../../bin/releases/described-requests';
import { toldReleases } from '../../../bin/releases/told-releases';
import { BuildRequest } from '../../../lib/job/build-request';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { environment } from '../../fixtures/aws/fake-aws';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { publishCloudImages } from '../../fixtures/streams/cloud-stream';
import { temporaryFolder } from '../../fixtures/temporary-folder';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner('stream');
});

const csv = `version,codename,series,created,release,eol,eol-server,eol-esm
17.10,Artful Aardvark,artful,2017-04-21,2017-10-19,2018-07-19
27.04,Zany Zebra,zany,2026-10-15,2027-04-22,2028-01-20
`;
const requestOf = (release: string, more: object = {}) =>
  BuildRequest.parse({ release, architectures: ['amd64'], ...more });

/** A stream of cloud images that has zany. @returns places that name it */
async function streamed() {
  const folder = temporaryFolder();
  const images = [{ release: 'zany', version: '27.04', architecture: 'amd64', serial: '20270401' }];
  await publishCloudImages(folder, { layout: 'daily', signer, images });
  const server = await serveArchive(folder);
  const sources = { stream: server.url, streamKeyringData: signer.keyring.toString('base64') };
  return { sources, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe('orders whose releases are all known', () => {
  it('are as they were where the catalogue has them, and no stream is asked', async () => {
    const nowhere = { sources: { stream: 'http://127.0.0.1:1/' } };
    const requests = [
      requestOf('noble', nowhere),
      requestOf('bootloaders', { architectures: [] }),
      requestOf('24.04', nowhere),
    ];
    expect(await describedRequests(requests, { distroInfo: csv })).toEqual(requests);
  });

  it('say of a newer release what its stream and distro-info-data say, in the order of the orders', async () => {
    await using stream = await streamed();
    const temporary = temporaryFolder();
    environment({ TMPDIR: temporary });

    const [zany, noble] = await describedRequests([requestOf('zany', stream), requestOf('noble')], { distroInfo: csv });

    expect(zany).toMatchObject({ release: 'zany', about: { version: '27.04', sources: ['stream', 'distro-info'] } });
    expect(noble).toEqual(requestOf('noble'));
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('refuse a release that nobody knows, and a kernel that it does not have', async () => {
    await using stream = await streamed();
    await expect(describedRequests([requestOf('nobody', stream)], { distroInfo: csv })).rejects.toMatchObject({
      name: 'UnknownRelease',
      misuse: true,
    });
    const wrong = requestOf('zany', { ...stream, kernels: { required: ['cloud'], optional: [] } });
    await expect(describedRequests([wrong], { distroInfo: csv })).rejects.toMatchObject({ name: 'UnknownKernel' });
  });
});

describe('what is said of a release before it is built', () => {
  const about = { version: '27.04', supportEol: '2028-01-20', sources: ['stream'] };

  it.each([
    ['noble', {}, 'noble is 24.04 LTS (catalogue)'],
    ['24.04', {}, 'noble is 24.04 LTS (catalogue)'],
    ['zany', { about }, 'zany is 27.04 (stream)'],
    ['zany', { about: { ...about, sources: [] } }, 'zany is 27.04 (mirror.yaml)'],
    [
      'bionic',
      {},
      expect.stringMatching(/^bionic is 18\.04 LTS \(catalogue\); support ended on 2023-\d\d-\d\d, extended/),
    ],
    ['bootloaders', { architectures: [] }, undefined],
    ['able', {}, undefined],
  ])('of %s with %j', (release, more, line) => {
    expect(releaseLine(requestOf(release, more), new Date('2026-11-25'))).toEqual(line);
  });
});

it('reads a file that a machine may have, as text, and nothing where it has none', () => {
  const file = join(temporaryFolder(), 'ubuntu.csv');
  expect(textOf(file)).toBeUndefined();
  writeFileSync(file, 'Zäny');
  expect(textOf(file)).toBe('Zäny');
});

describe('what is told of releases', () => {
  const told = (options: object, distroInfo = csv) => toldReleases(options, { distroInfo }, () => {});

  it('is what is newer than the catalogue, and of no stream unless one is asked for', async () => {
    expect(await told({})).toEqual([
      expect.objectContaining({
        name: 'zany',
        source: 'distro-info',
        facts: expect.objectContaining({ version: '27.04' }),
      }),
    ]);
    expect(await told({}, '')).toEqual([]);
  });

  it('goes by the stream, keyring, proxy and certificates that a configuration names beside itself', async () => {
    const folder = temporaryFolder();
    const config = join(folder, 'mirror.yaml');
    const withSources = (sources: object) => {
      writeFileSync(config, JSON.stringify({ views: {}, sources }));
      return told({ stream: true, config }, '');
    };
    await using stream = await streamed();
    writeFileSync(join(folder, 'stream.gpg'), signer.keyring);

    const sources = { stream: stream.sources.stream, streamKeyring: 'stream.gpg' };
    expect(await withSources(sources)).toMatchObject([{ name: 'zany', source: 'stream' }]);
    await using proxy = await smallProxy();
    expect(await withSources({ ...sources, proxy: proxy.url })).toHaveLength(1);
    expect(proxy.asked[0]).toMatch(new RegExp(`^${stream.sources.stream}.*index`));
    await expect(withSources({ ...sources, ca: 'none.pem' })).rejects.toMatchObject({
      message: expect.stringContaining(`${config} names ${join(folder, 'none.pem')}, which cannot be read`),
    });
    writeFileSync(join(folder, 'ca.pem'), 'no certificate');
    await expect(withSources({ ...sources, ca: 'ca.pem' })).rejects.toMatchObject({ name: 'BadInput' });
  });
});

/** Hands on what it is asked for, and keeps it in mind. */
async function smallProxy() {
  const asked: string[] = [];
  const server = createServer(async ({ url = '' }, response) => {
    asked.push(url);
    const answer = await fetch(url);
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, url, [Symbol.asyncDispose]: async () => void server.close() };
}
