import type { Buildspec, Phase, PhaseName } from '../template/buildspec';
import type { Shell } from './shell';

export interface PhaseOutcome {
  readonly name: PhaseName;
  /** @default - the phase succeeded */
  readonly failure?: CommandFailure;
}

export interface CommandFailure {
  readonly command: string;
  /** @default - the shell itself ended, so nobody said */
  readonly exitStatus: number | undefined;
}

export interface PhasesOutcome {
  /** Those that ran, in their order. */
  readonly phases: readonly PhaseOutcome[];
  /** The exported variables that are set at the end. */
  readonly exported: readonly { readonly Name: string; readonly Value: string }[];
}

/**
 * Runs the phases as CodeBuild does: a failed command ends its phase, `finally` runs all the same; after a failed
 * install or pre_build nothing follows, after a failed build post_build still does, with CODEBUILD_BUILD_SUCCEEDING=0.
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
    await shell.run(`printf '%s\\n' ${quoted(`$ ${command}`)}`); // the shell writes it, so that it stands in order
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
