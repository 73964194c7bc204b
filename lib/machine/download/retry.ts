import { setTimeout } from 'node:timers/promises';
import { Transient } from './http-request';

/** Milliseconds between attempts that made no progress. A parameter, so that tests need not wait. */
export const defaultWaits: readonly number[] = [1_000, 2_000, 5_000, 10_000, 20_000, 30_000];

/**
 * Retries after transient failures until all waits are used up. Any progress since the last failure starts the waits
 * over, because a long download over a bad line may be interrupted many times.
 * @param options.signal ends the attempts, including a running one if it uses the signal
 * @param options.retried receives a message for each failure except the last
 * @throws the failure of the last attempt
 */
export async function retrying<T>(
  tryOnce: () => Promise<T>,
  options: {
    readonly waits: readonly number[];
    readonly hasProgress?: () => boolean;
    readonly signal?: AbortSignal;
    readonly retried?: (sentence: string) => void;
  },
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await tryOnce();
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof Transient)) throw error;
      if (options.hasProgress?.()) failures = 0;
      const wait = options.waits[failures];
      if (wait === undefined) throw error.failure;
      options.retried?.(`retry ${failures + 1} of ${options.waits.length}: ${error.failure.message}`);
      await setTimeout(wait, undefined, options.signal && { signal: options.signal });
    }
  }
}
