import { describe, expect, it } from 'vitest';
import type { ViewSettings } from '../../../lib/operations/promotion/settings';
import { type PromotionsOutcome, runPromotions } from '../../../lib/operations/promotions';
import { changeView } from '../../../lib/publication/change-view';
import { deleteView } from '../../../lib/publication/delete-view';
import type { OperationBench } from './operation-bench';

const [one, two] = ['20261119.083000', '20261120.083000'];
const words = (number: number) => ({ flavours: { 'ga-24.04': `r${number} g${number}` } });
const offered = (number: number) => [`ga-24.04 ${number === 1 ? one : two} r${number} g${number}`];
const configured = '5'.repeat(64);
const promoted = (name: string, from: string): ViewSettings => ({ name, promote: { from, require: [] }, configured });
const selected = (name: string, from: string): ViewSettings => ({ name, select: [{ from }], configured });
/** Each is made from the one after it. */
const chain = [
  selected('lab', 'gold'),
  promoted('gold', 'site'),
  selected('site', 'stable'),
  promoted('stable', 'candidate'),
];

const run = (bench: OperationBench, settings: readonly ViewSettings[], dryRun = false) =>
  runPromotions(settings, { by: 'mirror.yaml', dryRun }, bench.press);
const told = ({ runs }: PromotionsOutcome) =>
  runs.map(({ view, does, moved, failure }) =>
    [view, does, moved, failure?.name].filter((word) => word !== undefined).join(' '),
  );
const close = (view: string, bench: OperationBench) =>
  changeView(view, ({ state }) => ({ note: { what: 'view' }, state: { ...state, deleting: true } }), bench.press);

/** What a mirror does by itself, whatever it is stored in. */
export function scheduleContract(make: () => Promise<OperationBench>): void {
  const started = async () => {
    const bench = await make();
    await bench.publish(one, words(1));
    return bench;
  };
  const newestIn = async (bench: OperationBench) => {
    const all: string[][] = [];
    for (const { name } of chain) all.push(await bench.newestOf(name));
    return all;
  };

  describe('by schedule, in one run,', () => {
    it('creates and fills views that are made from each other, in whatever order the file has them', async () => {
      const bench = await started();
      expect(told(await run(bench, chain))).toEqual([
        'stable promote true',
        'site view-create true',
        'gold promote true',
        'lab view-create true',
      ]);
      expect(await newestIn(bench)).toEqual(chain.map(() => offered(1)));
      await bench.publish(two, words(2));
      await run(bench, chain);
      expect(await newestIn(bench)).toEqual(chain.map(() => offered(2)));
    });

    it('first updates what a promotion takes from, if that stayed behind its source', async () => {
      const bench = await started();
      const settings = [promoted('gold', 'site'), selected('site', 'candidate')];
      await run(bench, settings);
      await bench.publish(two, words(2)); // which does not follow, as if it had been interrupted
      expect(told(await run(bench, settings))).toEqual(['gold view-set true', 'site follow true', 'gold promote true']);
      expect(await bench.newestOf('gold')).toEqual(offered(2));
    });

    it('shows in a dry run what it cannot plan yet', async () => {
      const bench = await started();
      const writes = bench.writes.length;
      const { runs } = await run(bench, chain, true);
      expect(runs.map(({ view, does, waits }) => [view, does, waits])).toEqual([
        ['stable', 'promote', undefined],
        ['site', 'view-create', 'it gets its versions from stable, which is created first'],
        ['gold', 'promote', 'it gets its versions from site, which is created first'],
        ['lab', 'view-create', 'it gets its versions from gold, which is created first'],
      ]);
      expect(bench.writes).toHaveLength(writes);
    });

    it('goes on with the others while what one view offers is lost, which is a failure', async () => {
      const bench = await started();
      const both = [promoted('stable', 'candidate'), promoted('other', 'candidate')];
      await run(bench, both);
      await run(bench, both);
      const { mirror } = bench.press;
      const keys: string[] = [];
      for await (const key of mirror.list('stable/streams/v1/')) if (/[0-9a-f]{64}\.sjson$/.test(key)) keys.push(key);
      for (const key of keys) await mirror.remove(key);
      await bench.publish(two, words(2));
      const outcome = await run(bench, both);
      expect(told(outcome)).toEqual(['stable promote false NoSuchObject', 'other promote true']);
      expect(outcome.measures.map(({ view }) => view)).toEqual(['other']);
    });

    it('says of each view whose deletion was interrupted what to do, and goes on with the others', async () => {
      const bench = await started();
      const others = [promoted('stable', 'candidate'), promoted('other', 'candidate')];
      await run(bench, [...others, selected('lab', 'candidate'), selected('site', 'stable')]);
      await run(bench, others);
      const until = '2026-11-21T00:00:00Z';
      await bench.operate({ does: 'hold', view: 'lab', release: 'noble', until, architectures: [], flavours: [] });
      for (const view of ['lab', 'stable']) await close(view, bench);
      await bench.publish(two, words(2));
      bench.turnClockTo(until);

      const { runs } = await run(bench, [...others, selected('lab', 'candidate'), promoted('late', 'stable')]);

      const why = (view: string) =>
        `the view ${view} is being deleted; if that was interrupted, finish it: maas-mirror view delete ${view}`;
      expect(runs.map(({ view, does, moved, waits, failure }) => [view, does, moved, waits, failure])).toEqual([
        ['lab', 'view-delete', false, why('lab'), undefined],
        ['stable', 'view-delete', false, why('stable'), undefined],
        ['other', 'promote', true, undefined, undefined],
        ['late', 'promote', false, why('stable'), undefined],
      ]);
      expect(await bench.newestOf('other')).toEqual(offered(2));
      await bench.operate({ does: 'view-set', name: 'site', select: [{ from: 'candidate' }] });
      for (const view of ['lab', 'stable']) expect(await deleteView(view, { what: 'view' }, bench.press)).toBe(true);
    });
  });
}
