import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MirrorError } from '../lib/errors';
import { probedSourcesOf } from '../lib/job/aws/probe';
import {
  buildOf,
  buildsAtOnceVariable,
  cacheVariable,
  checkBundles,
  jobVariables,
  probedForeignVariable,
  probedSourcesVariable,
  probedStagesVariable,
  workStoreVariable,
} from '../lib/job/environment';
import { jobOf } from '../lib/job/job-of';
import { runs } from '../lib/job/layout';
import { stopDockerd } from '../lib/machine/gateway/dockerd';
import type { ProbeBench } from '../lib/stages/probe';
import { readRequest, type Workbench } from '../lib/stages/workbench';
import { openWorkStore } from '../lib/store/open';
import { secretsFor } from './keys/secret-of';

/** What a build machine runs in its mount namespace: a stage, or a probe of the machine itself. Each loads only its own code. */
const stages: Readonly<Record<string, (bench: Workbench) => Promise<unknown>>> = {
  fetch: async (bench) => (await import('../lib/stages/fetch.js')).fetch(bench),
  upgrade: async (bench) => withEmulation((await import('../lib/stages/upgrade.js')).upgrade, bench),
  prepare: async (bench) => withEmulation((await import('../lib/stages/prepare.js')).prepare, bench),
  extract: async (bench) => withEmulation((await import('../lib/stages/extract.js')).extract, bench),
  'boot-test': async (bench) => (await import('../lib/stages/boot-test.js')).bootTest(bench),
  bootloaders: async (bench) => {
    const [{ buildBootloaders }, { bootloaderBuildOf }] = await Promise.all([
      import('../lib/stages/bootloaders.js'),
      import('../lib/stages/loaders/bootloader-archives.js'),
    ]);
    return buildBootloaders(bench, await bootloaderBuildOf(bench));
  },
};

async function withEmulation(stage: (bench: Workbench) => Promise<unknown>, bench: Workbench): Promise<unknown> {
  const { emulated } = await import('../lib/stages/base/emulated.js');
  return emulated(stage)(bench);
}

/** Tests the machine itself, and the permissions that a deployed mirror gives it. It has no job. */
const probeName = 'probe';
const names = [...Object.keys(stages), probeName];

/**
 * Runs a stage in the current folder and writes its result to result.json.
 * @throws MirrorError BadInput for an unknown stage; what the stage throws
 */
export async function runNamed(name: string): Promise<void> {
  if (!names.includes(name)) {
    throw new MirrorError('BadInput', `unknown stage ${JSON.stringify(name)}`, {
      hint: `the stages are ${names.join(', ')}`,
      misuse: true,
    });
  }
  const scratch = await mkdtemp(join(process.cwd(), 'scratch-'));
  try {
    const result = name === probeName ? await runProbe(scratch) : await runStage(name, scratch);
    await writeFile('result.json', JSON.stringify(result));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function runProbe(scratch: string): Promise<unknown> {
  const {
    [probedStagesVariable]: stages,
    [probedForeignVariable]: foreign,
    [probedSourcesVariable]: sources,
  } = process.env;
  const { probe } = await import('../lib/stages/probe.js');
  return await probe({
    scratch,
    tools: __dirname,
    ...(stages && { stages: stages.split(' ') }),
    ...(foreign && { foreign: foreign.split(' ') }),
    ...(sources && { sources: probedSourcesOf(sources) }),
    ...(await probedWork()),
  });
}

/** Only if a state machine started the build: otherwise the store may not be that of this mirror. */
async function probedWork(): Promise<Pick<ProbeBench, 'work'>> {
  const { [jobVariables.execution]: execution, [workStoreVariable]: work } = process.env;
  if (!execution || !work) return {};
  return { work: { store: await openWorkStore(work), folder: runs.probe(execution, buildOf(process.env)) } };
}

async function runStage(name: string, scratch: string): Promise<unknown> {
  await stopDockerd(); // before any program from outside runs
  const job = jobOf(process.env);
  checkBundles(job.bundles, process.env);
  const store = await openWorkStore(process.env[workStoreVariable] ?? '');
  const request = await readRequest(job, store, scratch);
  const { [cacheVariable]: cache, [buildsAtOnceVariable]: buildsAtOnce = '1' } = process.env;
  const folder = runs.attempt(job, name, buildOf(process.env));
  const secretOf = secretsFor(process.env[workStoreVariable] ?? '');
  return await stages[name]?.({
    job,
    request,
    store,
    folder,
    scratch,
    tools: __dirname,
    secretOf,
    buildsAtOnce: Number(buildsAtOnce),
    ...(cache && { cache }),
  });
}
