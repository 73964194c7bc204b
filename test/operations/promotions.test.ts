import { beforeAll, describe, expect, it } from 'vitest';
import type { OperationRequest } from '../../lib/job/operations/operation';
import type { ViewSettings } from '../../lib/operations/promotion/settings';
import { type PromotionsOutcome, runPromotions } from '../../lib/operations/promotions';
import { deleteView } from '../../lib/publication/delete-view';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { MemoryStore } from '../publication/made/memory-store';
import { type OperationBench, operationBench } from './contract/operation-bench';
import '../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const [one, two] = ['20261119.083000', '20261120.083000'];
const first = { flavours: { 'ga-24.04': 'r1 g1' } };
const second = { flavours: { 'ga-24.04': 'r2 g2' } };
const configured = '5'.repeat(64);
/** As `mirror.yaml` would say it. */
const stable: ViewSettings = { name: 'stable', promote: { from: 'candidate', after: '3d', require: [] }, configured };
const hold: OperationRequest = {
  ...{ does: 'hold', view: 'stable', release: 'noble', until: '2026-11-25T00:00:00Z', architectures: [], flavours: [] },
};

async function started(): Promise<OperationBench> {
  const bench = operationBench(new MemoryStore(), signer);
  await bench.publish(one, first);
  return bench;
}
const run = (bench: OperationBench, settings: readonly ViewSettings[] = [stable]) =>
  runPromotions(settings, { by: 'mirror.yaml' }, bench.press);
const told = ({ runs }: PromotionsOutcome) =>
  runs.map(({ view, does, moved, failure }) =>
    [view, does, moved, failure?.name].filter((word) => word !== undefined).join(' '),
  );

describe('by schedule, a mirror', () => {
  it('fills each view that has a promotion once its versions are old enough, and creates it', async () => {
    const bench = await started();
    expect(told(await run(bench))).toEqual(['stable promote false']);
    bench.turnClockTo('2026-11-23T08:30:00Z');
    expect(told(await run(bench))).toEqual(['stable promote true']);
    expect(await bench.newestOf('stable')).toEqual([`ga-24.04 ${one} r1 g1`]);
    expect(await bench.lastEntry('stable')).toMatchObject({ what: 'promote', by: 'mirror.yaml', from: 'candidate' });
  });

  it('takes at once what need not wait', async () => {
    const bench = await started();
    const at = { ...stable, promote: { from: 'candidate', require: [] } };
    expect(told(await run(bench, [at]))).toEqual(['stable promote true']);
  });

  it('passes over what may not be taken', async () => {
    const bench = await started();
    const now = { ...stable, promote: { from: 'candidate', require: [] } };
    await run(bench, [now]);
    await bench.publish(two, { ...second, gate: 'waived' });
    const { runs } = await run(bench, [now]);
    expect(runs.at(-1)).toMatchObject({
      moved: false,
      lines: [{ does: 'pass over', why: 'not boot-tested (waived)' }],
    });
  });

  it('waits for a source that is not published yet', async () => {
    const bench = await started();
    expect(await run(bench, [{ ...stable, promote: { from: 'beta', require: [] } }])).toEqual({
      runs: [],
      measures: [],
    });
  });

  it('waits for a release that its source does not have yet, which is no failure', async () => {
    const bench = await started();
    const site = { name: 'lab', select: [{ from: 'candidate', releases: ['jammy'] }], configured };
    const { runs } = await run(bench, [site]);
    expect(runs).toMatchObject([
      { view: 'lab', does: 'view-create', moved: false, waits: expect.stringContaining('jammy') },
    ]);
    expect(runs[0]).not.toHaveProperty('failure');
  });

  it('shows what it would do, and does nothing', async () => {
    const bench = await started();
    await bench.operate({ ...hold, view: 'candidate' });
    bench.turnClockTo('2026-11-25T00:00:00Z');
    const writes = bench.writes.length;
    const site = { name: 'lab', select: [{ from: 'candidate' }], configured };
    const { runs } = await runPromotions([stable, site], { by: 'anna', dryRun: true }, bench.press);
    expect(runs.map(({ view, does, lines }) => [view, does, ...lines.map((line) => line.does)])).toEqual([
      ['candidate', 'unhold', 'set'],
      ['stable', 'promote', 'create', 'offer'],
      ['lab', 'view-create', 'create', 'offer'],
    ]);
    expect(bench.writes.length).toBe(writes);
  });

  it('goes on while a frozen view cannot be read, about which nothing is decided', async () => {
    const bench = await started();
    await bench.operate({ does: 'snapshot', view: 'candidate', name: 'may' });
    const { mirror } = bench.press;
    for await (const key of mirror.list('snapshots/may/streams/v1/')) {
      if (/[0-9a-f]{64}\.json$/.test(key)) await mirror.remove(key);
    }
    const now = { ...stable, promote: { from: 'candidate', require: [] } };
    const outcome = await run(bench, [now]);
    expect([told(outcome), outcome.measures.length]).toEqual([['stable promote true'], 1]);
  });

  it('lifts the holds of all views that have ended, and publishes what waited', async () => {
    const bench = await started();
    await bench.operate({ ...hold, view: 'candidate' });
    bench.turnClockTo('2026-11-24T23:59:59Z');
    expect(told(await run(bench, []))).toEqual([]);
    bench.turnClockTo('2026-11-25T00:00:00Z');
    const { runs } = await run(bench, []);
    expect(runs).toMatchObject([{ view: 'candidate', does: 'unhold', moved: true, lines: [{ does: 'set' }] }]);
    expect((await bench.contentOf('candidate')).state.holds).toEqual([]);
  });

  it('goes on with the other views after one has failed, and says why', async () => {
    const bench = await started();
    const now = { ...stable, promote: { from: 'candidate', require: [] } };
    await run(bench, [now]);
    await bench.operate(hold);
    await bench.publish(two, second);
    const outcome = await run(bench, [now, { ...now, name: 'lab' }]);
    expect(told(outcome)).toEqual(['stable view-set true', 'stable promote false Held', 'lab promote true']);
  });

  it('applies settings once, so that what an operator sets stands until the file changes', async () => {
    const bench = await started();
    const now = { ...stable, promote: { from: 'candidate', require: [] } };
    await run(bench, [now]);
    expect(told(await run(bench, [now]))).toEqual(['stable view-set true', 'stable promote false']);
    expect((await bench.contentOf('stable')).state).toMatchObject({ configured, source: { promote: now.promote } });
    await bench.operate({ does: 'view-set', name: 'stable', promote: { from: 'candidate', require: ['hw-lab'] } });
    await bench.publish(two, second);
    expect(told(await run(bench, [now]))).toEqual(['stable promote false']);
    const changed = { ...now, configured: '6'.repeat(64) };
    expect(told(await run(bench, [changed]))).toEqual(['stable view-set true', 'stable promote true']);
  });

  it('creates views that follow others, which an operator can point elsewhere', async () => {
    const bench = await started();
    const site = { name: 'lab', select: [{ from: 'candidate' }], configured };
    expect(told(await run(bench, [site]))).toEqual(['lab view-create true']);
    expect(await bench.newestOf('lab')).toEqual([`ga-24.04 ${one} r1 g1`]);
    await bench.operate({ does: 'view-set', name: 'lab', select: [{ from: 'candidate', releases: ['noble'] }] });
    expect(told(await run(bench, [site]))).toEqual([]);
  });

  it('updates the views that stayed behind a change of their source, and says which it cannot update', async () => {
    const bench = await started();
    const site = { name: 'lab', select: [{ from: 'candidate' }], configured };
    await run(bench, [site]);
    await bench.publish(two, second); // which does not follow, as if it had been interrupted
    expect(told(await run(bench, [site]))).toEqual(['lab follow true']);
    expect(await bench.newestOf('lab')).toEqual([`ga-24.04 ${two} r2 g2`]);
    await deleteView('candidate', { what: 'view' }, bench.press);
    expect(told(await run(bench, []))).toEqual(['lab follow false NoSuchView']);
  });
});

describe('what is measured:', () => {
  it('each release of a filled view, as long as it does not stand still', async () => {
    const bench = await started();
    expect((await run(bench)).measures).toEqual([{ view: 'stable', release: 'noble', standsStill: false }]);
  });

  it('a release that stands still, and why', async () => {
    const bench = await started();
    const checked = { ...stable, promote: { from: 'candidate', after: '3d', require: ['hw-lab'] } };
    bench.turnClockTo('2026-11-26T08:30:00Z');
    expect((await run(bench, [checked])).measures).toMatchObject([
      { view: 'stable', release: 'noble', standsStill: { version: one, why: 'no result of hw-lab' } },
    ]);
  });

  it('a hold without an end, in any view', async () => {
    const bench = await started();
    await bench.operate({ ...hold, view: 'candidate', until: undefined });
    bench.turnClockTo('2026-11-30T08:30:00Z');
    expect((await run(bench, [])).measures).toEqual([{ view: 'candidate', release: 'noble', heldDays: 10 }]);
  });
});
