import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../../../lib/job/layout';
import { OperationRequest } from '../../../../lib/job/operations/operation';
import { changesOf } from '../../../../lib/operations/changes';
import { historyOf } from '../../../../lib/operations/history';
import { listViews } from '../../../../lib/operations/list';
import { verifyMirror } from '../../../../lib/operations/verify';
import { followViews } from '../../../../lib/publication/derived/follow-views';
import { showKeyrings } from '../../../../lib/publication/mirror/keyring';
import type { Signer } from '../../../../lib/simplestreams/openpgp/signer';
import { formatBytes, formatKey } from '../../../../lib/store/format';
import { smallSigner } from '../../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../../fixtures/temporary-folder';
import { MemoryStore } from '../../../publication/made/memory-store';
import { MadeMirror } from '../made-mirror';
import { countedWork, totalOf } from './counted-work';
import '../../../fixtures/needs-minutes';

/** Products of a view: few, and twice as many. */
const [few, many] = [24, 48];
const [older, newest, fix] = ['20261120.083000', '20261124.083000', '20261125.083000'];
const asked = { view: 'candidate', release: 'noble' };
const index = layout.index('candidate');

let signer: Signer;
const mirrors = new Map<number, MemoryStore>();
beforeAll(async () => {
  signer = await smallSigner();
  for (const products of [few, many]) mirrors.set(products, await madeMirror(products));
});

const offering = (products: number, word: string) => {
  const flavours = Array.from({ length: products }, (_, at) => `f-${String(at).padStart(3, '0')}`);
  return { images: Object.fromEntries(flavours.map((flavour) => [flavour, word])), loader: word };
};

/** A view that is built, one that was filled from it before its newest version came, and one that follows it. */
async function madeMirror(products: number): Promise<MemoryStore> {
  const store = new MemoryStore();
  await store.create(formatKey, formatBytes);
  await showKeyrings({ mirror: store, signer });
  const mirror = new MadeMirror(store, signer);
  await mirror.publish('candidate', older, offering(products, 'good'));
  await asking({ does: 'promote', from: 'candidate', to: 'stable' })(mirror);
  await asking({ does: 'view-create', name: 'lab', select: [{ from: 'candidate' }] })(mirror);
  await store.create('backup', (await store.read(index))?.bytes ?? Buffer.alloc(0));
  mirror.turnClockTo('2026-11-24T08:30:00Z');
  await mirror.publish('candidate', newest, offering(products, 'bad'));
  await followViews('candidate', mirror.bench);
  return store;
}

type Step = (mirror: MadeMirror, products: number) => Promise<unknown>;

const asking =
  (words: object) =>
  (mirror: MadeMirror): Promise<unknown> =>
    mirror.operate(OperationRequest.parse(words));
const promote = asking({ does: 'promote', from: 'candidate', to: 'stable' });
const withdraw = asking({ does: 'withdraw', ...asked, version: newest, allViews: true });
const hold = asking({ does: 'hold', ...asked, at: older });

/** What is counted, and what was done before it. */
const works: Readonly<Record<string, readonly [work: Step, ...before: Step[]]>> = {
  publish: [
    async (mirror, products) => {
      await mirror.publish('candidate', fix, offering(products, 'fix'));
      await followViews('candidate', mirror.bench);
    },
  ],
  promote: [promote],
  attest: [asking({ does: 'attest', ...asked, version: newest, check: 'hw-lab', passed: true })],
  'withdraw --all-views': [withdraw, promote],
  'withdraw of what has nothing before it': [asking({ does: 'withdraw', ...asked, version: older })],
  'restore --all-views': [
    asking({ does: 'restore', ...asked, version: newest, allViews: true }),
    ...[promote, asking({ does: 'rollback', ...asked, allViews: true })],
  ],
  'rollback --all-views': [asking({ does: 'rollback', ...asked, allViews: true }), promote],
  'rollback --republish': [asking({ does: 'rollback', ...asked, republish: true })],
  hold: [hold],
  unhold: [asking({ does: 'unhold', ...asked }), hold],
  remove: [asking({ does: 'remove', ...asked, version: older })],
  snapshot: [asking({ does: 'snapshot', view: 'candidate', name: 'before' })],
  'view create': [asking({ does: 'view-create', name: 'new', select: [{ from: 'candidate' }] })],
  'view set': [asking({ does: 'view-set', name: 'lab', select: [{ from: 'stable' }] })],
  'view delete': [asking({ does: 'view-delete', name: 'lab' })],
  repair: [
    asking({ does: 'repair' }),
    async ({ store }) => store.replace(index, (await store.read('backup'))?.bytes ?? Buffer.alloc(0), {}),
  ],
  list: [({ bench }) => listViews(bench.mirror)],
  history: [({ bench }) => historyOf(bench.mirror, 'candidate', 100)],
  changes: [({ bench }) => changesOf(bench.mirror, 'candidate', {})],
  verify: [
    async ({ bench }) => {
      const { problems } = await verifyMirror(bench.mirror, { scratch: temporaryFolder() });
      expect(problems).toEqual([]);
    },
  ],
};

/** Calls of the store, and what runs, on a mirror with so many products. */
async function costOf(products: number, [work, ...before]: readonly [Step, ...Step[]]) {
  const mirror = new MadeMirror(mirrors.get(products)?.copy() ?? new MemoryStore(), signer);
  mirror.turnClockTo('2026-11-25T08:30:00Z');
  for (const step of before) await step(mirror, products);
  let calls = 0;
  mirror.around = (_, go) => {
    calls += 1;
    return go();
  };
  return { counts: await countedWork(() => work(mirror, products)), calls };
}

describe('twice as many products', () => {
  it.each(Object.entries(works))('cost %s at most 2.3 times as much', async (_, steps) => {
    const [one, twice] = [await costOf(few, steps), await costOf(many, steps)];

    expect(twice.calls / one.calls).toBeLessThan(2.3);
    expect(totalOf(one.counts)).toBeGreaterThan(100);
    expect(totalOf(twice.counts) / totalOf(one.counts)).toBeLessThan(2.3);
    // What is quadratic may still be a small part of it: it is called four times as often. Sorting is a little more than linear.
    const steep = [...twice.counts].filter(([where, count]) => count > 3 * (one.counts.get(where) ?? 0) + 2 * many);
    expect(steep).toEqual([]);
  });
});
