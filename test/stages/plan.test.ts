import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { architecturesOf } from '../../lib/catalog/kernels';
import { BuildRequest } from '../../lib/job/build-request';
import { executionFolder, isFolderOf, runs } from '../../lib/job/layout';
import type { Plan } from '../../lib/job/plan';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { checkForUpdates, plan } from '../../lib/stages/plan';
import { requestAt } from '../../lib/stages/run-documents';
import { S3Store } from '../../lib/store/s3/s3-store';
import { stanzaAt } from '../fixtures/archives/private-stanza';
import { startSmallS3 } from '../fixtures/aws/small-s3/server';
import type { BuiltRunOptions } from '../fixtures/mirrors/built-run';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { type ServedArchive, serveArchive } from '../fixtures/servers/served-archive';
import { serveOverTls } from '../fixtures/servers/served-over-tls';
import { publishCloudImages } from '../fixtures/streams/cloud-stream';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { type SmallPress, smallPress } from '../publication/made/small-press';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

/** A mirror, and an archive of Debian whose state is a text. */
interface Place extends AsyncDisposable {
  readonly press: SmallPress;
  readonly archive: ServedArchive;
  /** What the archive is at now. */
  turnTo(state: string): void;
  checkForUpdates(request?: Partial<BuildRequest>): Promise<Plan>;
  /** Publishes what a build of such an order would, after a look of its own. */
  build(request: Partial<BuildRequest>, built?: Partial<BuiltRunOptions>): Promise<void>;
}

async function place(): Promise<Place> {
  const [press, folder] = [smallPress(signer), temporaryFolder()];
  const archive = await serveArchive(folder);
  let [looks, state] = [0, ''];
  const turnTo = (text: string) => {
    state = text;
    write(join(folder, 'dists/bookworm/InRelease'), text);
  };
  const checkForUpdates = async (changes: Partial<BuildRequest> = {}) => {
    const sources = { archive: archive.url };
    const request = BuildRequest.parse({ release: 'bookworm', architectures: ['amd64'], sources, ...changes });
    const bench = { ...press, scratch: temporaryFolder(), tools: '' };
    looks += 1;
    return plan({ request, execution: `look-${looks}` }, { ...bench, random: randomBytes });
  };
  turnTo('first');
  return {
    press,
    archive,
    turnTo,
    checkForUpdates,
    build: async (request, built = {}) => {
      const [{ job } = { job: undefined }] = (await checkForUpdates(request)).architectures;
      await press.publish({ source: 'bootstrap', planned: state, recipe: job?.recipe ?? '', ...built });
    },
    [Symbol.asyncDispose]: () => archive.close(),
  };
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const generic = { required: ['generic'], optional: [] as string[] };
const withRt = { required: ['generic'], optional: ['rt'] };

describe('a look at what is new', () => {
  it('finds nothing where archive and recipe are those of the last build, until one changes', async () => {
    await using site = await place();
    expect((await site.checkForUpdates()).updates).toBe(true);
    await site.build({});

    expect(await site.checkForUpdates()).toMatchObject({
      updates: false,
      reason: /^up to date: archive, base image and recipe/,
    });
    expect((await site.checkForUpdates({ rebuild: true })).updates).toBe(true);
    expect((await site.checkForUpdates({ compression: 'xz' })).updates).toBe(true);
    expect((await site.checkForUpdates({ view: 'other' })).updates).toBe(true);
    site.turnTo('second');
    expect((await site.checkForUpdates()).updates).toBe(true);
  });

  it('finds nothing where an archive has Release and no InRelease, until it changes', async () => {
    const [press, folder] = [smallPress(signer), temporaryFolder()];
    await using archive = await serveArchive(folder);
    const request = BuildRequest.parse({
      release: 'bookworm',
      architectures: ['amd64'],
      sources: { archive: archive.url },
    });
    const lookAt = async (text: string) => {
      write(join(folder, 'dists/bookworm/Release'), text);
      return checkForUpdates(request, { ...press, scratch: temporaryFolder(), tools: '' });
    };
    const first = await lookAt('first');
    expect(first.updates).toBe(true);
    const recipe = first.architectures[0]?.job.recipe ?? '';
    await press.publish({ source: 'bootstrap', planned: 'first', recipe });

    expect((await lookAt('first')).updates).toBe(false);
    expect((await lookAt('second')).updates).toBe(true);
    write(join(folder, 'dists/bookworm/InRelease'), 'first');
    expect((await lookAt('second')).updates).toBe(false);
  });

  it('reads an archive that wants credentials, too, by those that the order names', async () => {
    const [press, folder] = [smallPress(signer), temporaryFolder()];
    await using archive = await serveOverTls(folder, { login: 'robot:hush-hush-42' });
    write(join(folder, 'dists/bookworm/InRelease'), 'first');
    const source = { uri: archive.url, suite: 'bookworm', components: ['main'], credentials: 'archive-secret' };
    const sources = { caData: archive.ca };
    const request = BuildRequest.parse({
      release: 'bookworm',
      architectures: ['amd64'],
      aptSources: [source],
      sources,
    });
    const asked: string[] = [];
    const checkForUpdates = (text: string) => {
      const secretOf = async (name: string) => {
        asked.push(name);
        return text;
      };
      return plan(
        { request, execution: `look-${asked.length}` },
        { ...press, scratch: temporaryFolder(), tools: '', secretOf, random: randomBytes },
      );
    };
    const [{ job } = { job: undefined }] = (await checkForUpdates('robot:hush-hush-42\n')).architectures;
    await press.publish({ source: 'bootstrap', planned: 'first', recipe: job?.recipe ?? '' });

    expect((await checkForUpdates('robot:hush-hush-42\n')).updates).toBe(false);
    expect((await checkForUpdates('robot:another')).updates).toBe(true);
    expect(asked).toEqual(['archive-secret', 'archive-secret', 'archive-secret']);
    expect(archive.requests).toContain('/dists/bookworm/InRelease');
    await expect(checkForUpdates('hush-hush-42')).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.not.stringContaining('hush-'),
    });
    const bare = { ...press, scratch: temporaryFolder(), tools: '', random: randomBytes };
    await expect(plan({ request, execution: 'bare' }, bare)).rejects.toMatchObject({ name: 'NotSupported' });
  });

  it('makes the same image by another name of the same credentials', async () => {
    await using site = await place();
    const repository = stanzaAt('https://127.0.0.1:1/ubuntu');
    const recipes = ['one', 'two', 'three'].map(async (credentials, at) => {
      const repositories = at === 2 ? [repository] : [{ repository, credentials }];
      const secretOf = async () => 'robot:hush';
      const customise = { repositories, proposed: [], allProposed: false, packages: [], purge: [] };
      const request = BuildRequest.parse({
        release: 'bookworm',
        architectures: ['amd64'],
        customise,
        sources: { archive: site.archive.url },
      });
      const bench = { ...site.press, scratch: temporaryFolder(), tools: '', secretOf, random: randomBytes };
      return (await plan({ request, execution: `named-${credentials}` }, bench)).architectures[0]?.job.recipe;
    });
    expect(new Set(await Promise.all(recipes)).size).toBe(1);
  });

  it('refuses a repository whose key cannot be read, before anything is asked for', async () => {
    await using site = await place();
    const repositories = [stanzaAt('http://127.0.0.1:1/ubuntu').replace('mDMEawwS', '????')];
    const customise = { repositories, proposed: [], allProposed: false, packages: [], purge: [] };
    await expect(site.checkForUpdates({ customise } as Partial<BuildRequest>)).rejects.toMatchObject({
      name: 'BadInput',
      misuse: true,
      message: expect.stringContaining('the key of http://127.0.0.1:1/ubuntu cannot be read: '),
    });
    expect(site.archive.requests).toEqual([]);
  });

  it('counts an archive that cannot be read as news, which the build says more of', async () => {
    await using site = await place();
    await site.build({});
    await site.archive.close();

    expect((await site.checkForUpdates()).updates).toBe(true);
  });

  it('finds a flavour new that was not ordered before, and an optional one that failed', async () => {
    await using site = await place();
    await site.build({ kernels: generic }, { kernels: [{ kernel: 'generic' }] });

    expect((await site.checkForUpdates({ kernels: generic })).updates).toBe(false);
    expect((await site.checkForUpdates({ kernels: withRt })).updates).toBe(true);
    await site.build(
      { kernels: withRt },
      { kernels: [{ kernel: 'rt', need: 'optional', failed: 'CommandFailed' }], standing: { generic: '6.1.153-1' } },
    );
    expect((await site.checkForUpdates({ kernels: withRt })).updates).toBe(true);
  });

  it('knows of an optional flavour that the archive does not have it, until the archive changes', async () => {
    await using site = await place();
    await site.build({ kernels: withRt }, { kernels: [{ kernel: 'generic' }], missing: ['rt'] });

    expect((await site.checkForUpdates({ kernels: withRt })).updates).toBe(false);
    expect((await site.checkForUpdates({ kernels: { required: ['generic', 'rt'], optional: [] } })).updates).toBe(true);
    expect(
      (await site.checkForUpdates({ kernels: { required: ['generic'], optional: ['cloud', 'rt'] } })).updates,
    ).toBe(true);
    site.turnTo('second');
    expect((await site.checkForUpdates({ kernels: withRt })).updates).toBe(true);

    await site.build(
      { kernels: withRt },
      { kernels: [{ kernel: 'rt', need: 'optional' }], standing: { generic: '6.1.153-1' } },
    );
    expect((await site.checkForUpdates({ kernels: withRt })).updates).toBe(false);
    expect((await site.checkForUpdates({ kernels: { required: ['rt'], optional: [] } })).updates).toBe(false);
  });

  it('finds a version new that has not booted, where it has to', async () => {
    await using site = await place();
    await site.build({ bootTest: false }, { gate: 'waived', bootTest: false });

    expect((await site.checkForUpdates({ bootTest: false })).updates).toBe(false);
    expect((await site.checkForUpdates({ bootTest: true })).updates).toBe(true);
    await site.build({}, {});
    expect((await site.checkForUpdates({ bootTest: true })).updates).toBe(false);
  });

  it('takes a customisation that changes nothing for none', async () => {
    await using site = await place();
    const recipe = async (customise?: object) => {
      const request = BuildRequest.parse({
        release: 'bookworm',
        architectures: ['amd64'],
        ...(customise && { customise }),
      });
      const { architectures: planned } = await site.checkForUpdates({ customise: request.customise });
      return planned[0]?.job.recipe;
    };

    expect(await recipe({})).toBe(await recipe());
    expect(await recipe({ packages: [], proposed: [] })).toBe(await recipe());
    expect(await recipe({ packages: ['vim'] })).not.toBe(await recipe());
    expect(await recipe({ packages: ['vim'] })).not.toBe(await recipe({ purge: ['vim'] }));
  });
});

describe('a look for many architectures at once', () => {
  it('sees what each starts from, all of them in one signed stream', async () => {
    const [folder, scratch, press] = [temporaryFolder(), temporaryFolder(), smallPress(signer)];
    const all = architecturesOf('noble');
    const images = all.map((architecture) => {
      const image = { release: 'noble', version: '24.04', architecture, serial: '20261120' };
      return { ...image, squashfs: Buffer.from(`squashfs of ${architecture}`) };
    });
    await publishCloudImages(folder, { layout: 'daily', signer, images });
    for (const suite of ['noble', 'noble-updates', 'noble-security']) {
      write(join(folder, 'dists', suite, 'InRelease'), suite);
    }
    await using server = await serveArchive(folder);
    const { url } = server;
    const sources = { stream: url, streamKeyringData: signer.keyring.toString('base64'), archive: url, ports: url };
    const request = BuildRequest.parse({ release: 'noble', architectures: all, sources });

    const seen: string[][] = [];
    for (let time = 0; time < 8; time++) {
      const bench = { ...press, scratch: join(scratch, `${time}`), tools: '' };
      const { architectures: planned } = await checkForUpdates(request, bench);
      seen.push(planned.map(({ job }) => job.inputs));
    }

    expect(all).toHaveLength(6);
    expect(new Set(seen[0]).size).toBe(6);
    expect(seen.flat()).not.toContain('');
    for (const inputs of seen) expect(inputs).toEqual(seen[0]);
  });
});

describe('the folder of an execution', () => {
  const execution = 'noble-20261130T060000-deadbeef';
  const request = BuildRequest.parse({ release: 'noble', architectures: ['amd64', 'arm64'], rebuild: true });
  const bench = () => ({ ...smallPress(signer), scratch: temporaryFolder(), tools: 'buildspecs', random: randomBytes });

  it('is not stopped by what a build has written under the name of an execution to come', async () => {
    const press = bench();
    for (const folder of [execution, `${execution}-${'0'.repeat(16)}`]) {
      await press.work.create(runs.request(folder), Buffer.from('poison\n'));
    }

    const { job, architectures: planned } = await plan({ request, execution }, press);

    expect(isFolderOf(job.folder, execution)).toBe(true);
    expect(planned.map((one) => one.job.folder)).toEqual([job.folder, job.folder]);
    expect(await requestAt(job.folder, press.work)).toEqual(request);
  });

  it('is another one for each Plan of the same second, for one that is tried again, and in a redrive', async () => {
    const press = bench();
    const planned = await Promise.all([0, 0, 0, 1].map((redrives) => plan({ request, execution, redrives }, press)));

    expect(new Set(planned.map(({ job }) => job.folder)).size).toBe(4);
    expect(await Array.fromAsync(press.work.list('runs/'))).toEqual(
      planned.map(({ job }) => runs.request(job.folder)).sort(),
    );
  });

  it('is drawn from the bytes that are handed in, eight of them', async () => {
    const asked: number[] = [];
    const random = (bytes: number) => {
      asked.push(bytes);
      return Buffer.alloc(bytes, 0xa5);
    };
    const { job } = await plan({ request, execution }, { ...bench(), random });

    expect(job.folder).toBe(`${execution}-a5a5a5a5a5a5a5a5`);
    expect(asked).toEqual([8]);
  });

  it('is written without a listing of the bucket, also where the answer was lost; what is missing there is refused', async () => {
    let lost = 0;
    await using small = await startSmallS3({
      mayNotList: true,
      faultOf: ({ action }) => (action === 'PutObject' && lost++ === 0 ? { isDone: true } : undefined),
    });
    const work = new S3Store('s3://work', { client: small.client, waits: [0] });
    const { job } = await plan({ request, execution }, { ...bench(), work });

    expect(lost).toBe(2);
    expect(await requestAt(job.folder, work)).toEqual(request);
    expect(small.requests.map(({ action }) => action)).not.toContain('ListObjectsV2');
    await expect(requestAt(executionFolder(execution, new Uint8Array(8)), work)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`runs/${execution}-…/request.json`),
      hint: expect.stringMatching(/missing object: .* expire/),
    });
  });

  it('is none where somebody only looks, and nothing is written', async () => {
    const press = bench();
    expect((await checkForUpdates(request, press)).job.folder).toBe('');
    expect([...(await Array.fromAsync(press.work.list(''))), ...(await press.keys())]).toEqual([]);
  });
});
