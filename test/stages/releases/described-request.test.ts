import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { planOf } from '../../../lib/job/plan';
import { kernelChoices } from '../../../lib/job/releases/kernel-choice';
import { verifyInProcess } from '../../../lib/simplestreams/openpgp/openpgp-verify';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { describedRequest } from '../../../lib/stages/releases/described-request';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { publishCloudImages, type StreamImage } from '../../fixtures/streams/cloud-stream';
import { hideLine } from '../../fixtures/streams/hidden-line';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-seconds';

let signer: Signer;
let other: Signer;
beforeAll(async () => {
  [signer, other] = await Promise.all([smallSigner('stream'), smallSigner('somebody else')]);
});

const zany = { release: 'zany', version: '27.04', serial: '20270401', squashfs: Buffer.from('squashfs') };
const fields = { release_codename: 'Zany Zebra', support_eol: '2028-01-20' };
const csv = `version,codename,series,created,release,eol,eol-server,eol-esm
24.04 LTS,Noble Numbat,noble,2023-10-12,2024-04-25,2029-05-31,2029-05-31,2034-04-25
27.04,Zany Zebu,zany,2026-10-15,2027-04-22,2028-01-21
27.10,Able Ant,able,2027-04-22,2027-10-14,2028-07-20
`;

interface Stream extends AsyncDisposable {
  readonly folder: string;
  readonly requests: readonly string[];
  /** What an order means by this stream. */
  describe(request?: object, distroInfo?: string): Promise<BuildRequest>;
}

async function stream(changes: Partial<StreamImage> = {}, by: Signer = signer): Promise<Stream> {
  const folder = temporaryFolder();
  const architectures = ['amd64', 'arm64', 'riscv64'];
  const images = architectures.map((architecture) => ({ ...zany, architecture, fields, ...changes }));
  await publishCloudImages(folder, { layout: 'daily', signer: by, images });
  const server = await serveArchive(folder);
  const sources = { stream: server.url, streamKeyringData: signer.keyring.toString('base64') };
  return {
    folder,
    requests: server.requests,
    describe: (request, distroInfo) =>
      describedRequest(BuildRequest.parse({ release: 'zany', architectures: ['amd64'], sources, ...request }), {
        scratch: temporaryFolder(),
        tools: 'buildspecs',
        distroInfo,
        verify: (text, keyring) => verifyInProcess(text, keyring, new Date()),
      }),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

describe('a release that the catalogue does not have', () => {
  it.each(['zany', '27.04'])('is described by the signed stream, by the name %s', async (release) => {
    await using site = await stream();
    const request = await site.describe({ release });

    expect(request.release).toBe('zany');
    expect(request.about).toEqual({
      version: '27.04',
      title: '27.04',
      codename: 'Zany Zebra',
      supportEol: '2028-01-20',
      architectures: ['amd64', 'arm64', 'riscv64'], // not amd64v3, which the stream has, too
      sources: ['stream'],
    });
    expect(kernelChoices({ ...request, architectures: ['riscv64'] })[0]?.kernels).toEqual([
      { kernel: 'ga', need: 'required' },
    ]);
    expect(planOf(request, 'x').reason).toBe('requested; zany is 27.04 (source: stream)');
    expect(BuildRequest.parse(JSON.parse(JSON.stringify(request)))).toEqual(request);
    const asked = site.requests.length;
    expect(await site.describe(request)).toEqual(request);
    expect(site.requests).toHaveLength(asked);
  });

  it('may lack hwe in the archive, where only the rule says that an LTS release has it', async () => {
    await using site = await stream({ release: 'lucky', version: '28.04', fields: { release_title: '28.04 LTS' } });
    const request = await site.describe({ release: 'lucky' });
    expect(kernelChoices(request)[0]?.kernels).toEqual([
      { kernel: 'ga', need: 'required' },
      { kernel: 'hwe', need: 'optional' },
    ]);
  });

  it('gets from distro-info-data the days that the stream does not say, and from an order what it says', async () => {
    await using site = await stream();
    expect((await site.describe({}, csv)).about).toMatchObject({
      codename: 'Zany Zebra',
      released: '2027-04-22',
      supportEol: '2028-01-20',
      sources: ['stream', 'distro-info'],
    });
    expect((await site.describe({}, csv.replace('27.04,', '28.10,'))).about?.sources).toEqual(['stream']);
    const said = { codename: 'Zany Zebrafish', sources: ['mirror.yaml'] };
    expect((await site.describe({ about: said })).about).toMatchObject({
      version: '27.04',
      codename: 'Zany Zebrafish',
      sources: ['mirror.yaml', 'stream'],
    });
  });

  it.each([
    'able',
    '27.10',
  ])('is described by distro-info-data, by the name %s, where the stream has none', async (release) => {
    await using site = await stream();
    expect(await site.describe({ release }, csv)).toMatchObject({
      release: 'able',
      about: { version: '27.10', codename: 'Able Ant', sources: ['distro-info'] },
    });
    const unread = await stream();
    await unread[Symbol.asyncDispose]();
    expect((await unread.describe({ release }, csv)).about?.sources).toEqual(['distro-info']);
  });

  it('is as an order says where no other source has it', async () => {
    await using site = await stream();
    const about = { version: '27.10', sources: ['mirror.yaml'] };
    expect((await site.describe({ release: 'able', about })).about).toEqual(about);
    const asked = site.requests.length;
    await site.describe({ release: 'able', about, base: '/image.squashfs' });
    expect(site.requests).toHaveLength(asked);
  });

  it('is refused where no source has it, with those that exist', async () => {
    await using site = await stream();
    await expect(site.describe({ release: 'able' })).rejects.toMatchObject({
      name: 'UnknownRelease',
      misuse: true,
      message: expect.stringMatching(/^unknown release "able"; known releases: xenial, .*, stonking, bookworm, zany$/),
      hint: 'give a series or a version, such as noble or 24.04; `maas-mirror releases` lists them',
    });
    await site[Symbol.asyncDispose]();
    await expect(site.describe({ release: 'able' })).rejects.toMatchObject({
      name: 'UnknownRelease',
      message: expect.stringMatching(/; http:\S+, which may have it, cannot be read: .*ECONNREFUSED/),
      cause: { name: 'DownloadFailed' },
    });
  });

  it('is refused where mirror.yaml describes it without its version, which is said beside the trouble with the stream', async () => {
    const site = await stream();
    await site[Symbol.asyncDispose]();
    const about = { codename: 'Able Ant', sources: ['mirror.yaml'] };
    await expect(site.describe({ release: 'able', about })).rejects.toMatchObject({
      name: 'UnknownRelease',
      message: expect.stringMatching(
        /; the entry for able under `catalogue` in mirror.yaml has no version; http:\S+, which may have it, cannot be read/,
      ),
      hint: 'add the version to that entry, in quotes: able: { version: "27.04" }',
    });
  });

  it('is refused by a name that is not that of its version', async () => {
    await using site = await stream();

    await expect(site.describe({ release: 'zanny', about: { version: '27.04' } })).rejects.toMatchObject({
      name: 'BadFormat',
      message: expect.stringMatching(/^http:\S+ calls 27.04 zany, not zanny$/),
      hint: 'report it to the publisher, or describe the release under `catalogue` in mirror.yaml',
    });
  });

  it.each(['bootloaders', 'streams'])('is refused where the stream calls it %s', async (release) => {
    await using site = await stream({ release });

    await expect(site.describe({ release: '27.04' })).rejects.toMatchObject({
      name: 'BadFormat',
      message: expect.stringMatching(
        /^(?:bootloaders|streams) cannot be built from its description in stream: .*is a reserved name in mirrors/,
      ),
      hint: 'report it to the publisher, or describe the release under `catalogue` in mirror.yaml',
    });
  });

  it('is refused by its name where the stream describes it oddly, whatever others say', async () => {
    const odd: Partial<StreamImage>[] = [
      { fields: { ...fields, release_title: 'Zany' } },
      { fields: { ...fields, support_eol: 'soon' } },
      { fields: { ...fields, support_eol: '2027-03-01' } },
      { fields: { ...fields, version: '27.10' } },
      { version: '24.04', fields },
      { version: '27.07', fields },
    ];
    for (const changes of odd) {
      await using site = await stream(changes);
      await expect(site.describe({}, csv), JSON.stringify(changes)).rejects.toMatchObject({
        name: 'BadFormat',
        message: expect.stringMatching(
          /^(?:http:\S+ (?:describes (?:zany|27\.04) incorrectly|calls)|zany cannot be built)/,
        ),
      });
    }
  });

  it('is refused where the stream is not signed by its key, or holds more than was signed, whatever others say', async () => {
    await using foreign = await stream({}, other);
    await expect(foreign.describe({}, csv)).rejects.toMatchObject({ name: 'BadSignature' });

    await using hidden = await stream();
    hideLine(hidden.folder, 'com.ubuntu.cloud:daily:download', ' ');
    await expect(hidden.describe({}, csv)).rejects.toMatchObject({ name: 'BadSignature' });
  });

  it.each([
    'trusty',
    '14.04',
  ])('is refused by its age where it is older than all that is built (%s)', async (release) => {
    await using site = await stream({ release: 'trusty', version: '14.04', fields: {} });
    const old = `${csv}14.04 LTS,Trusty Tahr,trusty,2013-10-17,2014-04-17,2019-04-25,2019-04-25,2024-04-25\n`;
    await expect(site.describe({ release }, old)).rejects.toMatchObject({
      name: 'NotSupported',
      misuse: true,
      message: 'trusty (14.04) is older than 16.04, the oldest supported release',
      hint: 'name a later release; `maas-mirror releases` lists them',
    });
  });

  it('is refused where the stream has lost its signatures', async () => {
    await using site = await stream();
    for (const name of ['index', 'com.ubuntu.cloud:daily:download']) {
      writeFileSync(
        join(site.folder, `streams/v1/${name}.sjson`),
        readFileSync(join(site.folder, `streams/v1/${name}.json`)),
      );
    }
    await expect(site.describe({}, csv)).rejects.toMatchObject({ name: 'BadSignature' });
  });
});

describe('a release of the catalogue', () => {
  it('is not asked for', async () => {
    await using site = await stream();
    const request = await site.describe({ release: '24.04' });
    expect(request).toEqual(expect.not.objectContaining({ about: expect.anything() }));
    expect(request.release).toBe('noble');
    expect(site.requests).toEqual([]);
  });
});
