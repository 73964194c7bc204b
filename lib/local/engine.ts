/* local: running the state machine of the cloud on this machine. */

import { availableParallelism } from 'node:os';
import { ExecutionTimeoutError, StateMachine } from 'aws-local-stepfunctions';
import { MirrorError } from '../errors';
import { buildsAtOnceVariable } from '../job/environment';
import { type EngineEvent, type ExecutionResult, type Failure, isTold } from '../job/events';
import type { Bench } from './bench';
import { requireNamespaces } from './namespace';
import { Running } from './running';
import { cleanScratch, ownScratch } from './scratch';
import { Slots } from './slots';
import { checkPayload, StateError } from './state-error';
import { type TaskHandler, taskHandlers } from './tasks/task-handlers';
import { type LocalDefinition, localDefinition, startBuild } from './template/definition';
import type { Assembly } from './template/template';

export interface ExecutionOptions {
  readonly assembly: Assembly;
  readonly input: object;
  /** Name of the execution, `$$.Execution.Name`. */
  readonly name: string;
  /** Folder for temporary files of builds; they are removed. */
  readonly scratch: string;
  /** Folder for the logs of builds; they are kept. */
  readonly logs: string;
  /** Variables for every build and function that override the template's: the stores, as directories. */
  readonly environment: Readonly<Record<string, string>>;
  /** Maximum number of builds at the same time. @default - the number of cores */
  readonly concurrency?: number;
  /** Skips the validation of the definition, which takes a third of a second. @default false */
  readonly validated?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: EngineEvent) => void;
}

/**
 * Runs the state machine of an assembly on this machine. When it returns or throws, no build is still running.
 * @throws Interrupted by the signal; NotRoot, MissingTool if builds cannot be isolated; NotSupported, BadFormat if the
 * definition contains something that cannot run here. A failed stage is a result, not an error.
 */
export async function runExecution(options: ExecutionOptions): Promise<ExecutionResult> {
  const { definition, tasks } = localDefinition(options.assembly.definition);
  const machine = stateMachine(definition, options.validated === true);
  if (tasks.some(({ resource }) => resource.endsWith(startBuild))) await requireNamespaces();
  await cleanScratch(options.scratch);

  await using scratch = await ownScratch(options.scratch);
  const failures: Failure[] = [];
  const atOnce = options.concurrency ?? availableParallelism();
  const bench: Bench = {
    ...options,
    environment: { [buildsAtOnceVariable]: String(atOnce), ...options.environment },
    scratch: scratch.path,
    slots: new Slots(atOnce),
    running: new Running(),
    onEvent: (event) => {
      if (!isTold(event)) return;
      if (event.type === 'failed') failures.push(failureOf(event));
      options.onEvent?.(event);
    },
  };
  return { ...(await execute(machine, taskHandlers(tasks, bench), bench, options)), failures };
}

function stateMachine(definition: LocalDefinition['definition'], validated: boolean): StateMachine {
  try {
    return new StateMachine(definition, { validationOptions: { checkArn: false, noValidate: validated } }); // our ARNs are not AWS's
  } catch (error) {
    throw new MirrorError('BadFormat', (error as Error).message, { cause: error });
  }
}

type Run = ReturnType<StateMachine['run']>;
type Json = Parameters<StateMachine['run']>[0];
type Handlers = Readonly<Record<string, TaskHandler>>;
type Ending =
  | { readonly status: 'SUCCEEDED'; readonly output: unknown }
  | { readonly status: 'FAILED'; readonly error: string; readonly cause: string };

async function execute(
  machine: StateMachine,
  handlers: Handlers,
  { running }: Bench,
  { input, name, signal }: ExecutionOptions,
): Promise<Ending> {
  refuseIfInterrupted(signal);
  const run = machine.run(input as Json, {
    overrides: { taskResourceLocalHandlers: handlers as Record<string, (input: Json) => Promise<Json>> },
    context: {
      Execution: { Name: name, RedriveCount: 0 },
      Root: { Input: input, StartTime: new Date().toISOString() },
    },
  });
  signal?.addEventListener('abort', run.abort);
  try {
    const tooMuch = watchPayloads(run);
    const ending = await endingOf(run);
    const excess = await tooMuch;
    return excess === undefined ? ending : failed(excess);
  } finally {
    signal?.removeEventListener('abort', run.abort);
    await running.stop();
    refuseIfInterrupted(signal);
  }
}

async function endingOf(run: Run): Promise<Ending> {
  try {
    return { status: 'SUCCEEDED', output: await run.result };
  } catch (error) {
    if (error instanceof ExecutionTimeoutError) return failed(new StateError('States.Timeout', error.message));
    return failed(error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error));
  }
}

function failed({ name, message }: Error): Ending {
  return { status: 'FAILED', error: name, cause: message };
}

/** Ends the execution at the first state whose input or output is too large for AWS. */
async function watchPayloads(run: Run): Promise<StateError | undefined> {
  let excess: StateError | undefined;
  for await (const event of run.eventLogs) {
    if (event.type !== 'StateEntered' && event.type !== 'StateExited') continue;
    const entered = event.type === 'StateEntered';
    try {
      checkPayload(
        entered ? event.state.input : event.state.output,
        `the ${entered ? 'input' : 'output'} of ${event.state.name}`,
      );
    } catch (error) {
      excess ??= error as StateError;
      run.abort();
    }
  }
  return excess;
}

function failureOf({ stage, architecture, kernel, log, tail, error, hint }: Failure): Failure {
  return { stage, architecture, kernel, log, tail, error, hint };
}

function refuseIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new MirrorError('Interrupted', 'interrupted; all processes stopped', {
    hint: 'published images are unaffected; run the same command to continue',
  });
}
