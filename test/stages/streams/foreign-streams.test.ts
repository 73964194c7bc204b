import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { jobOfStrings } from '../../../lib/job/job-of';
import { planOf } from '../../../lib/job/plan';
import { verifyInProcess } from '../../../lib/simplestreams/openpgp/openpgp-verify';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { fetch } from '../../../lib/stages/fetch';
import { type FindOptions, findCloudImage } from '../../../lib/stages/streams/find-cloud-image';
import { publicationTime, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serveTroubled, type Trouble } from '../../fixtures/servers/troubled-server';
import { publishCloudImages, type StreamImage } from '../../fixtures/streams/cloud-stream';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { smallPress } from '../../publication/made/small-press';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner('small stream');
});

const daily = 'com.ubuntu.cloud:daily:download';
const released = 'com.ubuntu.cloud:released:download';
const product = 'com.ubuntu.cloud.daily:server:24.04:amd64';
const image = (serial: string): StreamImage => ({
  ...{ release: 'noble', version: '24.04', architecture: 'amd64', serial },
  ...{ squashfs: randomBytes(9), manifest: Buffer.from('small\t1\n') },
});

// biome-ignore lint/suspicious/noExplicitAny: tests write into documents what no type allows
type Loose = any;
type Changed = (document: Loose) => void;

/** A stream with two serials of noble, of which documents are changed and signed again. */
async function streaming(
  changes: Readonly<Record<string, Changed>>,
  troubleOf: (path: string) => Trouble = () => ({}),
) {
  const folder = temporaryFolder();
  await publishCloudImages(folder, { layout: 'daily', signer, images: [image('20261119'), image('20261120')] });
  for (const [name, change] of Object.entries(changes)) {
    const from = name === 'index' || name === daily ? name : daily;
    const document = JSON.parse(
      readFileSync(join(folder, `streams/v1/${from}.json`), 'utf8').replaceAll('.json"', '.sjson"'),
    );
    change(document);
    await sign(folder, name, document);
  }
  const server = await serveTroubled(folder, ({ path }) => troubleOf(path));
  const warnings: string[] = [];
  const find = (options: Partial<FindOptions> = {}) => {
    const scratch = temporaryFolder();
    const keyring = join(scratch, 'given.gpg');
    writeFileSync(keyring, signer.keyring);
    const noble = { release: 'noble', version: '24.04', architecture: 'amd64' };
    const wanted = { ...noble, stream: server.address, keyring, scratch, network: {} };
    return findCloudImage({ ...wanted, waits: [0, 0], warn: (sentence) => warnings.push(sentence), ...options });
  };
  return { folder, ...server, find, warnings };
}

async function sign(folder: string, name: string, document: unknown): Promise<void> {
  const text = `${JSON.stringify(document, undefined, 1)}\n`;
  writeFileSync(join(folder, `streams/v1/${name}.sjson`), await signer.clearsign(text, publicationTime));
}

const entry = (name: string, fields: object = {}) => ({
  datatype: 'image-downloads',
  format: 'products:1.0',
  path: `streams/v1/${name}.sjson`,
  products: [],
  ...fields,
});
const squashfsOf = (document: Loose, serial: string) => document.products[product].versions[serial].items.squashfs;

describe('a stream with line ends of Windows', () => {
  it('is read, since gpgv takes its signature', async () => {
    await using stream = await streaming({});
    for (const name of ['index', daily]) {
      const file = join(stream.folder, `streams/v1/${name}.sjson`);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'));
    }
    expect((await stream.find()).serial).toBe('20261120');
    expect((await stream.find({ verify: (text, keyring) => verifyInProcess(text, keyring, new Date()) })).serial).toBe(
      '20261120',
    );
  });
});

describe('Fetch', () => {
  it('shows what is wrong with a stream and makes no difference, and what it tries again', async () => {
    const lines: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    onTestFinished(() => void vi.restoreAllMocks());
    const failed = new Set<string>();
    await using stream = await streaming(
      {
        index: ({ index }) => {
          index[released] = entry(released);
        },
      },
      (path) => {
        const fails = /index|squashfs$/.test(path) && !failed.has(path);
        failed.add(path);
        return fails ? { status: 503 } : {};
      },
    );
    const sources = { stream: stream.address, streamKeyringData: signer.keyring.toString('base64') };
    const request = BuildRequest.parse({ release: 'noble', architectures: ['amd64'], sources });
    const [planned] = planOf(request, 'first', 'first-0123456789abcdef').architectures;
    const { work } = smallPress(signer);

    await fetch({
      ...{ job: jobOfStrings(planned?.job ?? {}), request, folder: 'runs/first', store: work },
      ...{ scratch: temporaryFolder(), tools: '' },
    });

    const shown = lines.join('');
    expect(shown).toContain(`:: looking for noble amd64 in ${stream.address}\n`);
    expect(shown).toMatch(/^:: downloading \S+\.squashfs of 20261120, 0\.00 MB$/m);
    expect(shown).toMatch(/warning: .*released:download\.sjson is missing \(404\), but the index lists it/);
    expect(shown).toMatch(/retry 1 of 6: .*index\.sjson returned 503/);
    expect(shown).toMatch(/retry 1 of 6: .*\.squashfs returned 503/);
  });
});

describe('a stream with fields that are said once', () => {
  it('is read as the simplestreams library reads it', async () => {
    await using stream = await streaming({
      [daily]: (document) => {
        for (const one of Object.values<Loose>(document.products)) delete one.arch;
        document.products = { [product]: document.products[product] };
        document.arch = 'amd64';
      },
    });
    expect(await stream.find()).toMatchObject({ product, serial: '20261120' });
  });
});

describe('a stream with an old image that is described wrongly', () => {
  it.each([
    [
      'path',
      'server/noble/20261119/a b.squashfs',
      'path is "server/noble/20261119/a b.squashfs", which contains the segment "a b.squashfs"',
    ],
    ['sha256', 'A'.repeat(64), `sha256 is "${'A'.repeat(64)}"`],
  ])('gives the newest, and a warning that names the old one (%s)', async (field, value, fault) => {
    await using stream = await streaming({
      [daily]: (document) => {
        squashfsOf(document, '20261119')[field] = value;
      },
    });
    const sentence = `${stream.address}streams/v1/${daily}.sjson, ${product} 20261119 squashfs: ${fault}`;

    expect((await stream.find()).serial).toBe('20261120');
    expect(stream.warnings).toEqual([sentence]);
    await expect(stream.find({ serial: '20261119' })).rejects.toMatchObject({ name: 'BadFormat', message: sentence });
  });

  it('names five of many', async () => {
    await using stream = await streaming({
      [daily]: (document) => {
        const { versions } = document.products[product];
        const bad = structuredClone(versions['20261119']);
        bad.items.squashfs.path = '/a';
        for (let day = 1; day <= 9; day++) versions[`2020010${day}`] = bad;
      },
    });
    expect((await stream.find()).serial).toBe('20261120');
    expect(stream.warnings).toHaveLength(6);
    expect(stream.warnings.at(-1)).toBe('the stream has 4 more faults like these');
  });

  it('takes one serial from the document that describes it rightly', async () => {
    await using stream = await streaming({
      index: ({ index }) => {
        index['a:first'] = entry('first', { products: [product] });
      },
      first: (document) => {
        squashfsOf(document, '20261120').path = '/a';
      },
    });
    expect((await stream.find()).serial).toBe('20261120');
  });
});

describe('a stream with another document that cannot be had', () => {
  it.each<[string, object, string]>([
    ['is not there', {}, `${released}.sjson is missing (404), but the index lists it`],
    [
      'is not signed',
      { path: 'streams/v1/a.json' },
      `lists ${released} with the path "streams/v1/a.json", which is not signed (.sjson)`,
    ],
    ['has no path', { path: 7 }, `lists ${released} with the path "", which is not signed (.sjson)`],
    [
      'leads out of the stream',
      { path: '../a.sjson' },
      `lists ${released} with the path "../a.sjson", which contains the segment ".."`,
    ],
    ['lists the image, too', { products: [product] }, `${released}.sjson is missing (404), but the index lists it`],
  ])('gives the image where the other %s, and a warning that names it', async (_, fields, warning) => {
    await using stream = await streaming({
      index: ({ index }) => {
        index[released] = entry(released, fields);
      },
    });

    expect((await stream.find()).serial).toBe('20261120');
    expect(stream.warnings).toEqual([expect.stringContaining(warning)]);
  });

  it('passes over one that says nothing a reader understands, and over one that a server keeps back', async () => {
    await using stream = await streaming(
      {
        index: ({ index }) =>
          Object.assign(index, { [released]: entry(released), other: entry('other', { format: 'index:1.0' }) }),
        [released]: (document) => {
          document.format = 'products:2.0';
        },
      },
      (path) => (path.endsWith('other.sjson') ? { status: 403 } : {}),
    );
    expect((await stream.find()).serial).toBe('20261120');
    expect(stream.warnings).toEqual([
      expect.stringContaining('its format is "products:2.0"'),
      expect.stringContaining('other.sjson returned 403'),
    ]);
  });

  it('refuses one that somebody else has signed, whatever the others hold', async () => {
    await using stream = await streaming({
      index: ({ index }) => {
        index[released] = entry(released);
      },
      [released]: () => {},
    });
    const file = join(stream.folder, `streams/v1/${released}.sjson`);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"free"', '"fee"'));
    await expect(stream.find()).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringContaining(released),
    });
  });

  it('refuses where a document with the image cannot be reached, since it may hold a newer one', async () => {
    await using stream = await streaming(
      {
        index: ({ index }) => {
          index[released] = entry(released, { products: [product] });
        },
      },
      (path) => (path.includes('released') ? { status: 500 } : {}),
    );
    await expect(stream.find()).rejects.toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringContaining('500'),
    });
  });
});

describe('an index that names another index', () => {
  it('is followed, and so is one below that; a circle is read once', async () => {
    await using stream = await streaming({
      index: (document) => {
        document.index = { more: entry('more', { format: 'index:1.0', datatype: undefined }) };
      },
      more: (document) =>
        Object.assign(document, {
          format: 'index:1.0',
          index: { deep: entry('deep', { format: 'index:1.0' }), again: entry('index', { format: 'index:1.0' }) },
        }),
      // This one does not say of itself that it is an index.
      deep: (document) =>
        Object.assign(document, {
          format: 'index:1.0',
          index: { [daily]: entry(daily), self: entry('deep', { format: 'index:1.0' }) },
        }),
    });

    expect((await stream.find()).serial).toBe('20261120');
    const paths = stream.requests.map(({ path }) => path.replace('/streams/v1/', ''));
    expect(paths).toEqual(['index.sjson', 'more.sjson', 'deep.sjson', `${daily}.sjson`]);
    expect(stream.warnings).toEqual([]);
  });

  it('is followed only where it is signed, too', async () => {
    await using stream = await streaming({
      index: (document) => {
        document.index = { more: entry('more', { format: 'index:1.0' }) };
      },
      more: (document) => Object.assign(document, { format: 'index:1.0', index: { [daily]: entry(daily) } }),
    });
    const file = join(stream.folder, 'streams/v1/more.sjson');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"free"', '"fee"'));
    await expect(stream.find()).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringContaining('more.sjson'),
    });
  });

  it('refuses a stream that names documents without end', async () => {
    await using stream = await streaming({
      index: ({ index }) => {
        for (let at = 0; at < 120; at++) index[`more-${at}`] = entry(`more-${at}`, { format: 'index:1.0' });
      },
    });
    await expect(stream.find({ waits: [] })).rejects.toMatchObject({
      name: 'BadFormat',
      message: `the stream ${stream.address} lists more than 100 documents to read`,
      hint: 'give the address of the document itself (…/streams/v1/….sjson), or report it to the publisher of the stream',
    });
    expect(stream.requests.length).toBeLessThan(220);
  });
});

describe('a stream without the image', () => {
  it.each<[string, Readonly<Record<string, Changed>>, string]>([
    [
      'announces it in its index',
      { index: ({ index }) => void index[daily].products.push('x:server:24.04:s390x') },
      's390x',
    ],
    [
      'has its product without versions',
      {
        [daily]: ({ products }) => {
          products[product].versions = {};
        },
      },
      'amd64',
    ],
    [
      'has its product with none that can be named',
      {
        [daily]: ({ products }) => {
          products[product].versions = { next: {} };
        },
      },
      'amd64',
    ],
  ])('refuses where it %s: not ready', async (_, changes, architecture) => {
    await using stream = await streaming(changes);
    await expect(stream.find({ architecture })).rejects.toMatchObject({
      name: 'NotReady',
      message: `the stream lists noble (24.04) ${architecture} in ${stream.address}, but has no image for it`,
      hint: 'run the build again later',
    });
  });

  it('refuses where the document that is to hold it is not there, asked twice: not ready', async () => {
    await using stream = await streaming({});
    rmSync(join(stream.folder, `streams/v1/${daily}.sjson`));
    await expect(stream.find()).rejects.toMatchObject({
      name: 'NotReady',
      message: expect.stringContaining(`${daily}.sjson is missing (404), but the index lists it`),
      hint: 'upstream is mid-update; run the build again later',
    });
    expect(stream.requests.filter(({ path }) => path.endsWith(`${daily}.sjson`))).toHaveLength(2);
  });

  it('takes a document that is there when it is asked for again', async () => {
    const asked: string[] = [];
    await using stream = await streaming({}, (path) => {
      asked.push(path);
      return path.includes(daily) && asked.filter((one) => one === path).length === 1 ? { status: 404 } : {};
    });
    expect((await stream.find()).serial).toBe('20261120');
    expect(stream.warnings).toEqual([]);
  });

  it.each([
    ['an architecture', { architecture: 'arm64' }, 'noble (24.04) arm64', 'for this release it has amd64, amd64v3'],
    ['a release', { release: 'jammy', version: '22.04' }, 'jammy (22.04) amd64', 'it has noble (24.04)'],
  ])('refuses %s that it never had, and lists what it has', async (_, options, what, offer) => {
    await using stream = await streaming({});
    await expect(stream.find(options)).rejects.toMatchObject({
      name: 'NoSuchImage',
      misuse: false,
      message: `the stream has no ${what} in ${stream.address}: ${offer}`,
      hint: 'choose one of these, or use another stream',
    });
  });

  it('refuses what it never had, and names a document that may have told more', async () => {
    await using stream = await streaming({
      index: ({ index }) => {
        index[released] = entry(released);
      },
    });
    await expect(stream.find({ architecture: 'arm64' })).rejects.toMatchObject({
      name: 'NoSuchImage',
      message: expect.stringMatching(/it has amd64, amd64v3; .*:released:download\.sjson is missing \(404\)/),
    });
  });

  it('refuses a serial that may be in a document that is not there: not ready', async () => {
    await using stream = await streaming({
      index: ({ index }) => {
        index[released] = entry(released, { products: [product] });
      },
    });
    await expect(stream.find({ serial: '20261118' })).rejects.toMatchObject({ name: 'NotReady' });
  });
});
