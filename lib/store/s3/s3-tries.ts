import { setTimeout } from 'node:timers/promises';
import { isPassing } from './s3-failure';

export interface Patience {
  /**
   * The longest waits between tries, in milliseconds. The number of tries is one more.
   * @default about half a minute in total
   */
  readonly waits?: readonly number[];
  /** Fraction of a wait to use, from 0 to 1, so that clients that failed together do not retry together. @default random */
  readonly jitter?: () => number;
}

/** Counts consecutive failures, and waits before the next try. */
export class Tries {
  private readonly waits: readonly number[];
  private readonly jitter: () => number;
  private failures = 0;

  constructor({ waits = defaultWaits, jitter = Math.random }: Patience) {
    this.waits = waits;
    this.jitter = jitter;
  }

  /** Whether a try has failed since the last progress: it may have succeeded without a response. */
  get areSeveral(): boolean {
    return this.failures > 0;
  }

  /** Bytes were received: starts again with all waits. */
  progressed(): void {
    this.failures = 0;
  }

  /** Waits if the error may be temporary and waits are left. @throws the error otherwise */
  async waitAfter(error: unknown): Promise<void> {
    const wait = this.waits[this.failures];
    if (!isPassing(error) || wait === undefined) throw error;
    this.failures += 1;
    await setTimeout(wait * this.jitter());
  }
}

/** Tries until the work succeeds, fails permanently, or all waits are used. @throws the error of the last try */
export async function trying<T>(work: (tries: Tries) => Promise<T>, patience: Patience): Promise<T> {
  const tries = new Tries(patience);
  for (;;) {
    try {
      return await work(tries);
    } catch (error) {
      await tries.waitAfter(error);
    }
  }
}

const defaultWaits: readonly number[] = [200, 1_000, 3_000, 8_000, 20_000, 30_000];
