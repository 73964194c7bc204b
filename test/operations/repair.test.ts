import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import type { OperationRequest } from '../../lib/job/operations/operation';
import type { OperationOutcome } from '../../lib/job/operations/outcome';
import { operate } from '../../lib/operations/operate';
import { runPromotions } from '../../lib/operations/promotions';
import { verifyMirror } from '../../lib/operations/verify';
import { changeView } from '../../lib/publication/change-view';
import { showMirror } from '../../lib/publication/mirror/show-mirror';
import type { Press } from '../../lib/publication/press';
import { readView } from '../../lib/publication/read-view';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { DirectoryStore } from '../../lib/store/directory/directory';
import { checkFormat, formatBytes, formatKey } from '../../lib/store/format';
import type { Store } from '../../lib/store/store';
import { smallSigner, writeMetadata } from '../fixtures/mirrors/small-mirror';
import '../fixtures/needs-seconds';
import { folderInMemory } from '../fixtures/temporary-folder';
import { images, type MadeViews, madeViews } from '../publication/derived/made/made-views';
import { allStores } from '../publication/made/all-stores';
import { MemoryStore } from '../publication/made/memory-store';
import { recordingStore } from '../publication/made/wrapped-store';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const first = { ...images({ '1': 'a' }), loader: { '1': 'a' } };
const second = { ...images({ '1': 'a', '2': 'b' }), loader: { '1': 'a', '2': 'b' } };
const index = layout.index('candidate');
const [plain, signature] = [layout.plainIndex('candidate'), layout.plainIndexSignature('candidate')];

async function madeMirror(store: Store): Promise<MadeViews> {
  await store.create(formatKey, formatBytes);
  const views = madeViews(signer, store);
  await views.offer('candidate', first);
  await showMirror('candidate', 'noble', views.press);
  return views;
}

/** `old` is its index. */
async function twiceOffered(makeStore: () => Store | Promise<Store>) {
  const store = await makeStore();
  const views = await madeMirror(store);
  await views.offer('candidate', second);
  return { store, views, old: (await store.read(index))?.bytes ?? Buffer.alloc(0) };
}

const asking = (operation: OperationRequest, { press }: MadeViews) =>
  operate({ operation, by: 'anna@ops1', dryRun: false, tool: '0', needs: [] }, { ...press, log: () => {} });
const all = { release: 'noble', architectures: [], flavours: [], allViews: false };
const repairing = (
  press: Press,
  operation: Partial<Extract<OperationRequest, { does: 'repair' }>> = {},
  dryRun = false,
) =>
  operate(
    { operation: { does: 'repair', upgrade: false, ...operation }, by: 'anna@ops1', dryRun, tool: '0', needs: [] },
    { ...press, log: () => {} },
  );
const toldOf = ({ views }: OperationOutcome) =>
  views.map(({ view, lines, moved }) => [view, lines.map(({ why }) => why).join('; '), moved]);
const rulesOf = async ({ press: { mirror } }: MadeViews) =>
  (await verifyMirror(mirror, { scratch: folderInMemory() })).problems.map(({ rule }) => rule);
const historyOf = async (view: string, { press }: MadeViews) =>
  (await readView(view, press)).head.newest?.block.entries.map(({ number, what, repaired }) =>
    [number, what, ...(repaired === undefined ? [] : [repaired])].join(' '),
  );

const restore = async (store: Store, old: Buffer, key = index) => {
  if (store instanceof DirectoryStore) writeFileSync(join(store.root, key), old);
  else await store.replace(key, old, {});
};
/** A change that only the state knows of. */
async function configuring(digit: string, { press }: MadeViews) {
  const configured = digit.repeat(64);
  await changeView('candidate', ({ state }) => ({ state: { ...state, configured }, note: { what: 'view' } }), press);
  return { configured };
}

describe.each(allStores)('repair, %s', (_, makeStore) => {
  it('finds nothing in a mirror that is whole, and writes nothing', async () => {
    const store = await makeStore();
    const views = await madeMirror(store);
    await views.select('lab', [{ from: 'candidate' }], first);
    const { store: mirror, writes } = recordingStore(store);
    expect(toldOf(await repairing({ ...views.press, mirror }))).toEqual([]);
    expect(writes).toEqual([]);
  });

  it.each([
    false,
    true,
  ])('changes nothing of a mirror of a newer release (asked to upgrade it: %s)', async (upgrade) => {
    const store = await makeStore();
    const views = await madeMirror(store);
    const newer = Buffer.from(formatBytes.toString().replace('"withdrawn"', '"withdrawn","quotas"'));
    await store.replace(formatKey, newer, {});
    await store.remove(plain);
    const { store: mirror, writes } = recordingStore(store);

    await expect(repairing({ ...views.press, mirror }, { upgrade })).rejects.toMatchObject({
      name: 'NotSupported',
      message: expect.stringContaining('was changed by a newer release (needs: quotas)'),
    });
    expect(writes).toEqual([]);
  });

  it('lets index.json follow, and selected views, as verify wants it', async () => {
    const store = await makeStore();
    const views = await madeMirror(store);
    await views.select('lab', [{ from: 'candidate' }], first);
    const [old, oldSignature] = [await store.read(plain), await store.read(signature)];
    await changeView(
      'candidate',
      ({ documents }) => ({ documents: new Map([...documents].slice(0, 1)), note: { what: 'remove' } }),
      views.press,
    );
    await store.replace(plain, old?.bytes ?? Buffer.alloc(0), {});
    await store.replace(signature, oldSignature?.bytes ?? Buffer.alloc(0), {});
    expect(await rulesOf(views)).toEqual(['behind', 'unfollowed']);

    const shown = await repairing(views.press, {}, true);
    expect(toldOf(shown)).toEqual([
      ['candidate', 'index.json follows index.sjson', false],
      ['lab', 'it follows candidate', false],
    ]);
    expect(await rulesOf(views)).toEqual(['behind', 'unfollowed']);
    await repairing(views.press);
    expect(await rulesOf(views)).toEqual([]);
    expect(await views.offered('lab')).toEqual(await views.offered('candidate'));
  });

  it('takes a restored index as a rollback: nothing that was decided or remembered is lost', async () => {
    const store = await makeStore();
    const views = await madeMirror(store);
    await views.select('a-lab', [{ from: 'candidate' }], first);
    const old = (await store.read(index))?.bytes ?? Buffer.alloc(0);
    await views.offer('candidate', second);
    const hold = { id: 'h1', since: '2026-11-20T08:00:00Z', release: 'jammy', architectures: [], flavours: [] };
    views.turnClockTo('2026-11-21T08:00:00Z');
    await changeView(
      'candidate',
      ({ state }) => ({ state: { ...state, holds: [hold] }, note: { what: 'hold' } }),
      views.press,
    );
    await restore(store, old);
    views.turnClockTo('2026-11-22T08:00:00Z');

    const { views: repaired, followed } = await repairing(views.press);
    expect(repaired.map(({ view, lines }) => [view, lines[0]?.why])).toEqual([
      ['candidate', 'the restored index is taken as a rollback'],
      ['a-lab', 'it follows candidate'],
    ]);
    expect(followed[0]).toEqual({ view: 'a-lab', moved: true });
    const { state, ledger, documents } = await readView('candidate', views.press);
    expect(state.holds).toEqual([hold]);
    expect(await views.offered('candidate')).toEqual({ ...first, loader: { '2.080000': 'a' } });
    expect(await views.offered('a-lab')).toMatchObject(images({ '1': 'a' }));
    const gone = Object.values(ledger.products).map(({ top, gone }) => [top, Object.keys(gone)]);
    expect(gone.sort()).toEqual([
      ['2', ['2']],
      ['2', ['2']],
      ['2.080000', ['1', '2']],
    ]);
    expect(documents.size).toBe(2);
    expect(await historyOf('candidate', views)).toEqual(['1 publish', '2 publish', '3 hold', '4 repair restored']);
    expect(await rulesOf(views)).toEqual([]);
  });

  it('refuses a restored index that brings back what was withdrawn since, and changes nothing', async () => {
    const { store, views, old } = await twiceOffered(makeStore);
    views.turnClockTo('2026-11-21T08:00:00Z');
    await asking({ does: 'rollback', view: 'candidate', republish: false, ...all }, views);
    await restore(store, old);

    const promotion = { from: 'candidate', to: 'stable', architectures: [], flavours: [], require: [], waived: 'no' };
    await expect(asking({ does: 'promote', ...promotion }, views)).rejects.toMatchObject({ name: 'Withdrawn' });
    expect((await readView('stable', views.press)).index).toBeUndefined();
    await expect(repairing(views.press)).rejects.toThrow(
      expect.objectContaining({
        name: 'Withdrawn',
        message: expect.stringContaining('the restored index of candidate cannot be kept: noble 2 is withdrawn'),
        hint: expect.stringMatching(/^to return to what was published last, .*; then change what was decided$/),
      }),
    );
    expect((await store.read(index))?.bytes.equals(old)).toBe(true);
    if (!(store instanceof DirectoryStore)) return;

    rmSync(join(store.root, index));
    await repairing(views.press);
    expect((await readView('candidate', views.press)).state.withdrawals).toHaveLength(1);
    expect(await rulesOf(views)).toEqual([]);
  });

  it('refuses a restored index that brings back what another view withdrew since', async () => {
    const { store, views, old } = await twiceOffered(makeStore);
    await views.offer('candidate', { ...images({ '1': 'a', '3': 'c' }), loader: { '1': 'a', '3': 'b' } });
    await views.offer('stable', images({ '1': 'a', '2': 'b' }));
    await asking({ does: 'withdraw', view: 'stable', version: '2', ...all }, views);
    await restore(store, old);

    await expect(repairing(views.press)).rejects.toThrow(
      expect.objectContaining({ name: 'Withdrawn', message: expect.stringContaining('noble 2 is withdrawn') }),
    );
    expect((await store.read(index))?.bytes.equals(old)).toBe(true);
  });

  it('does not take the change of a writer whose clock is behind for a restored index', async () => {
    const store = await makeStore();
    const views = await madeMirror(store);
    const [old, oldSignature] = [await store.read(plain), await store.read(signature)];
    views.turnClockTo('2026-11-20T07:00:00Z');
    const { configured } = await configuring('f', views);
    expect((await readView('candidate', views.press)).index?.updated).toBe('Fri, 20 Nov 2026 08:00:00 +0000');
    // Killed before index.json followed.
    await store.replace(plain, old?.bytes ?? Buffer.alloc(0), {});
    await store.replace(signature, oldSignature?.bytes ?? Buffer.alloc(0), {});
    expect(await rulesOf(views)).toEqual(['behind']);

    expect(toldOf(await repairing(views.press))).toEqual([['candidate', 'index.json follows index.sjson', true]]);
    expect((await readView('candidate', views.press)).state.configured).toBe(configured);
    expect(await historyOf('candidate', views)).toEqual(['1 publish', '2 view']);
    expect(await rulesOf(views)).toEqual([]);
  });

  it('is asked for where nothing would be changed, too: a timer would not be told of the restored index otherwise', async () => {
    const store = await makeStore();
    const views = await madeMirror(store);
    const scope = { architectures: [], flavours: [] };
    const promotion = {
      ...{ does: 'promote' as const, from: 'candidate', to: 'stable', require: [], waived: 'made by a test' },
      ...scope,
    };
    await asking(promotion, views);
    const key = layout.index('stable');
    const old = (await store.read(key))?.bytes ?? Buffer.alloc(0);
    await asking({ does: 'hold', view: 'stable', release: 'noble', ...scope }, views);
    await restore(store, old, key);

    const refusal = { name: 'ChecksumMismatch', hint: expect.stringContaining('maas-mirror repair stable') };
    await expect(asking(promotion, views)).rejects.toMatchObject(refusal);
    const operator = { operation: promotion, by: 'anna@ops1', dryRun: true, tool: '0', needs: [] };
    await expect(operate(operator, { ...views.press, log: () => {} })).rejects.toMatchObject(refusal);

    const settings = { name: 'stable', promote: { from: 'candidate', require: [] }, configured: '5'.repeat(64) };
    const { runs } = await runPromotions([settings], { by: 'mirror.yaml' }, { ...views.press, log: () => {} });
    expect(runs.map(({ does, failure }) => [does, failure?.name])).toContainEqual(['promote', 'ChecksumMismatch']);
    expect((await store.read(key))?.bytes.equals(old)).toBe(true);
  });

  it('takes a restored index for one, though the clock of what was published last was behind', async () => {
    const store = await makeStore();
    const views = await madeMirror(store);
    const old = (await store.read(index))?.bytes ?? Buffer.alloc(0);
    views.turnClockTo('2026-11-20T07:00:00Z');
    const { configured } = await configuring('f', views);
    await restore(store, old);
    expect(await rulesOf(views)).toContain('ahead');

    await expect(configuring('e', views)).rejects.toThrow(
      expect.objectContaining({
        name: 'ChecksumMismatch',
        hint: expect.stringContaining('maas-mirror repair candidate'),
      }),
    );
    if (!(store instanceof DirectoryStore))
      await expect(changeView('candidate', () => undefined, views.press)).rejects.toThrow('index.json');
    await repairing(views.press);
    expect((await readView('candidate', views.press)).state.configured).toBe(configured);
    expect(await rulesOf(views)).toEqual([]);
  });

  it('upgrade brings a mirror of an older release to the format of this one, and is done once', async () => {
    const store = await makeStore();
    const made = madeViews(signer, new MemoryStore());
    await made.offer('candidate', first);
    const documents = [...(await readView('candidate', made.press)).documents.values()].map(({ document }) => document);
    const views = madeViews(signer, store);
    await views.offer('other', first);
    await writeMetadata(store, 'candidate', documents, signer, new Date('2026-11-20T05:00:00Z'));
    await store.replace(formatKey, Buffer.from('{"format":1,"tool":"cdk-maas-mirror"}\n'), {});
    const format = async () => (await store.read(formatKey))?.bytes ?? Buffer.alloc(0);

    await expect(repairing(views.press)).rejects.toThrow(
      expect.objectContaining({ name: 'NotSupported', message: `${store.name} has the format of an older release` }),
    );
    expect(toldOf(await repairing(views.press, { upgrade: true }, true))).toEqual([
      ['format.json', 'the format of this release', false],
      ['candidate', 'its first state is written', false],
    ]);
    await expect(async () => checkFormat('it', await format(), { writes: true })).rejects.toThrow();
    await repairing(views.press, { upgrade: true });

    expect((await format()).equals(formatBytes)).toBe(true);
    const { ledger, stored } = await readView('candidate', views.press);
    expect(stored).toMatchObject({ kind: 'built', upgraded: true });
    expect(Object.values(ledger.products).flatMap(({ since }) => Object.values(since))).toEqual(
      Array.from({ length: 3 }, () => '2026-11-20T05:00:00Z'),
    );
    expect(await historyOf('candidate', views)).toEqual(['1 upgrade']);
    expect(toldOf(await repairing(views.press, { upgrade: true }))).toEqual([]);

    await writeMetadata(store, 'late', documents, signer, new Date('2026-11-20T05:00:00Z'));
    await repairing(views.press);
    expect(await historyOf('late', views)).toEqual(['1 repair no state']);
  });
});

describe('repair, in a directory', () => {
  async function directory() {
    const store = new DirectoryStore(folderInMemory());
    return { store, views: await madeMirror(store) };
  }

  it('finishes a change whose writer was killed before the index became visible', async () => {
    const { store, views } = await directory();
    const kept = readFileSync(join(store.root, index));
    const killed = new DirectoryStore(store.root, {
      pause: async (point) => {
        if (point === 'claimed') throw new Error('killed');
      },
    });
    const late = madeViews(signer, killed);
    // Other mutable objects of the change are claimed before the index; only the index is left unfinished.
    await expect(
      changeView(
        'candidate',
        ({ state }) => ({ state: { ...state, configured: 'f'.repeat(64) }, note: { what: 'view' } }),
        late.press,
      ),
    ).rejects.toThrow('killed');
    expect(readFileSync(join(store.root, index)).equals(kept)).toBe(true);
    expect((await store.standing(index)).standing).toBe('unfinished');

    const { views: repaired } = await repairing(views.press);
    expect(repaired[0]?.lines.map(({ why }) => why)).toEqual([
      'an interrupted change is finished',
      'index.json follows index.sjson',
    ]);
    expect((await readView('candidate', views.press)).state.configured).toBe('f'.repeat(64));
    expect(await rulesOf(views)).toEqual([]);
  });

  it('tells a view whose whole streams folder was removed, and changes nothing until it may go on without', async () => {
    const { store, views } = await directory();
    await views.offer('other', first);
    await views.offer('twice', first);
    await views.offer('twice', second);
    for (const view of ['other', 'twice']) rmSync(join(store.root, view, 'streams'), { recursive: true });

    expect(await rulesOf(views)).toEqual(['buried', 'unfinished']);
    for (const view of ['other', 'twice']) {
      for (const dryRun of [true, false]) {
        await expect(repairing(views.press, { view }, dryRun)).rejects.toThrow(`${view} has lost: state`);
      }
      expect(await store.read(layout.index(view))).toBeUndefined();
      await repairing(views.press, { view, forgetLost: true });
    }
    expect(await rulesOf(views)).toEqual([]);
  });

  it('links folders again that cannot be read below a view, and leaves copies of them alone', async () => {
    const { store, views } = await directory();
    rmSync(join(store.root, 'candidate/noble'));
    rmSync(join(store.root, 'candidate/bootloaders'));
    execFileSync('cp', ['-a', join(store.root, 'pool/bootloaders'), join(store.root, 'candidate/bootloaders')]);
    expect(new Set(await rulesOf(views))).toEqual(new Set(['link']));

    expect(toldOf(await repairing(views.press))).toEqual([['candidate', 'noble leads to the pool', true]]);
    expect(await rulesOf(views)).toEqual([]);
  });

  it('takes a whole backup of a view, with its index.json, as a rollback', async () => {
    const { store, views } = await directory();
    const files = [index, plain, signature].map((key) => [key, readFileSync(join(store.root, key))] as const);
    await views.offer('candidate', second);
    for (const [key, bytes] of files) writeFileSync(join(store.root, key), bytes);

    await repairing(views.press);
    expect(await historyOf('candidate', views)).toEqual(['1 publish', '2 publish', '3 repair restored']);
    expect(await rulesOf(views)).toEqual([]);
  });

  it('refuses an index that this tool did not write, and names both ways', async () => {
    const { store, views } = await directory();
    await views.offer('candidate', second);
    const forged = Buffer.from(await signer.clearsign('{"format":"index:1.0"}\n', views.press.now()));
    writeFileSync(join(store.root, index), forged);

    await expect(repairing(views.press)).rejects.toThrow();
    expect(readFileSync(join(store.root, index)).equals(forged)).toBe(true);
  });
});

it('refuses to repair a view that does not exist', async () => {
  const views = await madeMirror(new MemoryStore());
  await expect(repairing(views.press, { view: 'stabel' })).rejects.toThrow(
    expect.objectContaining({ name: 'NoSuchView', message: 'memory has no view "stabel"; it has candidate' }),
  );
});
