import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { handler as plan } from '../../../bin/lambda/plan';
import { handler as publish } from '../../../bin/lambda/publish';
import { handler as select } from '../../../bin/lambda/select';
import { BuildRequest } from '../../../lib/job/build-request';
import { bundlesVariable, workStoreVariable } from '../../../lib/job/environment';
import { mirrorStoreVariable } from '../../../lib/job/execution-names';
import { planOf } from '../../../lib/job/plan';
import { openMirrorDirectory, openWorkStore } from '../../../lib/store/open';
import { environment } from '../../fixtures/aws/fake-aws';
import { makeBuiltLoaders } from '../../fixtures/mirrors/built-loaders';
import { makeBuiltRun } from '../../fixtures/mirrors/built-run';
import { temporaryFolder } from '../../fixtures/temporary-folder';

/** What each function of the state machine is given, of an execution that was planned with other bundles. */
const inputs: Record<string, () => Promise<unknown>> = {
  Select: async () => {
    const { job, fetched, prepared, selected } = await built();
    return select({ job, fetched, prepared, kernels: selected.build });
  },
  Publish: async () => publish(await built()),
  'Publish, of bootloaders': async () => {
    const { job } = await built();
    const { built: loaders } = await makeBuiltLoaders(await work(), { execution: 'loaders' });
    return publish({ bootloaders: { job, built: loaders } });
  },
  Conclude: async () => {
    const planned = planOf(BuildRequest.parse({ release: 'bookworm', architectures: ['amd64'] }), 'run');
    return plan({ plan: { ...planned, job: { ...planned.job, bundles: 'old' } }, architectures: [], redrives: 0 });
  },
};

describe('an execution that was planned before a deployment', () => {
  it.each(Object.keys(inputs))('refuses to go on in %s, and changes nothing', async (name) => {
    const mirror = await openMirrorDirectory(temporaryFolder(), { create: true });
    environment({
      [mirrorStoreVariable]: mirror.root,
      [workStoreVariable]: temporaryFolder(),
      [bundlesVariable]: 'new',
      MIRROR_SIGNING_KEY: join(temporaryFolder(), 'key.asc'),
    });
    const before = await Array.fromAsync(mirror.list(''));

    await expect(inputs[name]?.()).rejects.toMatchObject({
      name: 'NotSupported',
      message: 'this execution was planned with bundles old, but new are deployed now',
    });
    expect(await Array.fromAsync(mirror.list(''))).toEqual(before);
  });
});

const work = () => openWorkStore(process.env[workStoreVariable] ?? '');

async function built() {
  const run = await makeBuiltRun(await work(), { execution: 'run' });
  return { ...run, job: { ...run.job, bundles: 'old' } };
}
