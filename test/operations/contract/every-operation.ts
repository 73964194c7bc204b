import { describe, expect, it } from 'vitest';
import type { OperationRequest } from '../../../lib/job/operations/operation';
import type { HistoryEntry } from '../../../lib/publication/state/history';
import type { OperationBench } from './operation-bench';

/** An operation, and a mirror in which it changes something. */
export interface OperationCase {
  readonly request: OperationRequest;
  /** The view that it changes. */
  readonly view: string;
  readonly prepare: (bench: OperationBench) => Promise<unknown>;
  /** Changes the mirror so that the plan is another. */
  readonly interfere: (bench: OperationBench) => Promise<unknown>;
  /** What the history says, besides who and why. */
  readonly entry: Partial<HistoryEntry>;
}

/** What every operation does alike. */
export function everyOperation(make: () => Promise<OperationBench>, one: OperationCase): void {
  const { request, view } = one;
  const prepared = async () => {
    const bench = await make();
    await one.prepare(bench);
    const since = bench.writes.length;
    return { ...bench, written: () => bench.writes.slice(since) };
  };

  describe(`${request.does}, as every operation,`, () => {
    it('only plans in a dry run, and names the plan', async () => {
      const bench = await prepared();
      const planned = await bench.operate(request, { dryRun: true });
      expect(planned.plan).toMatch(/^20261120T083000Z-[0-9a-f]{16}$/);
      expect(planned.views.map((each) => [each.view, each.moved])).toEqual([[view, false]]);
      expect(planned.views[0]?.lines).not.toEqual([]);
      expect(bench.written()).toEqual([]);
    });

    it('carries out exactly the plan that was shown, also later', async () => {
      const bench = await prepared();
      const planned = await bench.operate(request, { dryRun: true });
      bench.turnClockTo('2026-11-20T09:41:27Z');
      const done = await bench.operate(request, { plan: planned.plan });
      expect(done.plan).toBe(planned.plan);
      expect(done.views).toEqual(planned.views.map((each) => ({ ...each, moved: true })));
    });

    it('refuses a plan after the mirror has changed, and changes nothing', async () => {
      const bench = await prepared();
      const { plan } = await bench.operate(request, { dryRun: true });
      await one.interfere(bench);
      const before = bench.written().length;
      await expect(bench.operate(request, { plan })).rejects.toMatchObject({
        name: 'PlanChanged',
        hint: 'for a new plan, give --dry-run instead of --plan',
      });
      expect(bench.written()).toHaveLength(before);
    });

    it('leaves one entry in the history of the view: who, when, what and why', async () => {
      const bench = await prepared();
      const before = (await bench.lastEntry(view))?.number ?? 0;
      bench.turnClockTo('2026-11-20T09:41:27Z');
      await bench.operate(request);
      const asked = { what: request.does, by: 'anna@ops1', reason: 'tested', at: '2026-11-20T09:41:27Z' };
      expect(await bench.lastEntry(view)).toMatchObject({ ...asked, number: before + 1, ...one.entry });
    });
  });
}
