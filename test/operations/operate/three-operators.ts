import fc from 'fast-check';
import { expect } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { OperationRequest } from '../../../lib/job/operations/operation';
import { checkView } from '../../../lib/simplestreams/contract/check-view';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Store } from '../../../lib/store/store';
import { type Turn, Turns } from '../../publication/at-once/turns';
import { MemoryStore } from '../../publication/made/memory-store';
import { lastWordOf, MadeMirror } from './made-mirror';

const [builder, promoter, operator, reader] = ['builder', 'promoter', 'operator', 'reader'] as const;
type Who = typeof builder | typeof promoter | typeof operator;
const turns = fc.array(fc.record({ who: fc.subarray([builder, promoter, operator, reader], { minLength: 1 }) }), {
  maxLength: 120,
});

const views = ['candidate', 'stable'];
const promotion = OperationRequest.parse({ does: 'promote', from: 'candidate', to: 'stable' });
const rollback = OperationRequest.parse({ does: 'rollback', view: 'candidate', release: 'noble', allViews: true });
const images = (words: string) => ({ images: { 'ga-24.04': words, 'hwe-24.04': words } });

/**
 * Publishes, promotes and rolls back in all views at once, in so many orders of the calls of the store, while somebody reads.
 * @throws where the mirror ends as in no order of the three, or a reader saw what MAAS would refuse
 */
export async function operateAtOnce(signer: Signer, rounds: number): Promise<void> {
  const base = await goodAndBad(signer);
  const expected = await Promise.all(orders.map((order) => afterAll(base.copy(), signer, order)));
  const property = fc.asyncProperty(turns, async (given) => {
    const store = base.copy();
    const inTurn = new Turns<Turn>([builder, promoter, operator, reader], given);
    const all = Promise.all(
      ([builder, promoter, operator] as const).map((who) => inTurn.store(who, store, (own) => work(who, own, signer))),
    );
    await Promise.all([all, inTurn.store(reader, store, (own) => watch(own, signer, all))]);
    expect(expected).toContainEqual(await stateOf(store, signer));
  });
  await fc.assert(property, { numRuns: rounds });
}

const orders: readonly (readonly Who[])[] = [
  [builder, promoter, operator],
  [builder, operator, promoter],
  [promoter, builder, operator],
  [promoter, operator, builder],
  [operator, builder, promoter],
  [operator, promoter, builder],
];

/** A good version in both views, and a bad one that only candidate has. */
async function goodAndBad(signer: Signer): Promise<MemoryStore> {
  const store = new MemoryStore();
  const mirror = new MadeMirror(store, signer);
  mirror.turnClockTo('2026-11-23T08:30:00Z');
  await mirror.publish('candidate', '20261123.083000', images('good'));
  await mirror.operate(promotion);
  mirror.turnClockTo('2026-11-24T08:30:00Z');
  await mirror.publish('candidate', '20261124.083000', images('bad'));
  return store;
}

async function afterAll(store: MemoryStore, signer: Signer, order: readonly Who[]) {
  for (const who of order) await work(who, store, signer);
  return stateOf(store, signer);
}

async function work(who: Who, store: Store, signer: Signer): Promise<void> {
  const mirror = new MadeMirror(store, signer);
  mirror.turnClockTo('2026-11-25T08:30:00Z');
  try {
    if (who === builder) await mirror.publish('candidate', '20261125.083000', images('fix'));
    else await mirror.operate(who === promoter ? promotion : rollback);
  } catch (error) {
    if (!(error instanceof MirrorError && ['Withdrawn', 'NoSuchVersion'].includes(error.name))) throw error;
  }
}

/** What is offered, and what is withdrawn, in words. */
async function stateOf(store: Store, signer: Signer) {
  const mirror = new MadeMirror(store, signer);
  const found = views.map(async (view) => {
    const { state } = await mirror.read(view);
    const parts = state.withdrawals.flatMap((mark) => mark.parts);
    const withdrawn = [...new Set(parts.map(({ kernel }) => lastWordOf(kernel)))].sort();
    return { newest: await mirror.newest(view), withdrawn };
  });
  return Promise.all(found);
}

/** Reads the views until the work is over, and once more. */
async function watch(store: Store, signer: Signer, all: Promise<unknown>): Promise<void> {
  const mirror = new MadeMirror(store, signer);
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  all.then(over, over);
  for (let isLast = false; !isLast; ) {
    isLast = isOver;
    for (const view of views) {
      const { documents } = await mirror.read(view);
      const published = new Map([...documents].map(([id, { document }]) => [id, document]));
      expect(checkView(published, { label: view })).toEqual([]);
    }
  }
}
