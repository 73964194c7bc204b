import { setTimeout } from 'node:timers/promises';
import { isPassing } from './s3-failure';

export interface Patience {
  /**
   * The longest waits between tries, in milliseconds; there is one try more.
   * @default about half a minute in all
   */
  readonly waits?: readonly number[];
  /** Which part of a wait is waited, from 0 to 1: many that failed together must not come back together. @default random */
  readonly jitter?: () => number;
}

/** Counts what fails one after the other, and waits before the next try. */
export class Tries {
  private readonly waits: readonly number[];
  private readonly jitter: () => number;
  private failures = 0;

  constructor({ waits = defaultWaits, jitter = Math.random }: Patience) {
    this.waits = waits;
    this.jitter = jitter;
  }

  /** There was a failure since the last progress, so that an earlier try may have done its work unseen. */
  get areSeveral(): boolean {
    return this.failures > 0;
  }

  /** Something was got: all waits are there again. */
  progressed(): void {
    this.failures = 0;
  }

  /** Waits where the error may pass and waits are left. @throws the error where not */
  async waitAfter(error: unknown): Promise<void> {
    const wait = this.waits[this.failures];
    if (!isPassing(error) || wait === undefined) throw error;
    this.failures += 1;
    await setTimeout(wait * this.jitter());
  }
}

/** Tries until it succeeds, fails for good, or the waits are used up. @throws what the last try threw */
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
