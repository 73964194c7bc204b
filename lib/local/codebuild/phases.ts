import type { Buildspec, Phase, PhaseName } from '../template/buildspec';
import type { Shell } from './shell';

export interface PhaseOutcome {
  readonly name: PhaseName;
  /** @default - the phase succeeded */
  readonly failure?: CommandFailure;
}

export interface CommandFailure {
  readonly command: string;
  /** @default - unknown, because the shell itself ended */
  readonly exitStatus: number | undefined;
}

export interface PhasesOutcome {
  /** Those that ran, in their order. */
  readonly phases: readonly PhaseOutcome[];
  /** The exported variables that are set at the end. */
  readonly exported: readonly { readonly Name: string; readonly Value: string }[];
}

/**
 * Runs the phases as CodeBuild does: a failed command ends its phase, but `finally` still runs. After a failed install or
 * pre_build no phase follows; after a failed build, post_build still runs, with CODEBUILD_BUILD_SUCCEEDING=0.
 */
export async function runPhases(shell: Shell, buildspec: Buildspec): Promise<PhasesOutcome> {
  const outcomes: PhaseOutcome[] = [];
  for (const phase of buildspec.phases) {
    const outcome = await runPhase(shell, phase);
    outcomes.push(outcome);
    if (outcome.failure !== undefined && phase.name !== 'build') break;
  }
  return { phases: outcomes, exported: await exportedVariables(shell, buildspec.exportedVariables) };
}

async function runPhase(shell: Shell, { name, commands, finally: last }: Phase): Promise<PhaseOutcome> {
  const failure = await runCommands(shell, commands);
  if (failure !== undefined) await shell.run(buildFailed);
  const lastFailure = await runCommands(shell, last);
  if (lastFailure !== undefined) await shell.run(buildFailed);
  const first = failure ?? lastFailure;
  return first === undefined ? { name } : { name, failure: first };
}

const buildFailed = 'export CODEBUILD_BUILD_SUCCEEDING=0';

async function runCommands(shell: Shell, commands: readonly string[]): Promise<CommandFailure | undefined> {
  for (const command of commands) {
    await shell.run(`printf '%s\\n' ${quoted(`$ ${command}`)}`); // written by the shell, to keep the output in order
    const exitStatus = await shell.run(command);
    if (exitStatus !== 0) return { command, exitStatus };
  }
  return undefined;
}

async function exportedVariables(shell: Shell, names: readonly string[]): Promise<PhasesOutcome['exported']> {
  const exported: { Name: string; Value: string }[] = [];
  for (const Name of names) {
    const Value = await shell.valueOf(Name);
    if (Value !== undefined) exported.push({ Name, Value });
  }
  return exported;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
