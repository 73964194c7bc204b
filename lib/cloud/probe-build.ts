import { type Build, type CodeBuildClient, StartBuildCommand } from '@aws-sdk/client-codebuild';
import { MirrorError } from '../errors';
import { jobVariables, probedStagesVariable } from '../job/environment';
import { type Probed, type ProbedMachine, probedOf } from '../job/probe';
import { asking } from './asking';
import { buildEnding, findBuild } from './build-logs';
import type { Clients } from './clients';
import { isAccountLimit } from './history';
import { pause } from './pause';

export interface ProbeBuildOptions {
  /** A privileged project whose source is the stage bundle. */
  readonly project: string;
  /** What it runs on. */
  readonly machine: ProbedMachine;
  /** Text of the buildspec that takes the place of the project's. */
  readonly buildspec: string;
  /** Is told what is waited for. */
  readonly onProgress?: (text: string) => void;
  /** Ends the waiting; a build that runs ends by itself, within 20 minutes. */
  readonly signal?: AbortSignal;
  /** Seconds between two looks. @default 5 */
  readonly everySeconds?: number;
  /** How often a build that the account has no room for is asked for again. @default - for ten minutes */
  readonly attempts?: number;
}

/**
 * Runs the probe stage in a real build machine of a deployed mirror.
 * @throws NotReady where the account has no room for a build; ExecutionFailed, with the end of its log, where the build
 * fails; what asking throws
 */
export async function probeBuild(
  clients: Pick<Clients, 'codebuild' | 'logs'>,
  options: ProbeBuildOptions,
): Promise<Probed> {
  const id = await startProbe(clients.codebuild, options);
  const build = await endOf(clients.codebuild, id, options);
  const { value } = build.exportedEnvironmentVariables?.find(({ name }) => name === 'RESULT') ?? {};
  if (build.buildStatus === 'SUCCEEDED' && value) return probedOf(JSON.parse(value));
  const { reason, tail, page } = await buildEnding(clients, id);
  const why = build.buildStatus === 'SUCCEEDED' ? 'ended without a result' : `failed: ${reason}`;
  throw new MirrorError('ExecutionFailed', [`the probe build ${why}`, ...tail].join('\n'), {
    hint: `the whole log: ${page}`,
  });
}

async function startProbe(codebuild: CodeBuildClient, options: ProbeBuildOptions): Promise<string> {
  const { project, machine, buildspec, everySeconds = defaultSeconds, attempts = 600 / everySeconds } = options;
  const { architecture, stages, kind } = machine;
  const command = new StartBuildCommand({
    projectName: project,
    buildspecOverride: buildspec,
    environmentVariablesOverride: [
      { name: jobVariables.architecture, value: architecture },
      { name: probedStagesVariable, value: stages.join(' ') },
    ],
    timeoutInMinutesOverride: 20,
  });
  for (let attempt = 1; attempt <= attempts; attempt++) {
    refuseIfInterrupted(options);
    const build = await asking(`start a build of ${project}`, () => startedOrRefused(codebuild, command));
    if (build?.id !== undefined) return build.id;
    if (attempt === 1) {
      options.onProgress?.(`CodeBuild runs as many builds on ${kind} as this account may have; waiting for one to end`);
    }
    await wait(options);
  }
  throw new MirrorError(
    'NotReady',
    `CodeBuild has no room on ${kind}: all builds that the account may have are running`,
    {
      hint: `new accounts may run one build at a time, or none, on each kind of machine: ask AWS for more in Service Quotas, AWS CodeBuild, "Concurrently running builds for ${kind} environment"`,
    },
  );
}

/** @returns undefined where the account has no room for it */
async function startedOrRefused(codebuild: CodeBuildClient, command: StartBuildCommand): Promise<Build | undefined> {
  try {
    return (await codebuild.send(command)).build;
  } catch (error) {
    if (error instanceof Error && isAccountLimit(error.name)) return undefined;
    throw error;
  }
}

async function endOf(codebuild: CodeBuildClient, id: string, options: ProbeBuildOptions): Promise<Build> {
  const { onProgress } = options;
  for (let before: string | undefined; ; ) {
    const build = await findBuild(codebuild, id);
    if (build === undefined) throw new MirrorError('ExecutionFailed', `CodeBuild knows no build ${id}`);
    if (build.buildStatus !== 'IN_PROGRESS') return build;
    if (build.currentPhase !== before) onProgress?.(`build ${id}: ${build.currentPhase?.toLowerCase() ?? 'started'}`);
    before = build.currentPhase;
    await wait(options);
  }
}

async function wait(options: ProbeBuildOptions): Promise<void> {
  const { signal, everySeconds = defaultSeconds } = options;
  try {
    await pause(everySeconds, signal);
  } catch (error) {
    refuseIfInterrupted(options);
    throw error;
  }
}

function refuseIfInterrupted({ signal }: ProbeBuildOptions): void {
  if (signal?.aborted !== true) return;
  throw new MirrorError('Interrupted', 'the probe build is no longer waited for', {
    hint: 'one that runs ends by itself, within 20 minutes',
  });
}

const defaultSeconds = 5;
