import type { Change } from './made/changes';
import { digestOf } from './made/sources';
import { type Attempt, attemptsFor, type Measured } from './reach';
import type { Seen, Verdict } from './record';
import type { Outcome, Suite } from './suite';

/** Milliseconds of a processor. */
export interface Limits {
  /** A test file that costs more is tried with no change. */
  readonly slow: number;
  /** The cost of all test files that one change is tried with. */
  readonly budget: number;
}

/**
 * Finds out what each test file reaches.
 * @param states per test file, the digest of all that it stands on
 */
export async function measure(
  suites: readonly Suite[],
  states: ReadonlyMap<string, string>,
  before: Readonly<Record<string, Seen>>,
  { slow }: Limits,
  done: (test: string, seen: Seen) => void,
): Promise<void> {
  const due = [...states].filter(([test, state]) => before[test]?.state !== state);
  await share(suites, due, async (suite, [test, state]) => {
    const { outcome, why, ...measured } = await suite.measure(test, 6 * slow);
    const late = outcome === 'late' || measured.cost > slow;
    if (outcome === 'failed') done(test, { state, leftOut: `it fails in a copy of the repository: ${why}` });
    else if (late) done(test, { state, leftOut: `it takes ${costIn(measured)}` });
    else done(test, { state, ...measured });
  });
}

function costIn({ cost, wall }: Measured): string {
  return Number.isFinite(cost)
    ? `${Math.round(cost / 1000)} s of a processor`
    : `more than ${Math.round(wall / 1000)} s`;
}

/**
 * Tries changes with the tests that reach them.
 * @param root of the files as they are tried: a lane's, since somebody may go on writing in the repository
 */
export async function tryAll(
  suites: readonly Suite[],
  root: string,
  changes: readonly Change[],
  measured: ReadonlyMap<string, Measured>,
  { budget }: Limits,
  restingOnAll: string,
  done: (change: Change, verdict: Verdict) => void,
): Promise<void> {
  await share(suites, changes, async (suite, change) => {
    const { attempts, leftOut } = attemptsFor(change, measured, budget);
    const reached = attempts.length + leftOut;
    for (const { test, wall, hits } of attempts) {
      const outcome = await attemptTwice(suite, change, { test, wall, hits });
      if (outcome === 'passed') continue;
      const restsOn = digestOf(root, [change.file, test]);
      return done(change, {
        noticed: true,
        by: test,
        ...(outcome === 'late' && { late: true }),
        reached,
        leftOut,
        restsOn,
      });
    }
    done(change, { noticed: false, reached, leftOut, restsOn: restingOnAll });
  });
}

/** A test may be late because the machine was busy: it gets twice the time before that is taken for what the change does. */
async function attemptTwice(
  suite: Suite,
  change: Change,
  { test, wall, hits }: Pick<Attempt, 'test' | 'wall' | 'hits'>,
): Promise<Outcome> {
  const [loop, limit] = [100 * hits + 1_000, 5 * wall + 15_000];
  const outcome = await suite.attempt(test, change.id, loop, limit);
  return outcome === 'late' ? suite.attempt(test, change.id, loop, 2 * limit) : outcome;
}

/** Whether what was found out about a change still stands. */
export function stands({ noticed, by, restsOn }: Verdict, change: Change, root: string, all: string): boolean {
  if (!noticed) return restsOn === all;
  try {
    return restsOn === digestOf(root, by === undefined || by === 'types' ? [change.file] : [change.file, by]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false; // the test that noticed it has gone
    throw error;
  }
}

async function share<T>(
  suites: readonly Suite[],
  work: readonly T[],
  each: (suite: Suite, one: T) => Promise<void>,
): Promise<void> {
  const left = work.values();
  await Promise.all(
    suites.map(async (suite) => {
      for (const one of left) await each(suite, one);
    }),
  );
}
