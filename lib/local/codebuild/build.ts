/* local/codebuild: running a build the way CodeBuild does. */

import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { nameDiskFull } from '../../store/durable';
import { makeScratch } from '../scratch';
import type { Project } from '../template/template';
import { machineEnvironment } from './build-environment';
import { openBuildLog } from './build-log';
import { type PhaseOutcome, type PhasesOutcome, runPhases } from './phases';
import { openShell } from './shell';

export interface BuildOptions {
  readonly project: Project;
  readonly id: string;
  /** Variables that override those of the machine, the buildspec and the project. */
  readonly environment: Readonly<Record<string, string>>;
  /** Parent of the build's own folder, which is removed when the build ends. */
  readonly scratch: string;
  /** File for the output of the build; it is kept. */
  readonly log: string;
  readonly onLine: (line: string) => void;
  /** Ends the build. */
  readonly signal: AbortSignal;
}

/** CodeBuild's description of a build, as far as it applies here. */
export interface Build {
  readonly Id: string;
  readonly ProjectName: string;
  readonly BuildStatus: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'STOPPED';
  readonly ExportedEnvironmentVariables: PhasesOutcome['exported'];
  readonly Phases: readonly BuildPhase[];
  readonly Logs: { readonly DeepLink: string; readonly Tail: readonly string[] };
}

interface BuildPhase {
  readonly PhaseType: string;
  readonly PhaseStatus: 'SUCCEEDED' | 'FAILED';
  readonly Contexts: readonly { readonly StatusCode: string; readonly Message: string }[];
}

/** Runs a project's buildspec on this machine, and returns when only its log is left. */
export async function runBuild(options: BuildOptions): Promise<Build> {
  const { project, id, signal } = options;
  await using scratch = await makeScratch(options.scratch, 'build');
  await using log = await openBuildLog(options.log, options.onLine);
  const source = await copySource(project, scratch.path);
  const temporary = join(scratch.path, 'tmp');
  await mkdir(temporary);

  const timeout = AbortSignal.timeout(project.timeoutSeconds * 1000);
  const { phases, exported } = await inShell(
    {
      folder: scratch.path,
      cwd: source,
      environment: {
        ...machineEnvironment(process.env, temporary),
        ...project.buildspec.variables,
        ...project.environment,
        ...options.environment,
        CODEBUILD_BUILD_ID: id,
        CODEBUILD_SRC_DIR: source,
        CODEBUILD_BUILD_SUCCEEDING: '1',
      },
      onOutput: (chunk) => log.write(chunk),
    },
    AbortSignal.any([signal, timeout]),
    project,
  );
  return {
    Id: id,
    ProjectName: project.name,
    BuildStatus: statusOf(phases, signal, timeout),
    ExportedEnvironmentVariables: exported,
    Phases: phases.map(buildPhase),
    Logs: { DeepLink: log.path, Tail: log.tail() },
  };
}

/** Why a build did not succeed, in a sentence. */
export function reasonOf({ BuildStatus, Phases }: Build): string {
  if (BuildStatus === 'TIMED_OUT') return 'the build exceeded the time limit of its project';
  if (BuildStatus === 'STOPPED') return 'the build was stopped';
  const failed = Phases.find(({ PhaseStatus }) => PhaseStatus === 'FAILED');
  return failed === undefined ? 'the build failed' : `${failed.PhaseType}: ${failed.Contexts[0]?.Message}`;
}

/** When this returns, the shell and everything that the build started have ended. */
async function inShell(
  options: Parameters<typeof openShell>[0],
  signal: AbortSignal,
  { buildspec }: Project,
): Promise<PhasesOutcome> {
  await using shell = await openShell(options);
  const kill = () => void shell.kill().catch(() => undefined); // disposing waits for the same end, and reports errors
  signal.addEventListener('abort', kill);
  try {
    if (signal.aborted) kill();
    return await runPhases(shell, buildspec);
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

async function copySource({ source }: Project, scratch: string): Promise<string> {
  const folder = join(scratch, 'src');
  if (source === undefined) await mkdir(folder);
  else await nameDiskFull(folder, () => cp(source, folder, { recursive: true, verbatimSymlinks: true }));
  return folder;
}

function statusOf(phases: readonly PhaseOutcome[], stop: AbortSignal, timeout: AbortSignal): Build['BuildStatus'] {
  if (stop.aborted) return 'STOPPED';
  if (timeout.aborted) return 'TIMED_OUT';
  return phases.every(({ failure }) => failure === undefined) ? 'SUCCEEDED' : 'FAILED';
}

function buildPhase({ name, failure }: PhaseOutcome): BuildPhase {
  const PhaseType = name.toUpperCase();
  if (failure === undefined) return { PhaseType, PhaseStatus: 'SUCCEEDED', Contexts: [] };
  const { command, exitStatus } = failure;
  const reason = exitStatus === undefined ? 'the shell ended' : `exit status ${exitStatus}`;
  const Message = `Error while executing command: ${command}. Reason: ${reason}`;
  return { PhaseType, PhaseStatus: 'FAILED', Contexts: [{ StatusCode: 'COMMAND_EXECUTION_ERROR', Message }] };
}
