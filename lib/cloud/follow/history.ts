import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { isTold, type StageRun } from '../../job/events';
import { jsonUnlessCut } from './cut-json';

/** A change of a stage in the history of an execution. */
export type StageChange = StageRun & { readonly build: string | undefined } & (
    | { readonly type: 'started' }
    /** For information; nothing has failed for good. */
    | { readonly type: 'progress'; readonly text: string }
    | { readonly type: 'finished'; readonly seconds: number; readonly result: unknown }
    | { readonly type: 'failed'; readonly seconds: number; readonly error: string; readonly cause: string }
    | { readonly type: 'stopped'; readonly seconds: number }
  );

/** A stage with a running build. */
export type OpenBuild = StageRun & { readonly build: string };

/** One task state that was entered: one run of a stage, with all its attempts. */
interface Run {
  readonly stage: StageRun;
  /** When the current attempt began. */
  since: Date;
  /** Id of its CodeBuild build. */
  build: string | undefined;
  /** Failure of the last attempt, until it is known whether another follows. */
  failure: { readonly error: string; readonly cause: string; readonly at: Date } | undefined;
  isWaiting: boolean;
}

/**
 * Reads the history of an execution, page by page. Each event refers to its predecessor, which separates parallel branches. A
 * failure counts if no further attempt follows it.
 */
export class History {
  /** Open runs, by the id of their last event. */
  readonly #runs = new Map<number, Run>();
  #last = 0;

  /** Id of the last event that was read. */
  get last(): number {
    return this.#last;
  }

  /** The running builds, as far as known. */
  get building(): OpenBuild[] {
    return [...this.#runs.values()].flatMap(({ stage, build, failure }) =>
      build === undefined || failure !== undefined ? [] : { ...stage, build },
    );
  }

  /** @param events in chronological order; those that were read before are ignored */
  take(events: readonly HistoryEvent[]): StageChange[] {
    const unread = events.filter(({ id = 0 }) => id > this.#last);
    return unread.flatMap((event) => this.#takeOne(event)).filter(isTold);
  }

  /** The runs that are still open when the execution has ended. */
  end(at: Date): StageChange[] {
    const open = [...this.#runs.values()];
    this.#runs.clear();
    const ends = open.map((run) => this.#failed(run) ?? stopped(run, at));
    return ends.filter(isTold);
  }

  #takeOne(event: HistoryEvent): StageChange[] {
    const { type = '', id = 0, previousEventId = 0, timestamp = new Date(0) } = event;
    this.#last = id;
    if (type === 'TaskStateEntered') return [...this.#settle(previousEventId), this.#enter(event)];

    const run = this.#runs.get(previousEventId);
    if (run === undefined) return [];
    if (run.failure !== undefined && !isScheduled(type)) return this.#settle(previousEventId);
    this.#runs.delete(previousEventId);
    const output = outputOf(event);
    if (isSucceeded(type)) {
      return [{ ...of(run), type: 'finished', seconds: secondsTo(timestamp, run), result: resultOf(output) }];
    }
    if (type === 'TaskStateAborted') return [stopped(run, timestamp)];
    this.#runs.set(id, run);
    if (isScheduled(type)) Object.assign(run, { since: timestamp, failure: undefined, build: undefined });
    if (type === 'TaskSubmitted') return this.#submitted(run, output);
    return isFailed(type) ? this.#attemptFailed(run, event) : [];
  }

  #enter({ id = 0, timestamp = new Date(0), stateEnteredEventDetails }: HistoryEvent): StageChange {
    const { name = '', input } = stateEnteredEventDetails ?? {};
    const stage = { stage: name, ...placeOf(jsonUnlessCut(input)), log: undefined };
    const run = { stage, since: timestamp, build: undefined, failure: undefined, isWaiting: false };
    this.#runs.set(id, run);
    return { ...of(run), type: 'started' };
  }

  #submitted(run: Run, output: unknown): StageChange[] {
    const { Build } = (output ?? {}) as { readonly Build?: { readonly Id?: string } };
    run.build = Build?.Id;
    if (!run.isWaiting) return [];
    run.isWaiting = false;
    return [{ ...of(run), type: 'progress', text: 'working' }];
  }

  #attemptFailed(run: Run, event: HistoryEvent): StageChange[] {
    const { error = 'States.Timeout', cause = '' } = failureOf(event);
    run.failure = { error, cause, at: event.timestamp ?? new Date(0) };
    if (!isAccountLimit(error) || run.isWaiting) return [];
    run.isWaiting = true;
    return [{ ...of(run), type: 'progress', text: 'waiting: the CodeBuild quota of this account is used up' }];
  }

  #settle(event: number): StageChange[] {
    const run = this.#runs.get(event);
    const change = run && this.#failed(run);
    if (change === undefined) return [];
    this.#runs.delete(event);
    return [change];
  }

  #failed(run: Run): StageChange | undefined {
    if (run.failure === undefined) return undefined;
    const { error, cause, at } = run.failure;
    return { ...of(run), type: 'failed', seconds: secondsTo(at, run), error, cause };
  }
}

/** CodeBuild rejects a build instead of queueing it. */
export const isAccountLimit = (error: string): boolean => error.includes('AccountLimitExceeded');

const isScheduled = (type: string) => type === 'TaskScheduled' || type === 'LambdaFunctionScheduled';
const isSucceeded = (type: string) => type === 'TaskSucceeded' || type === 'LambdaFunctionSucceeded';
const isFailed = (type: string) =>
  /^(Task|LambdaFunction)(Failed|TimedOut|StartFailed|SubmitFailed|ScheduleFailed)$/.test(type);

const of = ({ stage, build }: Run) => ({ ...stage, build });

function stopped(run: Run, at: Date): StageChange {
  return { ...of(run), type: 'stopped', seconds: secondsTo(at, run) };
}

function secondsTo(at: Date, { since }: Run): number {
  return Math.max(0, Math.round((at.getTime() - since.getTime()) / 1000));
}

/** Architecture and kernel of an iteration, or of one job. */
function placeOf(input: unknown): Pick<StageRun, 'architecture' | 'kernel'> {
  const { job, kernel } = (input ?? {}) as { job?: { architecture?: string; kernel?: string }; kernel?: string };
  return { architecture: job?.architecture || undefined, kernel: kernel || job?.kernel || undefined };
}

/** What a function returned, or CodeBuild's description of a build. */
function resultOf(output: unknown): unknown {
  const { Payload, Build } = (output ?? {}) as { readonly Payload?: unknown; readonly Build?: unknown };
  return Payload ?? Build ?? output;
}

function outputOf(event: HistoryEvent): unknown {
  const { taskSucceededEventDetails, taskSubmittedEventDetails, lambdaFunctionSucceededEventDetails } = event;
  return jsonUnlessCut(
    (taskSucceededEventDetails ?? taskSubmittedEventDetails ?? lambdaFunctionSucceededEventDetails)?.output,
  );
}

function failureOf(event: HistoryEvent): { readonly error?: string | undefined; readonly cause?: string | undefined } {
  return (
    event.taskFailedEventDetails ??
    event.taskTimedOutEventDetails ??
    event.taskStartFailedEventDetails ??
    event.taskSubmitFailedEventDetails ??
    event.lambdaFunctionFailedEventDetails ??
    event.lambdaFunctionTimedOutEventDetails ??
    event.lambdaFunctionStartFailedEventDetails ??
    event.lambdaFunctionScheduleFailedEventDetails ??
    {}
  );
}
