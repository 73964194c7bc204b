import { MirrorError } from '../errors';
import type { Job } from './job';

/**
 * The environment variable for each field of a job. The state machine holds a job as strings under these field names
 * (`$.job.release`), so that workflow and stages cannot disagree.
 */
export const jobVariables = {
  execution: 'MIRROR_EXECUTION',
  folder: 'MIRROR_FOLDER',
  release: 'MIRROR_RELEASE',
  architecture: 'MIRROR_ARCHITECTURE',
  view: 'MIRROR_VIEW',
  kernel: 'MIRROR_KERNEL',
  customised: 'MIRROR_CUSTOMISED',
  bootTest: 'MIRROR_BOOT_TEST',
  inputs: 'MIRROR_INPUTS',
  recipe: 'MIRROR_RECIPE',
  bundles: 'MIRROR_PLANNED_WITH',
  rebuild: 'MIRROR_REBUILD',
  base: 'MIRROR_BASE',
  root: 'MIRROR_ROOT',
  prepared: 'MIRROR_PREPARED',
  extracted: 'MIRROR_EXTRACTED',
} as const satisfies Record<keyof Job, string>;

/** Address of the work store: `s3://bucket` or a directory. Set by the project, not by the job. */
export const workStoreVariable = 'MIRROR_WORK_STORE';

/** Digest of the deployed bundles. Set by project and function. @default - nothing is deployed */
export const bundlesVariable = 'MIRROR_BUNDLES';

/**
 * Refuses to continue work that other bundles began: a redrive after a deployment would mix the two.
 * @throws NotSupported
 */
export function checkBundles(planned: string, environment: Record<string, string | undefined>): void {
  const { [bundlesVariable]: deployed = '' } = environment;
  if (planned === deployed) return;
  throw new MirrorError(
    'NotSupported',
    `this execution was planned with bundles ${planned || '(none)'}, but ${deployed || '(none)'} are deployed now`,
    {
      hint: 'the mirror was redeployed in the meantime: start a new execution instead of redriving this one',
    },
  );
}

/**
 * The same for the job of an input that is not checked yet: that of an older execution may have other fields. One without
 * bundles is left to that check.
 * @throws NotSupported
 */
export function checkBundlesOf(job: unknown, environment: Record<string, string | undefined>): void {
  const { bundles } = Object(job) as { readonly bundles?: unknown };
  if (typeof bundles === 'string') checkBundles(bundles, environment);
}

/** ARN of the state machine whose executions CheckForUpdates starts. */
export const stateMachineVariable = 'MIRROR_STATE_MACHINE';

/** ARN of the topic for failure notifications. */
export const topicVariable = 'MIRROR_TOPIC';

/** Id of the build that runs a stage: `project:uuid`. Set by CodeBuild and by the local engine. */
export const buildVariable = 'CODEBUILD_BUILD_ID';

/** Folder that caches downloads by digest. @default - no cache */
export const cacheVariable = 'MIRROR_CACHE';

/** Maximum number of builds that share a machine. @default 1 */
export const buildsAtOnceVariable = 'MIRROR_BUILDS_AT_ONCE';

/** Space-separated names of the stages whose requirements the probe stage checks. @default - all stages that it knows */
export const probedStagesVariable = 'MIRROR_PROBED_STAGES';

/** Space-separated architectures whose programs the machine must run under emulation. @default - none */
export const probedForeignVariable = 'MIRROR_PROBED_FOREIGN';

/** Sources that the probe stage must reach: ProbedSources as JSON. @default - none are tried */
export const probedSourcesVariable = 'MIRROR_PROBED_SOURCES';

/** @throws BadInput outside a build */
export function buildOf({ [buildVariable]: build }: Record<string, string | undefined>): string {
  if (build !== undefined && /^[\w.-]+:\w[\w.-]*$/.test(build)) return build;
  throw new MirrorError('BadInput', `${buildVariable} is ${JSON.stringify(build)}, not a build id`, {
    hint: 'CodeBuild and `maas-mirror build` set it when they run a stage',
  });
}

/** A job in the state machine: every field is a string. */
export type JobStrings = Record<keyof Job, string>;

export function stringsOf(job: Job): JobStrings {
  const { customised, bootTest, rebuild } = job;
  return { ...job, customised: String(customised), bootTest: String(bootTest), rebuild: String(rebuild) };
}
