import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { workStoreVariable } from '../../../lib/job/environment';
import { mirrorStoreVariable } from '../../../lib/job/execution-names';
import type { Fetched } from '../../../lib/job/handed-on/results';
import { jobOfStrings } from '../../../lib/job/job-of';
import { Plan } from '../../../lib/job/plan';
import { readView } from '../../../lib/publication/read-view';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { fetch } from '../../../lib/stages/fetch';
import { checkForUpdates } from '../../../lib/stages/plan';
import { requestAt } from '../../../lib/stages/run-documents';
import { measureFile } from '../../../lib/store/digest';
import { openMirrorDirectory, openWorkStore } from '../../../lib/store/open';
import { callDeployed } from '../../fixtures/aws/called-function';
import { smallRelease } from '../../fixtures/images/small-release';
import { makeBuiltRun } from '../../fixtures/mirrors/built-run';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { publishCloudImages, type StreamImage } from '../../fixtures/streams/cloud-stream';
import { temporaryFolder } from '../../fixtures/temporary-folder';

let signer: Signer;
let other: Signer;
let base: string;
beforeAll(async () => {
  [signer, other] = await Promise.all([smallSigner('stream'), smallSigner('somebody else')]);
  ({ base } = await smallRelease());
});
beforeEach(() => void vi.spyOn(process.stdout, 'write').mockReturnValue(true)); // the log of the build

const zany = {
  release: 'zany',
  version: '27.04',
  fields: { release_codename: 'Zany Zebra', support_eol: '2028-01-20' },
};
const stonking = { release: 'stonking', version: '26.10' };

/** Stores of a deployment, and the functions that are called in it. */
async function deployment() {
  const { root } = await openMirrorDirectory(temporaryFolder(), { create: true });
  const variables = {
    [mirrorStoreVariable]: root,
    [workStoreVariable]: temporaryFolder(),
    MIRROR_SIGNING_KEY: join(temporaryFolder(), 'key.asc'),
  };
  const work = await openWorkStore(variables[workStoreVariable] ?? '');
  const mirror = await openMirrorDirectory(root, { create: false });
  return { work, mirror, call: (name: string, event: object) => callDeployed(name, event, variables, []) };
}

/** What the deployed Plan makes of an order by a stream with this image, and what Fetch brings by its plan. */
async function planned(word: string, image: Partial<StreamImage> & typeof stonking, by = signer) {
  const [folder, { work, call }] = [temporaryFolder(), await deployment()];
  const images = [{ architecture: 'amd64', serial: '20261120', squashfs: base, ...image }];
  await publishCloudImages(folder, { layout: 'daily', signer: by, images });
  await using server = await serveArchive(folder);
  const { url } = server;
  const sources = { stream: url, streamKeyringData: signer.keyring.toString('base64'), archive: url, ports: url };
  const request = BuildRequest.parse({ release: word, architectures: ['amd64'], sources });
  const plan = Plan.parse(await call('plan', { request, execution: 'first', redrives: 0 }));
  const known = await requestAt(plan.job.folder ?? '', work);
  const [first] = plan.architectures;
  const scratch = temporaryFolder();
  const job = jobOfStrings(first?.job ?? {});
  const fetched: Fetched = await fetch({ job, request: known, folder: 'runs/first', store: work, scratch, tools: '' });
  return { plan, request: known, fetched };
}

describe('a deployed mirror', () => {
  it('plans 26.10 by its catalogue, and fetches its image', async () => {
    const { plan, request, fetched } = await planned('26.10', stonking);

    expect(plan).toMatchObject({ release: 'stonking', reason: 'requested', job: { release: 'stonking' } });
    expect(plan.architectures[0]?.kernels).toEqual([{ kernel: 'ga', need: 'required' }]);
    expect(request.about).toBeUndefined();
    expect(fetched.source.product).toBe('com.ubuntu.cloud.daily:server:26.10:amd64');
    expect(fetched.squashfs).toEqual(await measureFile(base));
  });

  it.each([
    'zany',
    '27.04',
  ])('plans %s by the signed stream, and writes down for all stages what that says', async (word) => {
    const { plan, request, fetched } = await planned(word, zany);

    expect(plan).toMatchObject({
      release: 'zany',
      reason: 'requested; zany is 27.04 (source: stream)',
      architectures: [{ job: { release: 'zany' }, kernels: [{ kernel: 'ga', need: 'required' }] }],
    });
    expect(request).toMatchObject({ release: 'zany', about: { version: '27.04', sources: ['stream'] } });
    expect(fetched.source.product).toBe('com.ubuntu.cloud.daily:server:27.04:amd64');
  });

  it('looks at a release that only the stream knows as Plan does', async () => {
    const folder = temporaryFolder();
    const images = [{ architecture: 'amd64', serial: '20261120', squashfs: base, ...zany }];
    await publishCloudImages(folder, { layout: 'daily', signer, images });
    await using server = await serveArchive(folder);
    const { url } = server;
    const sources = { stream: url, streamKeyringData: signer.keyring.toString('base64'), archive: url, ports: url };
    const request = BuildRequest.parse({ release: '27.04', architectures: ['amd64'], sources });
    const { mirror } = await deployment();
    expect(await checkForUpdates(request, { mirror, scratch: temporaryFolder(), tools: 'buildspecs' })).toMatchObject({
      release: 'zany',
      architectures: [{ kernels: [{ kernel: 'ga' }] }],
    });
  });

  it('refuses a stream that somebody else has signed, one that says odd things, and a release that it does not have', async () => {
    await expect(planned('zany', zany, other)).rejects.toMatchObject({ name: 'BadSignature' });
    await expect(planned('zany', { ...zany, fields: { release_title: 'Zany' } })).rejects.toMatchObject({
      name: 'BadFormat',
      message: expect.stringMatching(/describes zany incorrectly: release_title of \S+ is not a version/),
    });
    await expect(planned('able', zany)).rejects.toMatchObject({ name: 'UnknownRelease' });
  });
});

describe('Publish', () => {
  const about = { version: '27.04', codename: 'Zany Zebra', supportEol: '2028-01-20', sources: ['stream' as const] };
  const run = { execution: 'run', release: 'zany', kernels: [{ kernel: 'ga' }] };

  it('publishes a release by what the order says of it', async () => {
    const { work, mirror, call } = await deployment();
    await call('publish', await makeBuiltRun(work, { ...run, request: { about } }));

    const { documents } = await readView('candidate', { mirror });
    const products = documents.get('com.ubuntu.maas:candidate:v3:download')?.document.products ?? {};
    expect(Object.keys(products)).toEqual(['com.ubuntu.maas.candidate:v3:boot:27.04:amd64:ga-27.04']);
    expect(Object.values(products)[0]).toMatchObject({
      ...{ release: 'zany', version: '27.04', release_title: '27.04', release_codename: 'Zany Zebra' },
      ...{ support_eol: '2028-01-20', support_esm_eol: '2028-01-20', subarch: 'ga-27.04', krel: 'zany' },
    });
  });

  it.each([
    ['hwe, which no such release has', { kernel: 'hwe' }, 'UnknownKernel'],
    ['a release that its order does not describe', {}, 'UnknownRelease'],
  ])('refuses %s', async (_, flavour, name) => {
    const { work, mirror, call } = await deployment();
    const request = name === 'UnknownRelease' ? {} : { about };
    const input = await makeBuiltRun(work, { ...run, kernels: [{ kernel: 'ga', ...flavour }], request });
    await expect(call('publish', input)).rejects.toMatchObject({ name });
    expect((await readView('candidate', { mirror })).documents.size).toBe(0);
  });

  it('refuses what a build says of a flavour that was not ordered', async () => {
    const { work, call } = await deployment();
    const input = await makeBuiltRun(work, { ...run, request: { about } });
    const kernels = [{ outcome: 'missing', kernel: 'hwe', error: 'NoKernel', message: '' }];
    const prepared = { ...input.prepared, result: { ...input.prepared.result, kernels } };
    await expect(call('publish', { ...input, prepared })).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringMatching(/prepared.result.kernels.0.kernel is "hwe", expected ga/),
    });
  });
});
