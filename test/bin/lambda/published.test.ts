import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { signerFrom } from '../../../bin/keys/signing-key';
import { handler as checkForUpdates } from '../../../bin/lambda/check-for-updates';
import { handler as plan } from '../../../bin/lambda/plan';
import { handler as publish } from '../../../bin/lambda/publish';
import { handler as select } from '../../../bin/lambda/select';
import { kernelOf } from '../../../lib/catalog/kernels';
import { productId } from '../../../lib/catalog/products';
import { BuildRequest } from '../../../lib/job/build-request';
import { workStoreVariable } from '../../../lib/job/environment';
import { mirrorStoreVariable } from '../../../lib/job/execution-names';
import type { PublishInput } from '../../../lib/job/handed-on/publish-input';
import type { Selected } from '../../../lib/job/handed-on/results';
import type { Press } from '../../../lib/publication/press';
import { readView } from '../../../lib/publication/read-view';
import { sha256Of } from '../../../lib/sha256';
import { makePrivateKey } from '../../../lib/simplestreams/openpgp/openpgp-signer';
import type { PublishedBootloaders } from '../../../lib/stages/publish-bootloaders';
import { newestName } from '../../../lib/stages/updates/updates';
import { openMirrorDirectory, openWorkStore } from '../../../lib/store/open';
import { environment } from '../../fixtures/aws/fake-aws';
import { makeBuiltLoaders } from '../../fixtures/mirrors/built-loaders';
import { makeBuiltRun } from '../../fixtures/mirrors/built-run';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { holdRelease } from '../../stages/decided/made-decisions';

let key: string;
beforeAll(async () => {
  key = await makePrivateKey({ at: new Date('2026-11-20T00:00:00Z'), rsaBits: 2048 });
});

/** A mirror and a work store, as the functions find them by their environment. */
async function deployed() {
  const [mirror, work, keys] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  writeFileSync(join(keys, 'key.asc'), key, { mode: 0o600 });
  const names = { [mirrorStoreVariable]: mirror, [workStoreVariable]: work };
  environment({ ...names, MIRROR_SIGNING_KEY: join(keys, 'key.asc') });
  const stores = { mirror: await openMirrorDirectory(mirror, { create: true }), work: await openWorkStore(work) };
  return { ...stores, signer: await signerFrom(join(keys, 'key.asc')), now: () => new Date() };
}

async function newestOf(press: Press, kernel: string): Promise<string> {
  const id = productId(kernelOf('bookworm', 'amd64', kernel), 'candidate');
  const { documents } = await readView('candidate', press);
  return [...documents.values()].map(({ document }) => newestName(document.products[id])).join('');
}

describe('the functions of an execution', () => {
  it('select what is to be built, and publish what was built into the mirror that they are deployed with', async () => {
    const { mirror, work } = await deployed();
    const run = await makeBuiltRun(work, { execution: 'run' });
    const kernels = ['generic', 'cloud'].map((kernel) => ({ kernel, need: 'required' as const }));
    const found = kernels.map(({ kernel }) => {
      const packages = sha256Of(kernel);
      return { outcome: 'resolved', kernel, imagePackage: `linux-image-${kernel}`, imageVersion: '6.1', packages };
    });
    const prepared = { ...run.prepared, result: { ...run.prepared.result, kernels: found } };

    const { build } = (await select({
      job: run.job,
      fetched: run.fetched,
      root: run.root,
      prepared,
      kernels,
    })) as Selected;

    expect(build).toEqual(kernels.map((one) => ({ ...one, how: 'build' })));
    expect(await publish(run)).toMatchObject({ architecture: 'amd64', version: expect.stringMatching(/^20\d{6}/) });
    expect(await mirror.read('candidate/streams/v1/index.sjson')).toBeDefined();
  });

  it('lift a hold whose time is over before they publish, so that nothing waits for it', async () => {
    const press = await deployed();
    await publish(await makeBuiltRun(press.work, { execution: 'first' }));
    const newest = { generic: await newestOf(press, 'generic'), cloud: await newestOf(press, 'cloud') };
    await holdRelease(press, { until: '2026-11-21T00:00:00Z' });
    const kernels = [{ kernel: 'generic', version: '6.1.158-1' }];

    const published = await publish(await makeBuiltRun(press.work, { execution: 'second', kernels, newest }));

    expect(published).toMatchObject({ version: expect.stringMatching(/^20\d{6}/) });
    expect((await readView('candidate', press)).state.holds).toEqual([]);
    const { built, folder } = await makeBuiltLoaders(press.work, { execution: 'loaders' });
    await holdRelease(press, { until: '2026-11-21T00:00:00Z', release: 'bootloaders' });
    const { job } = await makeBuiltRun(press.work, { execution: 'third' });
    await publish({ bootloaders: { job: { ...job, execution: 'loaders', folder }, built } });
    expect((await readView('candidate', press)).state.holds).toEqual([]);
  });

  it('take the last kernel of a flavour that is kept', async () => {
    const { mirror, work } = await deployed();
    await publish(await makeBuiltRun(work, { execution: 'first' }));
    const { job } = await makeBuiltRun(work, { execution: 'second' });

    const kept = await select({ keep: { job, kernel: 'generic' } });

    expect(kept).toMatchObject({ build: 'Kept:kept', result: { version: expect.stringMatching(/^20\d{6}/) } });
    expect(await Array.fromAsync(work.list(`runs/${job.folder}/amd64/generic/extract/kept/`))).toHaveLength(2);
    expect(await mirror.read('candidate/streams/v1/index.sjson')).toBeDefined();
  });

  it('publish bootloaders, and the same ones again only for a rebuild', async () => {
    const { work } = await deployed();
    const { job } = await makeBuiltRun(work, { execution: 'run' });
    const published = async (execution: string, rebuild: string) => {
      const { built, folder } = await makeBuiltLoaders(work, { execution });
      const loaders = { job: { ...job, execution, folder, rebuild }, built };
      return ((await publish({ bootloaders: loaders })) as PublishedBootloaders).products;
    };

    expect((await published('first', 'false')).length).toBeGreaterThan(0);
    expect(await published('second', 'false')).toEqual([]);
    expect((await published('third', 'true')).length).toBeGreaterThan(0);
  });

  const request = BuildRequest.parse({ release: 'bookworm', architectures: ['amd64'] });
  it.each<[string, string, (run: PublishInput) => Promise<unknown>]>([
    ...[mirrorStoreVariable, workStoreVariable].flatMap(
      (name): [string, string, (run: PublishInput) => Promise<unknown>][] => [
        ['Select', name, ({ job, fetched, root, prepared }) => select({ job, fetched, root, prepared, kernels: [] })],
        ['Publish', name, (run) => publish(run)],
        ['Plan', name, () => plan({ request, execution: 'run' })],
      ],
    ),
    ['CheckForUpdates', mirrorStoreVariable, () => checkForUpdates({ request, at: '2026-11-25T10:00:00Z' })],
  ])('refuse to run: %s without the variable %s', async (_, name, call) => {
    const run = await makeBuiltRun((await deployed()).work, { execution: 'run' });
    environment({ [name]: undefined });

    await expect(call(run)).rejects.toMatchObject({ name: 'BadInput', message: '"" is not a valid mirror address' });
  });
});
