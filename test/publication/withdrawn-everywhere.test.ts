import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import { changeView } from '../../lib/publication/change-view';
import type { Withdrawal } from '../../lib/publication/state/withdrawal';
import { withdrawnEverywhere } from '../../lib/publication/withdrawn-everywhere';
import { DirectoryStore } from '../../lib/store/directory/directory';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { allStores } from './made/all-stores';
import { MemoryStore } from './made/memory-store';
import { madeVersion, publishing } from './made/small-view';
import { wrappedStore } from './made/wrapped-store';
import '../fixtures/needs-seconds';

const withdrawal = (id: string, view: string): Withdrawal => ({
  ...{
    id,
    at: '2026-11-20T08:00:00Z',
    view,
    release: 'noble',
    version: '1',
    architectures: [],
    flavours: [],
    parts: [],
  },
});

it('the withdrawals of all views that are not frozen are read without their documents, each once', async () => {
  const signer = await smallSigner();
  const inner = new MemoryStore();
  const press = { mirror: inner, signer, now: () => new Date('2026-11-20T08:00:00Z') };
  const version = await madeVersion(inner, 'images', 'first');
  const views = ['candidate', 'stable', 'snapshots/a', ...Array.from({ length: 8 }, (_, count) => `site-${count}`)];
  for (const view of views) await changeView(view, publishing('images', version), press);
  const marks = { candidate: ['w1', 'all'], stable: ['all'], 'site-7': ['w2'] };
  for (const [view, ids] of Object.entries(marks)) {
    const withdrawals = ids.map((id) => withdrawal(id, view));
    await changeView(view, ({ state }) => ({ state: { ...state, withdrawals }, note: { what: 'withdraw' } }), press);
  }

  const read: string[] = [];
  const mirror = wrappedStore(inner, ({ key }, go) => {
    read.push(key);
    return go();
  });
  const found = await withdrawnEverywhere({ mirror, signer });

  expect(found.map(({ id }) => id).sort()).toEqual(['all', 'w1', 'w2']);
  const decided = views.filter((view) => view !== 'snapshots/a');
  expect(read.filter((key) => key.endsWith('.sjson')).sort()).toEqual(
    decided.flatMap((view) => [layout.index(view), layout.tombstone(view)]).sort(),
  );
  expect(read).toHaveLength(4 * decided.length);
});

it('refuses where the marks of one view cannot be read', async () => {
  const signer = await smallSigner();
  const mirror = new MemoryStore();
  const press = { mirror, signer, now: () => new Date('2026-11-20T08:00:00Z') };
  await changeView('stable', publishing('images', await madeVersion(mirror, 'images', 'first')), press);
  for (const key of mirror.objects.keys()) if (/\/[0-9a-f]{64}\.json$/.test(key)) mirror.objects.delete(key);

  await expect(withdrawnEverywhere(press)).rejects.toMatchObject({ name: 'NoSuchObject' });
});

it.each(
  allStores,
)('an index that was restored, or removed, does not lift what was withdrawn, %s', async (_, makeStore) => {
  const signer = await smallSigner();
  const mirror = await makeStore();
  const press = { mirror, signer, now: () => new Date('2026-11-20T08:00:00Z') };
  const withdraw = (id: string) =>
    changeView(
      'candidate',
      ({ state }) => ({
        state: { ...state, withdrawals: [...state.withdrawals, withdrawal(id, 'candidate')] },
        note: { what: 'withdraw' },
      }),
      press,
    );
  await changeView('candidate', publishing('images', await madeVersion(mirror, 'images', 'first')), press);
  await withdraw('w1');
  const old = (await mirror.read(layout.index('candidate')))?.bytes ?? Buffer.alloc(0);
  await withdraw('w2');
  if (mirror instanceof DirectoryStore) writeFileSync(join(mirror.root, layout.index('candidate')), old);
  else await mirror.replace(layout.index('candidate'), old, {});

  const found = async () => (await withdrawnEverywhere({ mirror, signer })).map(({ id }) => id);
  expect(await found()).toEqual(['w1', 'w2']);

  if (mirror instanceof DirectoryStore) rmSync(join(mirror.root, layout.index('candidate')));
  else await mirror.remove(layout.index('candidate'));
  expect(await found()).toEqual(['w1', 'w2']);
});

it('a mirror without views has none', async () => {
  expect(await withdrawnEverywhere({ mirror: new MemoryStore() })).toEqual([]);
});
