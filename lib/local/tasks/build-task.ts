import { join } from 'node:path';
import { jobVariables } from '../../job/environment';
import type { StageRun } from '../../job/events';
import type { Bench } from '../bench';
import { type Build, reasonOf, runBuild } from '../codebuild/build';
import { StateError } from '../state-error';
import { type Task, withinTimer } from '../template/definition';
import { observed, StageError } from './observed';

/** The parameters of `codebuild:startBuild.sync`. */
export interface StartBuild {
  readonly ProjectName: string;
  readonly EnvironmentVariablesOverride?: readonly { readonly Name: string; readonly Value: string }[];
}

/** What `codebuild:startBuild.sync` does: starts a build of a project and waits for its end. */
export function buildTask(task: Task, bench: Bench): (input: StartBuild) => Promise<{ Build: Build }> {
  const logs = new LogNames(bench.logs);
  return async ({ ProjectName, EnvironmentVariablesOverride = [] }) => {
    const project = bench.assembly.projects.get(ProjectName);
    if (project === undefined) {
      const message = `${task.state} starts a build of ${JSON.stringify(ProjectName)}: no such project`;
      throw new StateError('CodeBuild.ResourceNotFoundException', message);
    }
    const overrides = Object.fromEntries(EnvironmentVariablesOverride.map(({ Name, Value }) => [Name, String(Value)]));

    using _slot = await bench.slots.take(bench.running.signal);
    const run = stageRun(task.state, overrides, logs);
    const timeout = AbortSignal.timeout(withinTimer(task.timeoutSeconds) * 1000);
    return await observed(run, bench, async () => {
      const ended = await runBuild({
        project,
        id: `${project.name}:${bench.name}-${logs.count}`,
        environment: { ...overrides, ...bench.environment },
        scratch: bench.scratch,
        log: run.log,
        onLine: (line) => {
          if (line.startsWith('::')) bench.onEvent({ ...run, type: 'progress', text: line.slice(2).trim() });
        },
        signal: AbortSignal.any([bench.running.signal, timeout]),
      });
      bench.running.signal.throwIfAborted();
      if (timeout.aborted) throw buildError(ended, 'States.Timeout', `timed out after ${task.timeoutSeconds} seconds`);
      if (ended.BuildStatus !== 'SUCCEEDED') throw buildError(ended, 'States.TaskFailed', reasonOf(ended));
      return { Build: ended };
    });
  };
}

function buildError(build: Build, name: string, reason: string): StageError {
  return new StageError(name, JSON.stringify(build), reason, build.Logs.Tail);
}

function stageRun(stage: string, variables: Readonly<Record<string, string>>, logs: LogNames) {
  const architecture = variables[jobVariables.architecture] || undefined;
  const kernel = variables[jobVariables.kernel] || undefined;
  const words = [stage, architecture, kernel].filter((word) => word !== undefined);
  return { stage, architecture, kernel, log: logs.next(words) } satisfies StageRun;
}

/** Names of the log files of one state's builds: a name that is used already gets a number. */
class LogNames {
  readonly #given = new Map<string, number>();
  #count = 0;

  constructor(private readonly folder: string) {}

  /** Number of names given so far. */
  get count(): number {
    return this.#count;
  }

  next(words: readonly string[]): string {
    const name = words.map((word) => word.replace(/[^\w.-]/g, '_')).join('-');
    const times = (this.#given.get(name) ?? 0) + 1;
    this.#given.set(name, times);
    this.#count += 1;
    return join(this.folder, times === 1 ? `${name}.log` : `${name}-${times}.log`);
  }
}
