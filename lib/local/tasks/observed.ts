import { performance } from 'node:perf_hooks';
import type { Failure, StageRun } from '../../job/events';
import type { Bench } from '../bench';
import { StateError } from '../state-error';

/** An error with the details that are shown to the user. */
export class StageError extends StateError {
  constructor(
    name: string,
    cause: string,
    readonly reason: string,
    readonly tail: readonly string[],
  ) {
    super(name, cause);
  }
}

/** Reports the start and the end of a stage. */
export async function observed<T>(run: StageRun, { onEvent, running }: Bench, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const seconds = () => Math.round(performance.now() - start) / 1000;
  onEvent({ ...run, type: 'started' });
  try {
    const result = await work();
    onEvent({ ...run, type: 'finished', seconds: seconds(), result });
    return result;
  } catch (error) {
    if (running.signal.aborted) onEvent({ ...run, type: 'stopped', seconds: seconds() });
    else onEvent({ ...failureOf(run, error), type: 'failed', seconds: seconds() });
    throw error;
  }
}

function failureOf(run: StageRun, error: unknown): Failure {
  const { name, message, hint } = error as { name: string; message: string; hint?: string };
  if (error instanceof StageError) return { ...run, tail: error.tail, error: error.reason, hint: undefined };
  return { ...run, tail: [], error: `${name}: ${message}`, hint };
}
