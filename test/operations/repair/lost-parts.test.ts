import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import type { OperationRequest } from '../../../lib/job/operations/operation';
import { operate } from '../../../lib/operations/operate';
import { verifyMirror } from '../../../lib/operations/verify';
import { changeView } from '../../../lib/publication/change-view';
import { showMirror } from '../../../lib/publication/mirror/show-mirror';
import { readTombstone } from '../../../lib/publication/read-state';
import { readView } from '../../../lib/publication/read-view';
import { takeRemains } from '../../../lib/publication/restored/take-remains';
import { withdrawnEverywhere } from '../../../lib/publication/withdrawn-everywhere';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { formatBytes, formatKey } from '../../../lib/store/format';
import { openMirrorDirectory } from '../../../lib/store/open';
import type { Store } from '../../../lib/store/store';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import '../../fixtures/needs-seconds';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { images, type MadeViews, madeViews } from '../../publication/derived/made/made-views';
import { allStores } from '../../publication/made/all-stores';
import { MemoryStore } from '../../publication/made/memory-store';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const scope = { release: 'noble', architectures: [], flavours: [], allViews: false };

/** A view that has published, withdrawn with a rollback, held, and changed its settings. */
async function madeMirror(store: Store): Promise<MadeViews> {
  await store.create(formatKey, formatBytes);
  const views = madeViews(signer, store);
  await views.offer('candidate', images({ '1': 'a', '2': 'b' }));
  await showMirror('candidate', 'noble', views.press);
  views.turnClockTo('2026-11-21T08:00:00Z');
  await asking({ does: 'rollback', view: 'candidate', republish: false, ...scope }, views);
  views.turnClockTo('2026-11-22T08:00:00Z');
  await asking({ does: 'hold', view: 'candidate', release: 'noble', architectures: [], flavours: [] }, views);
  views.turnClockTo('2026-11-23T08:00:00Z');
  await configuring('candidate', views);
  return views;
}

const asking = (operation: OperationRequest, { press }: MadeViews, dryRun = false) =>
  operate({ operation, by: 'anna@ops1', dryRun, tool: '0', needs: [] }, { ...press, log: () => {} });
const repairing = (views: MadeViews, more: object = {}, dryRun = false) =>
  asking({ does: 'repair', upgrade: false, ...more }, views, dryRun);
const configuring = (view: string, { press }: MadeViews) =>
  changeView(view, ({ state }) => ({ state: { ...state, configured: 'f'.repeat(64) }, note: { what: 'view' } }), press);
const rulesOf = async ({ press: { mirror } }: MadeViews) =>
  (await verifyMirror(mirror, { scratch: folderInMemory() })).problems.map(({ rule }) => rule);
const historyOf = async (view: string, { press }: MadeViews) =>
  (await readView(view, press)).head.newest?.block.entries.map(({ number, what }) => `${number} ${what}`);

/** Removes what a view remembers now, or a part of it. */
async function lose(part: 'state' | 'shelf' | 'ledger' | 'history', { press }: MadeViews, meanwhile = async () => {}) {
  const before = await readView('candidate', press);
  const paths = {
    state: (before.index as { readonly state?: string } | undefined)?.state,
    shelf: before.stored?.shelf,
    ledger: before.stored?.ledger,
    history: before.stored?.history?.path,
  };
  const path = paths[part] ?? '';
  expect(path).not.toBe('');
  await meanwhile();
  await press.mirror.remove(layout.document('candidate', path));
  return before;
}

describe.each(allStores)('a view that has lost its state, %s', (_, makeStore) => {
  it('refuses to go on without it, names what to do, and changes nothing', async () => {
    const views = await madeMirror(await makeStore());
    await lose('state', views);
    await expect(withdrawnEverywhere(views.press)).rejects.toMatchObject({ name: 'NoSuchObject' });

    const refusal = {
      name: 'NoSuchObject',
      message: 'candidate has lost: state (missing or changed)',
      hint: expect.stringContaining('maas-mirror repair candidate --forget-lost'),
    };
    await expect(repairing(views)).rejects.toMatchObject(refusal);
    await expect(repairing(views, {}, true)).rejects.toMatchObject(refusal);
    await expect(readView('candidate', views.press)).rejects.toMatchObject({ name: 'NoSuchObject' });
  });

  it('goes on from what the change before the last one wrote', async () => {
    const views = await madeMirror(await makeStore());
    const { state, shelf, ledger } = await lose('state', views);
    const done = await repairing(views, { forgetLost: true });

    expect(done.views).toMatchObject([{ view: 'candidate', lines: [{ does: 'set' }], moved: true }]);
    expect(done.views[0]?.lines[0]?.why).toBe('rebuilt from what is left: state');
    const after = await readView('candidate', views.press);
    const { configured: _lost, ...left } = state;
    expect(after.state).toEqual(left);
    expect(after.state.withdrawals).toHaveLength(1);
    expect([after.shelf, after.ledger]).toEqual([shelf, ledger]);
    expect(await historyOf('candidate', views)).toEqual(['1 publish', '2 rollback', '3 hold', '4 repair']);
    expect(await rulesOf(views)).toEqual([]);
    expect((await withdrawnEverywhere(views.press)).map(({ version }) => version)).toEqual(['2']);
  });
});

it('refuses to give up a state that is lost together with its index, unless that is asked for', async () => {
  const store = await openMirrorDirectory(join(folderInMemory(), 'mirror'), { create: true });
  const views = await madeMirror(store);
  await lose('state', views);
  rmSync(join(store.root, layout.index('candidate')));

  const refusal = { name: 'NoSuchObject', hint: expect.stringContaining('--forget-lost') };
  await expect(repairing(views)).rejects.toMatchObject(refusal);
  await repairing(views, { forgetLost: true });
  expect(await rulesOf(views)).toEqual([]);
});

/** Removes everything below streams/ but the index. */
async function loseAll({ press: { mirror } }: MadeViews, keep = /\/index\./): Promise<void> {
  const keys: string[] = [];
  for await (const key of mirror.list('candidate/streams/v1/')) keys.push(key);
  for (const key of keys.filter((one) => !keep.test(one))) await mirror.remove(key);
}

/** The others can go on once what is lost was given up: nothing is left of the view but its name. */
async function expectEnded(views: MadeViews): Promise<void> {
  expect(await withdrawnEverywhere(views.press)).toEqual([]);
  expect((await readView('candidate', views.press)).index).toBeUndefined();
  expect((await repairing(views)).views).toEqual([]);
  expect(await rulesOf(views)).toEqual([]);
  await views.offer('candidate', images({ '3': 'c' }));
  expect(await historyOf('candidate', views)).toEqual(['1 repair', '2 publish']);
}

const ended = { does: 'set', why: 'deleted, since what it offered is lost, too' };
const lostState = { name: 'NoSuchObject', message: 'candidate has lost: state (missing or changed)' };

describe.each(allStores)('a view that has lost all that its index names, %s', (_, makeStore) => {
  it('keeps the others from going on, as its withdrawals bind them, and says how they can', async () => {
    const views = await madeMirror(await makeStore());
    await views.offer('stable', images({ '1': 'a' }));
    await loseAll(views);
    await expect(withdrawnEverywhere(views.press)).rejects.toMatchObject({
      name: 'NoSuchObject',
      message: expect.stringMatching(/^what is withdrawn in candidate cannot be read: /),
      hint: expect.stringMatching(
        /; to go on without what was withdrawn there: maas-mirror repair candidate --forget-lost$/,
      ),
    });
    await expect(repairing(views, { view: 'candidate' })).rejects.toMatchObject(lostState);
    const asked = { view: 'candidate', forgetLost: true };
    expect((await repairing(views, asked, true)).views).toMatchObject([{ view: 'candidate', lines: [ended] }]);
    await repairing(views, asked);
    await expectEnded(views);
  });

  it('keeps what is left of it, and uses no name again', async () => {
    const views = await madeMirror(await makeStore());
    const { index } = await readView('candidate', views.press);
    const { state = '' } = index as { readonly state?: string };
    await loseAll(views, new RegExp(`^(?!.*${state}).*(/index\\.|[0-9a-f]{64}\\.json$)`));
    await repairing(views, { forgetLost: true });
    expect((await withdrawnEverywhere(views.press)).map(({ version }) => version)).toEqual(['2']);
    await expect(views.offer('candidate', images({ '1': 'z' }))).rejects.toMatchObject({
      message: expect.stringMatching(/\[name-(forgotten|reused)\]/),
    });
  });
});

it('a view whose folder streams/ was removed is not half put back, and can be given up', async () => {
  const store = await openMirrorDirectory(join(folderInMemory(), 'mirror'), { create: true });
  const views = await madeMirror(store);
  await views.offer('stable', images({ '1': 'a' }));
  rmSync(join(store.root, 'candidate/streams'), { recursive: true });
  await expect(repairing(views, { view: 'candidate' })).rejects.toMatchObject(lostState);
  expect(await store.read(layout.index('candidate'))).toBeUndefined();
  const asked = { view: 'candidate', forgetLost: true };
  const missing = { does: 'set', why: 'the index that was published last is put back' };
  expect((await repairing(views, asked, true)).views).toMatchObject([{ view: 'candidate', lines: [missing, ended] }]);
  await repairing(views, asked);
  await expectEnded(views);
});

describe.each(allStores)('a view that has lost its signed index, %s', (_, makeStore) => {
  it.each([
    ['with its state', 'candidate has lost: index, state (missing or changed)', ['1 publish', '2 rollback', '3 hold']],
    ['alone', 'candidate has lost: index (missing or changed)', ['1 publish', '2 rollback', '3 hold', '4 view']],
  ])('%s, is found by its index.json, and can be given up, but for what was withdrawn', async (how, message, history) => {
    const views = await madeMirror(await makeStore());
    await views.offer('stable', images({ '1': 'a' }));
    if (how !== 'alone') await lose('state', views);
    await views.press.mirror.remove(layout.index('candidate'));

    const hint = expect.stringContaining('which deletes the view: maas-mirror repair candidate --forget-lost');
    await expect(repairing(views, { view: 'candidate' })).rejects.toMatchObject({
      name: 'NoSuchObject',
      message,
      hint,
    });
    const publication = views.offer('candidate', images({ '3': 'c' }));
    await expect(publication).rejects.toMatchObject({ hint: expect.stringContaining(' --forget-lost') });
    const asked = { view: 'candidate', forgetLost: true };
    const line = { does: 'set', why: 'deleted, since its index is lost' };
    expect((await repairing(views, asked, true)).views).toMatchObject([{ view: 'candidate', lines: [line] }]);
    await repairing(views, asked);

    expect((await withdrawnEverywhere(views.press)).map(({ version }) => version)).toEqual(['2']);
    expect(await historyOf('candidate', views)).toEqual([...history, `${history.length + 1} repair`]);
    expect((await repairing(views)).views).toEqual([]);
    expect(await rulesOf(views)).toEqual([]);
    await views.offer('candidate', images({ '3': 'c' }));
    await expect(views.offer('candidate', images({ '1': 'z' }))).rejects.toMatchObject({
      message: expect.stringMatching(/\[name-(forgotten|reused)\]/),
    });
  });
});

describe.each(allStores)('a view that was restored without its state, %s', (_, makeStore) => {
  it('refuses to go on from it, and keeps what tells of later decisions', async () => {
    const store = await makeStore();
    const views = await madeMirror(store);
    const [index, plain] = [layout.index('candidate'), layout.plainIndex('candidate')];
    const old = (await store.read(index))?.bytes ?? Buffer.alloc(0);
    await lose('state', views, async () => {
      views.turnClockTo('2026-11-24T08:00:00Z');
      await asking({ does: 'unhold', view: 'candidate', release: 'noble', architectures: [], flavours: [] }, views);
    });
    const later = await store.read(index);
    if (store instanceof DirectoryStore) writeFileSync(join(store.root, index), old);
    else await store.replace(index, old, {});
    const before = await store.read(plain);

    const refusal = {
      name: 'ChecksumMismatch',
      message: `${index} is not what was published last, and has lost files; it was probably restored from a backup`,
      hint: expect.stringMatching(
        /^restore these files, too, which maas-mirror verify names; or, to return to what was published last, /,
      ),
    };
    await expect(repairing(views, { forgetLost: true }, true)).rejects.toMatchObject(refusal);
    await expect(repairing(views)).rejects.toMatchObject(refusal);
    await expect(takeRemains('candidate', { what: 'repair' }, views.press)).rejects.toMatchObject(refusal);
    expect(await store.read(plain)).toEqual(before);

    if (store instanceof DirectoryStore) rmSync(join(store.root, index));
    else await store.replace(index, later?.bytes ?? Buffer.alloc(0), {});
    await repairing(views, { forgetLost: true });
    expect((await readView('candidate', views.press)).state.holds).toEqual([]);
    expect(await rulesOf(views)).toEqual([]);
  });
});

describe('a view that has lost a part of what it remembers', () => {
  it.each(['shelf', 'ledger', 'history'] as const)('goes on without its %s', async (part) => {
    const views = await madeMirror(new MemoryStore());
    const { state } = await lose(part, views);
    await expect(repairing(views)).rejects.toThrow(`candidate has lost: ${part} (missing or changed)`);
    await repairing(views, { forgetLost: true });

    const after = await readView('candidate', views.press);
    expect(after.state).toEqual(state);
    expect(Object.values(after.ledger.products).map(({ top }) => top)).toEqual(['2', '2']);
    expect(Object.keys(after.shelf.products)).toHaveLength(part === 'shelf' ? 0 : 2);
    expect((await historyOf('candidate', views))?.at(-1)).toBe(part === 'history' ? '4 repair' : '5 repair');
    expect(await rulesOf(views)).toEqual([]);
    await repairing(views);
  });

  it('begins again if nothing is left, with the names and dates of its documents, and may be set to follow others', async () => {
    const store = new MemoryStore();
    const views = await madeMirror(store);
    for await (const key of store.list('candidate/streams/v1/')) {
      if ((await store.read(key))?.bytes.includes('"format": "view-')) await store.remove(key);
    }
    await repairing(views, { forgetLost: true });

    const { state, ledger } = await readView('candidate', views.press);
    expect(state).toMatchObject({ kind: 'built', upgraded: true, withdrawals: [], holds: [] });
    expect(Object.values(ledger.products).map(({ top, since }) => [top, Object.values(since)])).toEqual([
      ['1', ['2026-11-23T08:00:00Z']],
      ['1', ['2026-11-23T08:00:00Z']],
    ]);
    expect(await historyOf('candidate', views)).toEqual(['1 repair']);
    expect(await rulesOf(views)).toEqual([]);
  });

  it('does not go on from a change that was never published', async () => {
    const store = new MemoryStore();
    const views = await madeMirror(store);
    const replace: Store['replace'] = async () => {
      throw new Error('killed');
    };
    views.turnClockTo('2026-11-24T08:00:00Z');
    const killed = { ...views.press, mirror: Object.assign(Object.create(store) as Store, { replace }) };
    const change = changeView(
      'candidate',
      ({ state }) => ({ state: { ...state, holds: [] }, note: { what: 'unhold' } }),
      killed,
    );
    await expect(change).rejects.toThrow('killed');
    await lose('state', views);
    await repairing(views, { forgetLost: true });
    expect((await readView('candidate', views.press)).state.holds).toHaveLength(1);
  });

  it('does not keep on its shelf what it offers again', async () => {
    const store = new MemoryStore();
    const views = await madeMirror(store);
    views.turnClockTo('2026-11-24T08:00:00Z');
    await asking({ does: 'unhold', view: 'candidate', release: 'noble', architectures: [], flavours: [] }, views);
    await asking({ does: 'restore', view: 'candidate', version: '2', ...scope }, views);
    const offered = await views.offered('candidate');
    expect(offered).toEqual(images({ '1': 'a', '2': 'b' }));
    await lose('state', views);
    await repairing(views, { forgetLost: true });

    const { shelf } = await readView('candidate', views.press);
    expect(shelf.products).toEqual({});
    expect(await views.offered('candidate')).toEqual(offered);
    expect(await rulesOf(views)).toEqual([]);
  });

  it('can be changed if the repair is killed before index.json follows', async () => {
    const store = new MemoryStore();
    const views = await madeMirror(store);
    await lose('state', views);
    const replace: Store['replace'] = async (key, ...rest) => {
      if (key === layout.plainIndexSignature('candidate')) throw new Error('killed');
      return store.replace(key, ...rest);
    };
    const mirror = Object.assign(Object.create(store) as Store, { replace });
    const killed = { ...views, press: { ...views.press, mirror } };
    await expect(repairing(killed, { forgetLost: true })).rejects.toThrow('killed');

    await configuring('candidate', views);
    expect((await historyOf('candidate', views))?.slice(-2)).toEqual(['4 repair', '5 view']);
    expect(await rulesOf(views)).toEqual([]);
  });

  it('goes on if it was deleted: its withdrawals bind the others, and its names stay', async () => {
    const store = new MemoryStore();
    const views = await madeMirror(store);
    await views.offer('stable', images({ '1': 'a' }));
    await asking({ does: 'view-delete', name: 'candidate' }, views);
    const before = await readView('candidate', views.press);
    const { state = '' } = (await readTombstone('candidate', views.press)) ?? {};
    await store.remove(layout.document('candidate', state));
    await expect(withdrawnEverywhere(views.press)).rejects.toMatchObject({ name: 'NoSuchObject' });

    await expect(repairing(views)).rejects.toThrow('candidate has lost: state (missing or changed)');
    await repairing(views, { view: 'candidate', forgetLost: true });
    expect((await withdrawnEverywhere(views.press)).map(({ version }) => version)).toEqual(['2']);
    const after = await readView('candidate', views.press);
    expect([after.index, after.state]).toEqual([undefined, before.state]);
    expect(Object.values(after.ledger.products).map(({ top }) => top)).toEqual(['2', '2']);
    expect(after.head.newest?.block.entries.at(-1)).toMatchObject({ number: 5, what: 'repair', repaired: 'lost' });
    expect((await repairing(views)).views).toEqual([]);
  });

  it('does not keep other views from being repaired', async () => {
    const views = await madeMirror(new MemoryStore());
    const { mirror } = views.press;
    await views.offer('stable', images({ '1': 'a' }));
    await lose('state', views);
    await mirror.remove(layout.plainIndex('stable'));

    await expect(repairing(views)).rejects.toThrow('candidate has lost: state (missing or changed); repaired: stable');
    expect(await mirror.read(layout.plainIndex('stable'))).toBeDefined();
    await mirror.remove(layout.plainIndex('stable'));
    const { views: shown } = await repairing(views, {}, true);
    expect(shown.map(({ view, lines }) => [view, lines[0]?.does])).toEqual([
      ['candidate', 'leave out'],
      ['stable', 'set'],
    ]);
  });

  it('does not keep views that follow it from being repaired after it, nor hides what to do', async () => {
    const views = await madeMirror(new MemoryStore());
    await asking({ does: 'view-create', name: 'a-site', select: [{ from: 'candidate' }] }, views);
    await lose('state', views);

    await expect(repairing(views)).rejects.toMatchObject({
      name: 'NoSuchObject',
      hint: expect.stringContaining('maas-mirror repair candidate --forget-lost'),
    });
    const { views: done } = await repairing(views, { forgetLost: true });
    expect(done.map(({ view, moved }) => [view, moved])).toEqual([['candidate', true]]);
    expect(await rulesOf(views)).toEqual([]);
  });
});

describe('a view that is lost as a whole, and that others follow', () => {
  const otherSource =
    'choose another source: maas-mirror view set a-site --from VIEW, or delete it: maas-mirror view delete a-site';
  const missing = `it follows candidate, which does not exist, so it is not updated any more: ${otherSource}`;

  /** With the documents. */
  async function lostView(): Promise<MadeViews> {
    const views = await madeMirror(new MemoryStore());
    await views.offer('stable', images({ '1': 'a' }));
    for (const name of ['a-site', 'promoted']) {
      await asking(
        { does: 'view-create', name, select: [{ from: name === 'a-site' ? 'candidate' : 'stable' }] },
        views,
      );
    }
    const { documents } = await lose('state', views);
    for (const { path } of documents.values()) await views.press.mirror.remove(layout.document('candidate', path));
    return views;
  }

  it('names them before it is given up, and what to do then', async () => {
    const views = await lostView();
    const { views: shown } = await repairing(views, { view: 'candidate', forgetLost: true }, true);
    const why = `deleted, since what it offered is lost, too; a-site follows it: then ${otherSource}`;
    expect(shown).toMatchObject([{ view: 'candidate', lines: [{ does: 'set', why }] }]);
  });

  it('does not keep the others from being repaired after it, and is told as long as it is their source', async () => {
    const views = await lostView();
    const { mirror } = views.press;
    await repairing(views, { view: 'candidate', forgetLost: true });
    await mirror.remove(layout.plainIndex('stable'));
    const { views: done, followed } = await repairing(views);
    expect(done.map(({ view, lines, moved }) => [view, lines[0], moved])).toEqual([
      ['a-site', { does: 'leave out', why: missing }, false],
      ['stable', { does: 'set', why: 'index.json follows index.sjson' }, true],
    ]);
    expect(followed.map(({ failure }) => failure)).toEqual([undefined]);
    expect((await repairing(views)).views.map(({ view, moved }) => [view, moved])).toEqual([['a-site', false]]);

    const { problems } = await verifyMirror(mirror, { scratch: folderInMemory() });
    expect(problems).toEqual([{ object: layout.index('a-site'), rule: 'unfollowed', message: missing }]);

    await asking({ does: 'view-set', name: 'a-site', select: [{ from: 'stable' }] }, views);
    expect([(await repairing(views)).views, await rulesOf(views)]).toEqual([[], []]);
  });
});

describe('verify of a mirror with a deleted view', () => {
  const [note, path] = [layout.tombstone('candidate'), 'candidate/streams/v1/'];
  const buried = async () => {
    const views = await madeMirror(new MemoryStore());
    await views.offer('stable', images({ '1': 'a' }));
    await asking({ does: 'view-delete', name: 'candidate' }, views);
    expect(await rulesOf(views)).toEqual([]);
    return views;
  };
  const problemsOf = async ({ press: { mirror } }: MadeViews) =>
    (await verifyMirror(mirror, { scratch: folderInMemory() })).problems;

  it('tells that what was withdrawn there is lost, and how to go on', async () => {
    const views = await buried();
    const { mirror } = views.press;
    for await (const key of mirror.list(path)) if (/[0-9a-f]{64}\.json$/.test(key)) await mirror.remove(key);
    expect(await problemsOf(views)).toMatchObject([
      {
        object: note,
        rule: 'buried',
        message: expect.stringMatching(/go on without it: maas-mirror repair candidate --forget-lost$/),
      },
    ]);
  });

  it('tells that its note was changed, which no command takes for the truth', async () => {
    const views = await buried();
    const options = { contentType: 'text/plain', cacheControl: 'no-cache' };
    await views.press.mirror.replace(note, Buffer.from('{}'), options);
    const [problem] = await problemsOf(views);
    expect(problem).toMatchObject({ object: note, rule: 'buried' });
    expect(problem?.message).toMatch(/no valid signature.*; restore it$/);
  });
});
