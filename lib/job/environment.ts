import { MirrorError } from '../errors';
import type { Job } from './job';

/**
 * The environment variable that carries each field of a job. The state machine holds a job as strings under these
 * field names (`$.job.release`), so workflow and stage cannot disagree about one.
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

/** Where a stage finds the work store: `s3://bucket` or a directory. Set by the project, not by the job. */
export const workStoreVariable = 'MIRROR_WORK_STORE';

/** Digest of the bundles that are deployed. Set by project and function. @default - nobody has deployed anything */
export const bundlesVariable = 'MIRROR_BUNDLES';

/**
 * Refuses to go on with what other bundles have begun: a redrive after a deployment would mix the two.
 * @throws NotSupported
 */
export function checkBundles(planned: string, environment: Record<string, string | undefined>): void {
  const { [bundlesVariable]: deployed = '' } = environment;
  if (planned === deployed) return;
  throw new MirrorError(
    'NotSupported',
    `this was planned with the bundles ${planned || '(none)'}, deployed are ${deployed || '(none)'}`,
    {
      hint: 'the mirror was deployed anew meanwhile: start a new execution instead of redriving this one',
    },
  );
}

/** ARN of the state machine that CheckForUpdates starts executions of. */
export const stateMachineVariable = 'MIRROR_STATE_MACHINE';

/** ARN of the topic that failures are told to. */
export const topicVariable = 'MIRROR_TOPIC';

/** Id of the build that runs a stage: `project:uuid`. CodeBuild sets it, and so does the local engine. */
export const buildVariable = 'CODEBUILD_BUILD_ID';

/** A folder in which downloads are kept by their digests. @default - nothing is kept */
export const cacheVariable = 'MIRROR_CACHE';

/** How many builds at most share the machine that one runs on. @default 1 */
export const buildsAtOnceVariable = 'MIRROR_BUILDS_AT_ONCE';

/** Names of the stages whose needs the probe stage tries, with blanks between them. @default - those of all that it knows */
export const probedStagesVariable = 'MIRROR_PROBED_STAGES';

/** Architectures, with blanks between them, whose programs the machine has to run under emulation. @default - none */
export const probedForeignVariable = 'MIRROR_PROBED_FOREIGN';

/** Sources that the probe stage is to reach: ProbedSources as JSON. @default - none are tried */
export const probedSourcesVariable = 'MIRROR_PROBED_SOURCES';

/** @throws BadInput where no build runs */
export function buildOf({ [buildVariable]: build }: Record<string, string | undefined>): string {
  if (build !== undefined && /^[\w.-]+:\w[\w.-]*$/.test(build)) return build;
  throw new MirrorError('BadInput', `${buildVariable} is ${JSON.stringify(build)}, no id of a build`, {
    hint: 'stages are run by CodeBuild or by maas-mirror build, which set it',
  });
}

/** A job as the state machine carries it: every field a string. */
export type JobStrings = Record<keyof Job, string>;

export function stringsOf(job: Job): JobStrings {
  const { customised, bootTest, rebuild } = job;
  return { ...job, customised: String(customised), bootTest: String(bootTest), rebuild: String(rebuild) };
}
