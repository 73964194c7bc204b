import { setTimeout } from 'node:timers/promises';
import { Transient } from './http-request';

/** Waits between tries, in milliseconds, after failures without any progress. Handed in, so that tests need not wait. */
export const defaultWaits: readonly number[] = [1_000, 2_000, 5_000, 10_000, 20_000, 30_000];

/**
 * Tries again after failures that may pass, until they do or the waits are used up. Whoever made progress since the
 * last failure has all waits again: a long download over a bad line is cut more often than one wants to count.
 * @param options.signal ends the tries, also in the middle of one that takes it
 * @param options.retried is told of each failure that is not the last, in a sentence
 * @throws what the last try failed with
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
      options.retried?.(`trying again, ${failures + 1} of ${options.waits.length}: ${error.failure.message}`);
      await setTimeout(wait, undefined, options.signal && { signal: options.signal });
    }
  }
}
