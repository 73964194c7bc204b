/* cloud/follow: executions with their builds and logs, followed to the end. */

import { DescribeExecutionCommand, type DescribeExecutionOutput, type HistoryEvent } from '@aws-sdk/client-sfn';
import { MirrorError } from '../../errors';
import type { EngineEvent, ExecutionResult, Failure } from '../../job/events';
import { asking } from '../asking';
import type { Clients } from '../clients';
import { BuildProgress } from './build-progress';
import { jsonUnlessCut } from './cut-json';
import type { Execution } from './executions';
import { History, type StageChange } from './history';
import { pause } from './pause';
import { readHistory } from './read-history';
import { stageFailure } from './stage-failure';

export interface FollowOptions {
  readonly onEvent?: (event: EngineEvent) => void;
  /** Stops following; the execution continues. */
  readonly signal?: AbortSignal;
  /** Seconds between two requests. @default 5 */
  readonly everySeconds?: number;
}

/**
 * Follows an execution to its end, with the same events as the engine on one machine.
 * @throws Interrupted by the signal, while the execution continues; what asking throws
 */
export async function followExecution(
  clients: Clients,
  execution: Execution,
  { onEvent = () => {}, signal, everySeconds = 5 }: FollowOptions = {},
): Promise<ExecutionResult> {
  const history = new History();
  const progress = new BuildProgress(clients);
  const failures: Failure[] = [];
  const tell = async (changes: readonly StageChange[]) => {
    for (const change of changes) {
      const event = await eventOf(change, clients);
      if (event.type === 'failed') failures.push(failureOf(event));
      onEvent(event);
    }
  };
  for (;;) {
    // Described first: if it has ended, the history that is read next is complete.
    const description = await describeExecution(clients, execution);
    refuseIfInterrupted(execution, signal);
    for (const events of roundsOf(await readHistory(clients.sfn, execution.arn, history.last))) {
      if (isRedriven(events[0])) failures.length = 0; // they belong to the previous attempt
      await tell(history.take(events));
    }
    if (description.status !== 'RUNNING') {
      await tell(history.end(description.stopDate ?? new Date(0)));
      return { ...endingOf(description), failures };
    }
    for (const event of await progress.look(history.building)) onEvent(event);
    await pause(everySeconds, signal).catch((error) => {
      refuseIfInterrupted(execution, signal);
      throw error;
    });
  }
}

const isRedriven = (event: HistoryEvent | undefined) => event?.type === 'ExecutionRedriven';

/** Events up to a redrive, and from it on. */
function roundsOf(events: readonly HistoryEvent[]): HistoryEvent[][] {
  const rounds: HistoryEvent[][] = [[]];
  for (const event of events) {
    if (isRedriven(event)) rounds.push([]);
    rounds.at(-1)?.push(event);
  }
  return rounds;
}

/** @throws what asking throws */
export async function describeExecution({ sfn }: Pick<Clients, 'sfn'>, { arn, name }: Execution) {
  const command = new DescribeExecutionCommand({ executionArn: arn });
  return asking(`describe the execution ${name}`, () => sfn.send(command));
}

async function eventOf({ build, ...change }: StageChange, clients: Clients): Promise<EngineEvent> {
  if (change.type !== 'failed') return change;
  const { type, seconds } = change;
  return { ...(await stageFailure({ ...change, build }, clients)), type, seconds };
}

function failureOf({ stage, architecture, kernel, log, tail, error, hint }: Failure): Failure {
  return { stage, architecture, kernel, log, tail, error, hint };
}

type Ending =
  | { readonly status: 'SUCCEEDED'; readonly output: unknown }
  | { readonly status: 'FAILED'; readonly error: string; readonly cause: string };

function endingOf({ status, output, error, cause }: DescribeExecutionOutput): Ending {
  if (status === 'SUCCEEDED') return { status, output: JSON.parse(output ?? 'null') };
  if (status === 'ABORTED') return failed(error ?? 'ExecutionAborted', cause ?? 'the execution was stopped by hand');
  if (status === 'TIMED_OUT')
    return failed(error ?? 'States.Timeout', cause ?? 'the execution exceeded its time limit');
  return failed(error ?? 'ExecutionFailed', messageIn(cause ?? ''));
}

/** The last step is a function, and Lambda converts its errors to JSON. */
function messageIn(cause: string): string {
  const { errorMessage } = (jsonUnlessCut(cause) ?? {}) as { readonly errorMessage?: unknown };
  return typeof errorMessage === 'string' ? errorMessage : cause;
}

function failed(error: string, cause: string): Ending {
  return { status: 'FAILED', error, cause };
}

function refuseIfInterrupted({ name, arn }: Execution, signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new MirrorError('Interrupted', `stopped following ${name}, which continues in AWS`, {
    hint: `maas-mirror status shows its progress; to stop it:\naws stepfunctions stop-execution --execution-arn ${arn}`,
  });
}
