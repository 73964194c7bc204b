import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { jobOfStrings } from '../../../lib/job/job-of';
import { planOf } from '../../../lib/job/plan';
import { verifyInProcess } from '../../../lib/simplestreams/openpgp/openpgp-verify';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { VerifyClearsigned } from '../../../lib/simplestreams/openpgp/verified-text';
import { fetch } from '../../../lib/stages/fetch';
import { plan } from '../../../lib/stages/plan';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { type ServedArchive, serveArchive } from '../../fixtures/servers/served-archive';
import { publishCloudImages } from '../../fixtures/streams/cloud-stream';
import { hideLine, streamDocuments } from '../../fixtures/streams/hidden-line';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { smallPress } from '../../publication/made/small-press';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});
beforeEach(() => void vi.spyOn(process.stdout, 'write').mockReturnValue(true)); // the log of the build

/** A stream and an archive of noble in one folder, and an order of it. */
async function site(): Promise<{ folder: string; server: ServedArchive; request: BuildRequest }> {
  const folder = temporaryFolder();
  const image = { release: 'noble', version: '24.04', architecture: 'amd64', serial: '20261120' };
  await publishCloudImages(folder, { layout: 'daily', signer, images: [{ ...image, squashfs: Buffer.from('x') }] });
  for (const suite of ['noble', 'noble-updates', 'noble-security']) {
    const file = join(folder, 'dists', suite, 'InRelease');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, suite);
  }
  const server = await serveArchive(folder);
  const { url } = server;
  const sources = { stream: url, streamKeyringData: signer.keyring.toString('base64'), archive: url, ports: url };
  return { folder, server, request: BuildRequest.parse({ release: 'noble', architectures: ['amd64'], sources }) };
}

function planning(request: BuildRequest, verify: VerifyClearsigned | undefined) {
  const bench = {
    ...smallPress(signer),
    scratch: temporaryFolder(),
    tools: '',
    random: randomBytes,
    ...(verify && { verify }),
  };
  return plan({ request, execution: 'first' }, bench);
}

function fetching(request: BuildRequest) {
  const [planned] = planOf(request, 'first', 'first-0123456789abcdef').architectures;
  if (planned === undefined) throw new Error('nothing is planned');
  const { work } = smallPress(signer);
  return fetch({
    job: jobOfStrings(planned.job),
    request,
    folder: 'runs/first',
    store: work,
    scratch: temporaryFolder(),
    tools: '',
  });
}

const inProcess: VerifyClearsigned = (file, keyring) => verifyInProcess(file, keyring, new Date());
const stages: [string, (request: BuildRequest) => Promise<unknown>][] = [
  ['Plan, with gpgv', (request) => planning(request, undefined)],
  ['Plan, where there is no gpgv', (request) => planning(request, inProcess)],
  ['Fetch', fetching],
];

describe.each(stages)('%s', (_stage, run) => {
  it.each(
    streamDocuments.flatMap((document) =>
      [...Object.entries({ blanks: ' ', tabs: '\t', CRs: '\r', 'form feeds': '\f', NULs: '\0' })].map(
        ([name, filler]) => [document, name, filler] as const,
      ),
    ),
  )('refuses a stream whose %s has a text behind so many %s that gpgv reads only what is before them', async (document, _name, filler) => {
    const { folder, server, request } = await site();
    await using _ = server;
    hideLine(folder, document, filler);

    await expect(run(request)).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringMatching(`${document}.sjson: the signature is not valid: line \\d+ is longer than gpgv`),
    });
    expect(server.requests.filter((path) => !/^\/(streams|dists)\//.test(path))).toEqual([]);
  });
});

describe('Plan', () => {
  const document = 'streams/v1/com.ubuntu.cloud:daily:download.sjson';

  it.each<[string, string, (folder: string) => void]>([
    [
      'a word of the signed text was changed',
      'BadSignature',
      (folder) => rewrite(join(folder, document), (text) => text.replace('20261120', '20261121')),
    ],
    ['it is not signed', 'BadSignature', (folder) => writeFileSync(join(folder, document), '{}\n')],
  ])('refuses a stream of which %s: %s', async (_, name, change) => {
    const { folder, server, request } = await site();
    await using _server = server;
    change(folder);
    await expect(planning(request, undefined)).rejects.toMatchObject({ name });
  });

  it('refuses a stream that says something twice though it is signed', async () => {
    const { folder, server, request } = await site();
    await using _server = server;
    const plain = readFileSync(join(folder, document.replace('.sjson', '.json')), 'utf8');
    const twice = plain.replace('"datatype"', '"datatype": "x",\n "datatype"');
    writeFileSync(join(folder, document), await signer.clearsign(twice, new Date('2026-11-20T05:00:00Z')));
    await expect(planning(request, undefined)).rejects.toMatchObject({
      name: 'BadFormat',
      message: expect.stringContaining('two members named "datatype"'),
    });
  });

  it.each<[string, (folder: string) => void]>([
    ['cannot be reached', (folder) => rmSync(join(folder, 'streams'), { recursive: true })],
    ['is being updated', (folder) => rmSync(join(folder, document))],
  ])('leaves it to Fetch to say that a stream %s', async (_, change) => {
    const { folder, server, request } = await site();
    await using _server = server;
    change(folder);
    const { updates, architectures } = await planning(request, undefined);
    expect([updates, architectures[0]?.job.inputs]).toEqual([true, '']);
  });
});

function rewrite(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}
