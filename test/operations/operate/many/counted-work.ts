import { Session } from 'node:inspector/promises';
import { join } from 'node:path';

const ours = join(__dirname, '../../../../lib/');

/** How often each function of lib was called, by where it is: `publication/gate/gate.ts gateView 812`. */
export type CountedWork = ReadonlyMap<string, number>;

/**
 * Counts calls, which no other load of the machine changes. What Node does by itself is not counted, such as to copy an object:
 * benchmarks see that.
 */
export async function countedWork(work: () => Promise<unknown>): Promise<CountedWork> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    await work();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const counts = new Map<string, number>();
    for (const { url, functions } of result.filter((script) => script.url.includes(ours))) {
      const file = url.slice(url.indexOf(ours) + ours.length);
      for (const { functionName, ranges } of functions) {
        const [{ startOffset, count } = { startOffset: 0, count: 0 }] = ranges;
        const where = `${file} ${functionName} ${startOffset}`;
        counts.set(where, (counts.get(where) ?? 0) + count);
      }
    }
    await session.post('Profiler.stopPreciseCoverage');
    return counts;
  } finally {
    session.disconnect();
  }
}

export function totalOf(counts: CountedWork): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
