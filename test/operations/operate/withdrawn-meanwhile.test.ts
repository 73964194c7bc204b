import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { mirror as layout } from '../../../lib/job/layout';
import { OperationRequest } from '../../../lib/job/operations/operation';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Store } from '../../../lib/store/store';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { type Turn, Turns } from '../../publication/at-once/turns';
import { allStores } from '../../publication/made/all-stores';
import { MemoryStore } from '../../publication/made/memory-store';
import { wrappedStore } from '../../publication/made/wrapped-store';
import { MadeMirror } from './made-mirror';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const [monday, tuesday, wednesday] = ['20261123.083000', '20261124.083000', '20261125.083000'];
const images = (words: string) => ({ images: { 'ga-24.04': words, 'hwe-24.04': words } });
const all = (words: string) => ({ 'ga-24.04': `${words}/${words}`, 'hwe-24.04': `${words}/${words}` });
const promote = OperationRequest.parse({ does: 'promote', from: 'candidate', to: 'stable' });
const about = { view: 'candidate', release: 'noble', version: tuesday };
const withdraw = OperationRequest.parse({ does: 'withdraw', ...about });
const restore = OperationRequest.parse({ does: 'restore', ...about });

/** A good version in both views, and a bad one that only candidate has. */
async function goodAndBad(store: Store): Promise<MadeMirror> {
  const mirror = new MadeMirror(store, signer);
  mirror.turnClockTo('2026-11-23T08:30:00Z');
  await mirror.publish('candidate', monday, { ...images('good'), loader: 'good' });
  await mirror.operate(promote);
  mirror.turnClockTo('2026-11-24T08:30:00Z');
  await mirror.publish('candidate', tuesday, { ...images('bad'), loader: 'bad' });
  return mirror;
}

describe.each(allStores)('a version that its source withdraws while another view gets it, %s,', (_, makeStore) => {
  let mirror: MadeMirror;
  beforeEach(async () => {
    mirror = await goodAndBad(await makeStore());
  });

  /** Does something before a view's index is written for the first time from now on. */
  function meanwhile(view: string, what: () => Promise<unknown>): void {
    mirror.around = async ({ method, key }, go) => {
      if (method !== 'replace' || key !== layout.index(view)) return go();
      mirror.around = (_, next) => next();
      await what();
      return go();
    };
  }

  it('is taken back there, without a mark, and is promoted again under a new name once it is restored', async () => {
    meanwhile('stable', () => mirror.operate(withdraw));
    const { views } = await mirror.operate(promote);

    expect(await mirror.newest('stable')).toEqual({ ...all('good'), pxelinux: 'bad' });
    expect(views[0]?.lines.filter(({ does }) => does === 'take back')).toHaveLength(2);
    const { state, shelf } = await mirror.read('stable');
    expect([state.withdrawals, shelf.products]).toEqual([[], {}]);
    expect((await mirror.history('stable')).at(-1)).toMatchObject({
      ...{ what: 'rollback', by: 'anna@ops1', reason: 'withdrawn in candidate meanwhile' },
    });
    await expect(mirror.operate({ ...promote, release: 'noble' } as OperationRequest)).rejects.toMatchObject({
      name: 'Withdrawn',
    });

    await mirror.operate(restore);
    await mirror.operate(promote);
    expect(await mirror.newest('stable')).toEqual({ ...all('bad'), pxelinux: 'bad' });
    const { ledger } = await mirror.read('stable');
    expect(Object.values(ledger.products).map(({ top }) => top > tuesday)).toContain(true);
  });

  it('is taken back also if it is a bootloader, which goes forward', async () => {
    meanwhile('stable', () => mirror.operate({ ...withdraw, release: 'bootloaders' } as OperationRequest));
    await mirror.operate(promote);
    expect(await mirror.newest('stable')).toEqual({ ...all('bad'), pxelinux: 'good' });
  });

  it('is not missed in a view that has nothing else, which is told', async () => {
    meanwhile('lab', () => mirror.operate(withdraw));
    await expect(mirror.operate({ ...promote, to: 'lab', release: 'noble' } as OperationRequest)).rejects.toMatchObject(
      {
        name: 'Withdrawn',
        message: `lab offers noble ${tuesday}, which was withdrawn meanwhile (NIC driver lost), and has nothing to go back to`,
        hint: 'delete the view: maas-mirror view delete lab',
      },
    );
  });

  it('waits on the shelf again if it was pending there', async () => {
    await mirror.operate(promote);
    const scope = { view: 'stable', release: 'noble' };
    await mirror.operate(OperationRequest.parse({ does: 'hold', ...scope, at: monday }));
    meanwhile('stable', () => mirror.operate(withdraw));
    await mirror.operate(OperationRequest.parse({ does: 'unhold', ...scope }));
    expect(await mirror.newest('stable')).toEqual({ ...all('good'), pxelinux: 'bad' });
    const { shelf } = await mirror.read('stable');
    const shelved = Object.values(shelf.products).flatMap(({ versions }) => Object.entries(versions));
    expect(shelved.map(([name, { why }]) => [name, why])).toEqual(Array(2).fill([tuesday, 'withdrawn']));
  });

  it('stays if the view offered it before', async () => {
    await mirror.operate(promote);
    await mirror.publish('candidate', wednesday, { loader: 'fix' });
    meanwhile('stable', () => mirror.operate(withdraw));
    await mirror.operate({ ...promote, release: 'bootloaders' } as OperationRequest);
    expect(await mirror.newest('stable')).toEqual({ ...all('bad'), pxelinux: 'fix' });
  });

  it('stays if the view offered it before, also if it is withdrawn in all views', async () => {
    await mirror.operate(promote);
    await mirror.publish('candidate', wednesday, { loader: 'fix' });
    meanwhile('stable', () => mirror.operate({ ...withdraw, allViews: true } as OperationRequest));
    const { views } = await mirror.operate({ ...promote, release: 'bootloaders' } as OperationRequest);
    expect(await mirror.newest('stable')).toEqual({ ...all('bad'), pxelinux: 'fix' });
    expect(views.flatMap(({ lines }) => lines.map(({ does }) => does))).toEqual(['offer']);
    expect((await mirror.read('stable')).state.withdrawals).toHaveLength(1);
  });

  it('is taken back if it is withdrawn in all views, with the mark of all it was set for', async () => {
    await mirror.publish('candidate', wednesday, { loader: 'fix' });
    meanwhile('stable', async () => {
      mirror.around = (call, go) => (call.key.startsWith('stable/') && call.method === 'create' ? killed() : go());
      await expect(mirror.operate({ ...withdraw, allViews: true } as OperationRequest)).rejects.toThrow('killed');
      mirror.around = (_, next) => next();
    });
    await mirror.operate({ ...promote, release: 'noble' } as OperationRequest);
    expect(await mirror.newest('stable')).toEqual({ ...all('good'), pxelinux: 'good' });
    const [candidate, stable] = [await mirror.read('candidate'), await mirror.read('stable')];
    expect(stable.state.withdrawals).toEqual(candidate.state.withdrawals);
    await mirror.operate({ ...restore, allViews: true } as OperationRequest);
    expect(await mirror.newest('stable')).toEqual({ ...all('bad'), pxelinux: 'good' });
  });
});

async function killed(): Promise<never> {
  throw new MirrorError('StoreFailed', 'killed');
}

/** What happened to the indexes, in order. */
async function bothAtOnce(store: MemoryStore, turns: readonly Turn[]): Promise<string[]> {
  const committed: string[] = [];
  const recorded = wrappedStore(store, async ({ method, key }, go) => {
    const done = await go();
    if (method === 'replace' && key.endsWith('/index.sjson')) committed.push(key);
    return done;
  });
  const inTurn = new Turns<Turn>(['promoter', 'operator'], turns);
  const work = (who: string, asked: OperationRequest) =>
    inTurn.store(who, recorded, async (own) => {
      const mirror = new MadeMirror(own, signer);
      mirror.turnClockTo('2026-11-25T08:30:00Z');
      try {
        await mirror.operate(asked);
      } catch (error) {
        if (!(error instanceof MirrorError && error.name === 'Withdrawn')) throw error;
      }
    });
  await Promise.all([work('promoter', promote), work('operator', withdraw)]);
  return committed;
}

it('whatever the order of the calls of a promotion and a withdrawal, what was withdrawn first is not offered', async () => {
  const base = new MemoryStore();
  await goodAndBad(base);
  const turns = fc.array(fc.record({ who: fc.subarray(['promoter', 'operator'], { minLength: 1 }) }), {
    maxLength: 160,
  });
  await fc.assert(
    fc.asyncProperty(turns, async (given) => {
      const store = base.copy();
      const committed = await bothAtOnce(store, given);
      const [withdrawn, promoted] = ['candidate', 'stable'].map((view) => committed.indexOf(layout.index(view)));
      const newest = await new MadeMirror(store, signer).newest('stable');
      if ((withdrawn ?? 0) < (promoted ?? 0) || promoted === -1) expect(newest).toMatchObject(all('good'));
    }),
    { numRuns: 30 },
  );
});

it('a withdrawal at any one call of a promotion is not missed', async () => {
  const base = new MemoryStore();
  await goodAndBad(base);
  for (let at = 0, isOver = false; !isOver; at++) {
    const mirror = new MadeMirror(base.copy(), signer);
    mirror.turnClockTo('2026-11-25T08:30:00Z');
    let calls = 0;
    let isCommitted = false;
    isOver = true;
    mirror.around = async ({ method, key }, go) => {
      if (calls++ === at) {
        isOver = isCommitted;
        const { around } = mirror;
        mirror.around = (_, next) => next();
        await mirror.operate(withdraw);
        mirror.around = around;
      }
      const done = await go();
      if (method === 'replace' && key === layout.index('stable')) isCommitted = true;
      return done;
    };
    await mirror.operate(promote).catch((error: unknown) => expect(error).toMatchObject({ name: 'Withdrawn' }));
    if (!isOver) expect(await mirror.newest('stable'), `at call ${at}`).toMatchObject(all('good'));
  }
});
