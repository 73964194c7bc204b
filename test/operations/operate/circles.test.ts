import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OperationRequest } from '../../../lib/job/operations/operation';
import { followAll } from '../../../lib/operations/promotion/follow-all';
import { changeView } from '../../../lib/publication/change-view';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import '../../fixtures/needs-seconds';
import { MemoryStore } from '../../publication/made/memory-store';
import { MadeMirror } from './made-mirror';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const [good, bad] = ['20261120.083000', '20261124.083000'];
const offers = (words: string) => ({ 'ga-24.04': `${words}/${words}` });
const ask = (words: object) => mirror.operate(OperationRequest.parse(words));
const point = (name: string, from: string) => ask({ does: 'view-set', name, select: [{ from }] });
const fromOf = async (view: string) => (await mirror.read(view)).state.source?.select?.map(({ from }) => from);

let mirror: MadeMirror;
/** Two site views, of views that differ. */
beforeEach(async () => {
  mirror = new MadeMirror(new MemoryStore(), signer);
  await mirror.publish('stable', good, { images: { 'ga-24.04': 'good' } });
  await mirror.publish('candidate', good, { images: { 'ga-24.04': 'good' } });
  await mirror.publish('candidate', bad, { images: { 'ga-24.04': 'bad' } });
  mirror.turnClockTo('2026-11-24T10:15:00Z');
  await ask({ does: 'view-create', name: 'one', select: [{ from: 'stable' }] });
  await ask({ does: 'view-create', name: 'other', select: [{ from: 'candidate' }] });
});

/** As two operators made it who did not see each other. */
async function makeCircle(): Promise<void> {
  for (const [view, from] of [['one', 'other'] as const, ['other', 'one'] as const]) {
    const change = { note: { what: 'view' } } as const;
    await changeView(
      view,
      ({ state }) => ({ ...change, state: { ...state, source: { select: [{ from }] } } }),
      mirror.bench,
    );
  }
}

describe('two operators at once', () => {
  it('refuses the later of two sources by which views are made from each other, and undoes it', async () => {
    mirror.around = async ({ method, key }, go) => {
      if (method !== 'replace' || key !== 'one/streams/v1/index.sjson') return go();
      mirror.around = (_, next) => next();
      await point('other', 'one');
      return go();
    };

    await expect(point('one', 'other')).rejects.toMatchObject({
      name: 'BadInput',
      message: 'views cannot be made from each other: one <- other <- one',
      misuse: true,
    });
    expect([await fromOf('one'), await fromOf('other')]).toEqual([['stable'], ['one']]);
    expect(await mirror.newest('one')).toEqual(offers('good'));
    expect((await mirror.history('one')).at(-2)).toMatchObject({
      reason: 'views cannot be made from each other: one <- other <- one',
    });
  });

  it('refuses to create a view from one that was pointed to it meanwhile', async () => {
    mirror.around = async ({ method, key }, go) => {
      if (method !== 'replace' || key !== 'new/streams/v1/index.sjson') return go();
      mirror.around = (_, next) => next();
      const change = { note: { what: 'view' }, source: { select: [{ from: 'new' }] } } as const;
      const { source, note } = change;
      await changeView('one', ({ state }) => ({ note, state: { ...state, source } }), mirror.bench);
      return go();
    };

    await expect(ask({ does: 'view-create', name: 'new', select: [{ from: 'one' }] })).rejects.toMatchObject({
      name: 'BadInput',
    });
    expect((await mirror.read('new')).index).toBeUndefined();
  });
});

/** Points a view to `other`, while that is pointed to it; and does something before the circle is found. */
async function circled(view: string, meanwhile: () => Promise<unknown>): Promise<unknown> {
  mirror.around = async ({ method, key }, go) => {
    if (method !== 'replace' || key !== `${view}/streams/v1/index.sjson`) return go();
    mirror.around = (_, next) => next();
    await point('other', view);
    const done = await go();
    await meanwhile();
    return done;
  };
  return point(view, 'other').then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a source that is undone', () => {
  it('leaves what was decided meanwhile', async () => {
    await circled('one', async () => {
      await ask({ does: 'withdraw', view: 'one', release: 'noble', version: 'newest' });
      await ask({ does: 'hold', view: 'one', release: 'noble' });
    });
    const { state } = await mirror.read('one');
    expect([state.withdrawals.length, state.holds.length, await fromOf('one')]).toEqual([1, 1, ['stable']]);
  });

  it('leaves a source that another operator has set meanwhile', async () => {
    await circled('one', async () => {
      mirror.around = async ({ method, key }, go) => {
        if (method !== 'replace' || key !== 'one/streams/v1/index.sjson') return go();
        mirror.around = (_, next) => next();
        await point('one', 'candidate');
        return go();
      };
    });
    expect(await fromOf('one')).toEqual(['candidate']);
  });

  it('brings bootloaders back under a newer name', async () => {
    await mirror.publish('stable', '20261121.083000', { loader: 'old' });
    await mirror.publish('candidate', '20261125.083000', { loader: 'new' });
    await point('one', 'stable');
    await point('other', 'candidate');
    expect(await mirror.newest('one')).toMatchObject({ pxelinux: 'old' });
    expect(await circled('one', async () => {})).toMatchObject({ name: 'BadInput' });
    expect(await mirror.newest('one')).toEqual({ ...offers('good'), pxelinux: 'old' });
  });

  it('leaves a promoted view with what it offered, and refuses what was withdrawn meanwhile', async () => {
    await ask({ does: 'promote', from: 'stable', to: 'filled' });
    const circle = 'views cannot be made from each other: filled <- other <- filled';
    expect(await circled('filled', async () => {})).toMatchObject({ message: circle });
    expect(await mirror.newest('filled')).toEqual(offers('good'));
    expect((await mirror.read('filled')).state).toMatchObject({ kind: 'promoted' });

    await point('other', 'candidate');
    const withdraw = { does: 'withdraw', view: 'stable', release: 'noble', version: 'newest' };
    expect(await circled('filled', () => ask(withdraw))).toMatchObject({
      name: 'BadInput',
      message: expect.stringMatching(
        /^views cannot .*; filled has its former source again, but does not offer what it did: /,
      ),
      cause: { name: 'Withdrawn' },
    });
    expect((await mirror.read('filled')).state).toMatchObject({ kind: 'promoted' });
  });
});

describe('views that are made from each other', () => {
  beforeEach(makeCircle);

  it('can be pointed elsewhere, and offer what their sources do', async () => {
    await point('one', 'stable');
    expect([await mirror.newest('one'), await mirror.newest('other')]).toEqual([offers('good'), offers('good')]);
  });

  it('do not stop a withdrawal or a rollback', async () => {
    const asked = { view: 'candidate', release: 'noble' };
    const { remarks } = await ask({ does: 'withdraw', ...asked, version: bad });
    expect(remarks.filter(({ about }) => about === 'still offered').map(({ view }) => view)).toEqual([
      'candidate',
      'other',
    ]);
    await ask({ does: 'rollback', ...asked, allViews: true });
    expect(await mirror.newest('candidate')).toEqual(offers('good'));
  });

  it('do not stop a view that is to follow them', async () => {
    await ask({ does: 'view-create', name: 'third', select: [{ from: 'one' }] });
    expect(await mirror.newest('third')).toEqual(offers('good'));
  });

  it('are updated from hour to hour like others', async () => {
    const followed = await followAll(mirror.bench);
    expect(new Map(followed.map(({ view, failure }) => [view, failure]))).toEqual(
      new Map([
        ['one', undefined],
        ['other', undefined],
      ]),
    );
  });
});
