import type { Clock } from '../../../lib/machine/download/clock';

/** A clock that stands still until it is told what is over. */
export interface HandClock extends Clock {
  /** What is waited for, in milliseconds. */
  readonly waitedFor: () => number[];
  /** Lets so many milliseconds be over for all that waits for exactly these. */
  ring(milliseconds: number): void;
}

export function handClock(): HandClock {
  const waiting = new Set<{ readonly milliseconds: number; readonly call: () => void }>();
  return {
    after: (milliseconds, call) => {
      const one = { milliseconds, call };
      waiting.add(one);
      return () => void waiting.delete(one);
    },
    waitedFor: () => [...waiting].map(({ milliseconds }) => milliseconds),
    ring: (milliseconds) => {
      for (const one of [...waiting]) {
        if (one.milliseconds !== milliseconds) continue;
        waiting.delete(one);
        one.call();
      }
    },
  };
}
