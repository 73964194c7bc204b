import { describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { mirror as layout } from '../../../lib/job/layout';
import type { OperationRequest } from '../../../lib/job/operations/operation';
import type { OperationOutcome } from '../../../lib/job/operations/outcome';
import { changeView } from '../../../lib/publication/change-view';
import { readView } from '../../../lib/publication/read-view';
import { withdrawnEverywhere } from '../../../lib/publication/withdrawn-everywhere';
import type { OperationBench } from './operation-bench';
import { promotion } from './promote';

const [good, bad] = ['20261119.083000', '20261120.083000'];
const words = (number: number) => ({ flavours: { 'ga-24.04': `r${number} g${number}` } });
const scope = { view: 'candidate', release: 'noble', architectures: [], flavours: [] };

type Back = Extract<OperationRequest, { readonly allViews: boolean }>;
const withdrawal: Back = { does: 'withdraw', ...scope, version: bad, allViews: false };
const rollback: Back = { does: 'rollback', ...scope, republish: false, allViews: false };
const restoration: Back = { does: 'restore', ...scope, version: bad, allViews: true };
const inAllViews = (one: Back): OperationRequest => ({ ...one, allViews: true });

/** A bad version after a good one, in three views. */
async function prepare(bench: OperationBench): Promise<void> {
  for (const [name, number] of [
    [good, 1],
    [bad, 2],
  ] as const) {
    await bench.publish(name, words(number));
    for (const to of ['stable', 'lab']) await bench.operate({ ...promotion, to });
  }
}

/** Damages the document of a view. @returns puts it back */
async function breakView(view: string, { press }: OperationBench, how = 'missing'): Promise<() => Promise<void>> {
  const { mirror } = press;
  const [{ path = '' } = {}] = (await readView(view, press)).documents.values();
  const key = layout.document(view, path);
  const bytes = (await mirror.read(key))?.bytes ?? Buffer.alloc(0);
  await mirror.remove(key);
  if (how !== 'missing') await mirror.create(key, Buffer.from(how));
  return async () => {
    await mirror.remove(key);
    await mirror.create(key, bytes);
  };
}

/** Does something before lab changes, which is the first one of an operation in all views. */
function beforeLab({ press: { mirror } }: OperationBench, what: () => Promise<unknown>): void {
  const replace = mirror.replace.bind(mirror);
  mirror.replace = async (...call) => {
    if (call[0] === layout.index('lab')) {
      mirror.replace = replace;
      await what();
    }
    return replace(...call);
  };
}

const told = ({ remarks }: OperationOutcome) =>
  remarks
    .filter(({ about }) => about === 'not read' || about === 'not done')
    .map(({ about, view, commands }) => [about, view, commands]);
const movedIn = ({ views }: OperationOutcome) => views.filter(({ moved }) => moved).map(({ view }) => view);
const newestIn = async (bench: OperationBench, ...views: string[]) =>
  (await Promise.all(views.map((view) => bench.newestOf(view)))).flat();

const [back, stays] = [`ga-24.04 ${good} r1 g1`, `ga-24.04 ${bad} r2 g2`];
const markAgain = `maas-mirror withdraw candidate noble ${bad} --all-views`;

/** What operations do while another view has lost a document. */
export function brokenViewContract(make: () => Promise<OperationBench>): void {
  describe('with a broken view', () => {
    it.each([
      ['withdraw', 'missing', withdrawal, stays],
      ['withdraw', 'changed', withdrawal, stays],
      ['rollback', 'missing', rollback, back],
    ])('%s of another one is not stopped by a document that is %s, and tells what was not read', async (...one) => {
      const [, how, request, newest] = one;
      const bench = await make();
      await prepare(bench);
      await breakView('stable', bench, how);
      const shown = await bench.operate(request, { dryRun: true });
      const done = await bench.operate(request, { plan: shown.plan });
      expect(movedIn(done)).toEqual(['candidate']);
      expect(await newestIn(bench, 'candidate', 'lab')).toEqual([newest, stays]);
      expect(told(done)).toEqual([['not read', 'stable', undefined]]);
      expect(done.remarks.find(({ view }) => view === 'stable')?.why).toMatch(/stable\/streams\/v1\/.+; .*restore it/);
      expect(shown.remarks).toEqual(done.remarks);
    });

    it.each([
      ['withdraw', withdrawal, ['candidate', 'lab'], stays],
      ['rollback', rollback, ['lab', 'candidate'], back],
    ])('%s in all views leaves it out, and says what does it there once it can be read', async (...one) => {
      const [, request, moved, newest] = one;
      const bench = await make();
      await prepare(bench);
      const putBack = await breakView('stable', bench);
      const done = await bench.operate(inAllViews(request));
      expect([movedIn(done), told(done)]).toEqual([moved, [['not done', 'stable', [markAgain]]]]);
      expect(await newestIn(bench, 'candidate', 'lab')).toEqual([newest, newest]);

      await putBack();
      const again = await bench.operate(inAllViews(withdrawal));
      expect([movedIn(again), told(again)]).toEqual([['stable'], []]);
      expect(again.remarks).toContainEqual(
        expect.objectContaining({ view: 'stable', commands: ['maas-mirror rollback stable noble'] }),
      );
      expect(await newestIn(bench, 'candidate', 'lab', 'stable')).toEqual([newest, newest, stays]);
      expect(await withdrawnEverywhere(bench.press)).toHaveLength(1);
    });

    it('restore in all views leaves it out, and the command that it names does it there', async () => {
      const bench = await make();
      await prepare(bench);
      await bench.operate(inAllViews(withdrawal));
      const putBack = await breakView('stable', bench);
      const done = await bench.operate(restoration);
      const there = `maas-mirror restore stable noble ${bad} --all-views`;
      expect([movedIn(done), told(done)]).toEqual([['lab', 'candidate'], [['not done', 'stable', [there]]]]);
      expect(await withdrawnEverywhere(bench.press)).toHaveLength(1);

      await putBack();
      expect(movedIn(await bench.operate({ ...restoration, view: 'stable' }))).toEqual(['stable']);
      expect(await withdrawnEverywhere(bench.press)).toEqual([]);
    });

    it('restore in all views lifts, later, the mark that it left there, as the refusal of the version says', async () => {
      const bench = await make();
      await prepare(bench);
      await bench.operate(inAllViews(withdrawal));
      const putBack = await breakView('stable', bench);
      await bench.operate(restoration);
      await putBack();
      await expect(bench.operate({ ...promotion, to: 'third' })).rejects.toMatchObject({
        name: 'Withdrawn',
        hint: `restore it first: maas-mirror restore candidate noble ${bad} --all-views`,
      });

      expect(movedIn(await bench.operate(restoration))).toEqual(['stable']);
      expect(await withdrawnEverywhere(bench.press)).toEqual([]);
      expect(movedIn(await bench.operate({ ...promotion, to: 'third' }))).toEqual(['third']);
    });

    it('that breaks before its turn leaves it out, and says what does it there; the others are changed', async () => {
      const bench = await make();
      await prepare(bench);
      beforeLab(bench, () => breakView('stable', bench));
      const done = await bench.operate(inAllViews(rollback));
      expect([movedIn(done), told(done)]).toEqual([['lab', 'candidate'], [['not done', 'stable', [markAgain]]]]);
      expect(await newestIn(bench, 'candidate', 'lab')).toEqual([back, back]);
    });

    it('that has come meanwhile, and is broken, is left out with the same words', async () => {
      const bench = await make();
      await prepare(bench);
      beforeLab(bench, async () => {
        await bench.publish('20261121.083000', words(3), 'new');
        await breakView('new', bench);
      });
      const done = await bench.operate(inAllViews(rollback));
      expect(told(done)).toEqual([['not done', 'new', [markAgain]]]);
      expect(movedIn(done)).toEqual(['lab', 'stable', 'candidate']);
    });

    it('refuses to carry out a plan that had it, and names it, however late it breaks', async () => {
      const bench = await make();
      await prepare(bench);
      const { plan } = await bench.operate(inAllViews(rollback), { dryRun: true });
      const refusal = (more: string) => ({
        name: 'PlanChanged',
        message: expect.stringMatching(new RegExp(`stable cannot be read: .*index lists it; restore it.*${more}$`)),
      });
      const putBack = await breakView('stable', bench);
      await expect(bench.operate(inAllViews(rollback), { plan })).rejects.toMatchObject(refusal(''));
      expect(await newestIn(bench, 'lab')).toEqual([stays]);
      await putBack();
      beforeLab(bench, () => breakView('stable', bench));
      await expect(bench.operate(inAllViews(rollback), { plan })).rejects.toMatchObject(
        refusal('; already changed: lab'),
      );
      expect(await newestIn(bench, 'lab', 'candidate')).toEqual([back, stays]);
    });

    it('only tells of a snapshot that was not read, since it never changes', async () => {
      const bench = await make();
      await prepare(bench);
      await bench.operate({ does: 'snapshot', view: 'stable', name: 'may' });
      await breakView('snapshots/may', bench);
      const done = await bench.operate(inAllViews(rollback));
      expect(told(done)).toEqual([['not read', 'snapshots/may', undefined]]);
      expect(await newestIn(bench, 'candidate', 'stable', 'lab')).toEqual([back, back, back]);
    });

    it('says of one whose deletion has begun only what finishes that', async () => {
      const bench = await make();
      await prepare(bench);
      const closing = { note: { what: 'view' } } as const;
      await changeView('stable', ({ state }) => ({ ...closing, state: { ...state, deleting: true } }), bench.press);
      await breakView('stable', bench);
      const done = await bench.operate(inAllViews(rollback));
      expect([movedIn(done), told(done)]).toEqual([['lab', 'candidate'], []]);
      expect(done.remarks).toContainEqual({
        ...{ about: 'being deleted', view: 'stable', commands: ['maas-mirror view delete stable'] },
      });
    });

    it('refuses to go on if the store fails', async () => {
      const bench = await make();
      await prepare(bench);
      const { mirror } = bench.press;
      const read = mirror.read.bind(mirror);
      mirror.read = async (key) => {
        if (/^stable.*\.sjson$/.test(key) && key !== layout.index('stable'))
          throw new MirrorError('StoreFailed', 'gone');
        return read(key);
      };
      const written = bench.writes.length;
      await expect(bench.operate(withdrawal)).rejects.toMatchObject({ name: 'StoreFailed' });
      expect(bench.writes).toHaveLength(written);
    });
  });

  describe('the deletion of a view that has lost a document', () => {
    const deletion: OperationRequest = { does: 'view-delete', name: 'stable' };

    it.each(['missing', 'changed'])('which is %s, keeps its withdrawals, names and history', async (how) => {
      const bench = await make();
      await prepare(bench);
      await bench.operate({ ...withdrawal, view: 'stable' });
      await breakView('stable', bench, how);
      const done = await bench.operate(deletion);
      expect(movedIn(done)).toEqual(['stable']);
      const { index, head } = await readView('stable', bench.press);
      expect(index).toBeUndefined();
      const last = head.newest?.block.entries.at(-1);
      expect(last).toMatchObject({ number: 4, what: 'view', by: 'anna@ops1', reason: 'tested' });
      expect(await withdrawnEverywhere(bench.press)).toMatchObject([{ view: 'stable', version: bad }]);

      const before = await bench.press.mirror.read(layout.tombstone('stable'));
      expect(before?.bytes.toString()).toContain('anna@ops1');
      await expect(bench.publish(good, words(3), 'stable')).rejects.toMatchObject({
        message: expect.stringMatching(/\[name-(forgotten|reused)\]/),
      });
      await bench.publish('20261121.083000', words(3), 'stable');
      expect(await bench.newestOf('stable')).toEqual(['ga-24.04 20261121.083000 r3 g3']);
    });

    it('is refused if another view is filled from it', async () => {
      const bench = await make();
      await prepare(bench);
      await bench.operate({ does: 'view-set', name: 'lab', promote: { from: 'stable', require: [] } });
      await breakView('stable', bench);
      await expect(bench.operate(deletion)).rejects.toMatchObject({
        message: expect.stringContaining('lab is filled from stable'),
      });
    });
  });
}
