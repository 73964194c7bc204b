import type { MirrorError } from '../../errors';
import type { Clock } from './clock';

/**
 * Does something that may take so long and no longer, however often it is tried again in it: a server that sends a byte
 * now and then would never be silent.
 * @param tooLong what it fails with then; the work is told by the signal
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

/** How fast a file must come at least. */
export interface LeastRate {
  readonly bytes: number;
  readonly inMilliseconds: number;
}

/** 10 kB/s over five minutes. A file may take all the time that it needs at that rate. */
export const leastRate: LeastRate = { bytes: 3_000_000, inMilliseconds: 300_000 };

/**
 * Does something that brings bytes, for as long as enough of them come.
 * @param tooSlow what it fails with else; the work is told by the signal
 * @param work calls `came` for bytes that are there
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
