import type { MirrorError } from '../../errors';
import type { Clock } from './clock';

/**
 * Runs work within a total time limit, including its retries. A limit on silence alone would not stop a server that sends
 * a byte now and then.
 * @param tooLong creates the error for a timeout; the signal aborts the work
 */
export async function withinTime<T>(
  clock: Clock,
  milliseconds: number,
  tooLong: () => MirrorError,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = clock.after(milliseconds, () => controller.abort(tooLong()));
  try {
    return await work(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    stop();
  }
}

/** Minimum download rate. */
export interface LeastRate {
  readonly bytes: number;
  readonly inMilliseconds: number;
}

/** 10 kB/s, measured over five minutes. The total time is not limited. */
export const leastRate: LeastRate = { bytes: 3_000_000, inMilliseconds: 300_000 };

/**
 * Runs a download as long as it keeps a minimum rate.
 * @param tooSlow creates the error if it does not; the signal aborts the work
 * @param work calls `came` for received bytes
 */
export async function atLeastRate<T>(
  clock: Clock,
  { bytes: least, inMilliseconds }: LeastRate,
  tooSlow: (bytes: number) => MirrorError,
  work: (signal: AbortSignal, came: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let inTime = 0;
  const look = () => {
    if (inTime < least) return controller.abort(tooSlow(inTime));
    inTime = 0;
    stop = clock.after(inMilliseconds, look);
  };
  let stop = clock.after(inMilliseconds, look);
  const came = (bytes: number) => {
    inTime += bytes;
  };
  try {
    return await work(controller.signal, came);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    stop();
  }
}
