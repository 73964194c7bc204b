import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import type { OperationRequest } from '../../../lib/job/operations/operation';
import { type OperateBench, operate } from '../../../lib/operations/operate';
import { verifyMirror } from '../../../lib/operations/verify';
import { showMirror } from '../../../lib/publication/mirror/show-mirror';
import { readIndex } from '../../../lib/publication/read-index';
import { readTombstone } from '../../../lib/publication/read-state';
import { withdrawnEverywhere } from '../../../lib/publication/withdrawn-everywhere';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { formatBytes, formatKey } from '../../../lib/store/format';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { allStores } from '../../publication/made/all-stores';
import { MemoryStore } from '../../publication/made/memory-store';
import { recordingStore } from '../../publication/made/wrapped-store';
import { MadeMirror } from '../operate/made-mirror';
import { putByHand } from './put-by-hand';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const [monday, tuesday] = ['20261123.083000', '20261124.083000'];
const images = (words: string) => ({ images: { 'ga-24.04': words } });
const promote = (to: string): OperationRequest => ({
  ...{ does: 'promote', from: 'candidate', to, architectures: [], flavours: [], require: [] },
});
const about = { release: 'noble', version: 'newest', architectures: [], flavours: [], allViews: false };
const withdraw: OperationRequest = { does: 'withdraw', view: 'pilot', ...about };
const remove: OperationRequest = { does: 'view-delete', name: 'pilot' };
const repair: OperationRequest = { does: 'repair', upgrade: false };
const indexes = [layout.index, layout.plainIndex, layout.plainIndexSignature].map((key) => key('pilot'));

let mirror: MadeMirror;
let bench: OperateBench;
const ask = (operation: OperationRequest) =>
  operate({ operation, by: 'anna@ops1', dryRun: false, tool: '0', needs: [] }, bench);
const made = async (store: MadeMirror['store']) => {
  await store.create(formatKey, formatBytes);
  mirror = new MadeMirror(store, signer);
  bench = { ...mirror.bench, mirror: store };
  await mirror.publish('candidate', monday, images('good'));
  await mirror.publish('candidate', tuesday, images('bad'));
  await showMirror('candidate', 'noble', mirror.bench);
  await ask(promote('pilot'));
};
const marks = async () => (await withdrawnEverywhere(bench)).map(({ view }) => view);
const problems = async () =>
  (await verifyMirror(mirror.store, { scratch: folderInMemory(), objects: false })).problems.map(
    ({ object, rule, message }) => `${object} ${rule}: ${message}`,
  );
const copied = async (keys: readonly string[]) => {
  const copies: [string, Buffer][] = [];
  for (const key of keys) copies.push([key, (await mirror.store.read(key))?.bytes ?? Buffer.of()]);
  return async () => {
    for (const [key, bytes] of copies) await putByHand(mirror.store, key, bytes);
  };
};

describe.each(allStores)('the index of a deleted view that is put back by hand, %s,', (_, makeStore) => {
  beforeEach(async () => made(await makeStore()));

  it.each([
    ['index.sjson', indexes.slice(0, 1)],
    ['all indexes', indexes],
  ])('lifts no withdrawal, is reported, and is removed by repair: %s', async (_files, keys) => {
    const putBack = await copied(keys);
    await ask(withdraw);
    await ask(remove);
    await putBack();

    expect(await marks()).toEqual(['pilot']);
    await expect(ask(promote('stable'))).rejects.toMatchObject({ name: 'Withdrawn' });
    await expect(ask(withdraw)).rejects.toMatchObject({
      name: 'ChecksumMismatch',
      hint: 'to remove it again, run: maas-mirror repair pilot; then run the command again',
    });
    expect((await problems()).filter((one) => one.startsWith(layout.index('pilot')))).toEqual([
      'pilot/streams/v1/index.sjson put-back: pilot was deleted, and this index was put back by hand; what was withdrawn there still applies, and nothing is published to the view; to remove the index again, run: maas-mirror repair pilot',
    ]);

    const { views } = await ask(repair);

    const why = 'the view was deleted: the index that was put back is removed again';
    expect(views).toMatchObject([{ view: 'pilot', moved: true, lines: [{ does: 'set', why }] }]);
    expect((await readIndex('pilot', bench)).index).toBeUndefined();
    expect(await problems()).toEqual([]);
    expect((await ask(repair)).views).toEqual([]);
    expect(await marks()).toEqual(['pilot']);
    await expect(ask(promote('stable'))).rejects.toMatchObject({ name: 'Withdrawn' });
  });

  it('can be deleted again, which keeps what was decided', async () => {
    const putBack = await copied(indexes.slice(0, 1));
    await ask(withdraw);
    await ask(remove);
    await putBack();

    await ask(remove);

    expect((await readIndex('pilot', bench)).index).toBeUndefined();
    expect(await marks()).toEqual(['pilot']);
    expect(await problems()).toEqual([]);
  });

  it('is one of an earlier life, too', async () => {
    await ask(remove);
    await ask(promote('pilot'));
    const putBack = await copied(indexes);
    await ask(withdraw);
    await ask(remove);
    await putBack();

    expect(await marks()).toEqual(['pilot']);
    await ask(repair);
    expect((await readIndex('pilot', bench)).index).toBeUndefined();
    expect(await problems()).toEqual([]);
  });

  it('is not that of a view that was created again', async () => {
    await ask(withdraw);
    await ask(remove);
    await ask({ does: 'restore', view: 'pilot', ...about, version: tuesday });
    await ask(promote('pilot'));

    expect(await marks()).toEqual([]);
    expect(await problems()).toEqual([]);
    expect((await ask(repair)).views).toEqual([]);
    await ask(withdraw);
    expect(await marks()).toEqual(['pilot']);
  });
});

it('is not that of a view that was created again and has lost its history, once it goes on without that', async () => {
  await made(new MemoryStore());
  await ask(withdraw);
  await ask(remove);
  await ask({ does: 'restore', view: 'pilot', ...about, version: tuesday });
  mirror.turnClockTo('2026-11-25T08:30:00Z');
  await ask(promote('pilot'));
  const kept = (await readTombstone('pilot', bench))?.state ?? '';
  for await (const key of mirror.store.list('pilot/streams/v1/')) {
    const text = (await mirror.store.read(key))?.bytes.toString() ?? '';
    const isLost = text.includes('view-history:1') || (text.includes('view-state:1') && !key.endsWith(kept));
    if (isLost) await mirror.store.remove(key);
  }

  const { store, writes } = recordingStore(mirror.store);
  await operate(
    { operation: { ...repair, forgetLost: true }, by: 'anna@ops1', dryRun: false, tool: '0', needs: [] },
    { ...bench, mirror: store },
  );

  expect(await problems()).toEqual([]);
  expect((await readIndex('pilot', bench)).index).toBeDefined();
  // The function of a stack may remove only indexes.
  const removed = writes.filter((write) => write.startsWith('remove '));
  expect(removed).toEqual([`remove ${layout.plainIndex('pilot')}`]);
  await ask(withdraw);
});

describe('what is left of a deleted view in a directory', () => {
  const note = layout.tombstone('pilot');
  beforeEach(() => made(new DirectoryStore(folderInMemory())));

  it('binds as it was written last, if an older one is put back; verify reports that, and repair mends it', async () => {
    await ask(remove);
    const putBack = await copied([note]);
    await ask(promote('pilot'));
    await ask(withdraw);
    await ask(remove);
    const newest = (await mirror.store.read(note))?.bytes;
    await putBack();

    expect(await marks()).toEqual(['pilot']);
    await expect(ask(promote('stable'))).rejects.toMatchObject({ name: 'Withdrawn' });
    expect(await problems()).toEqual([
      'pilot/streams/v1/deleted.sjson restored: it is older than what this tool wrote last and looks restored from a backup. Nothing is published on top of it until you decide: to return to what was written last, run: maas-mirror repair pilot',
    ]);

    await ask(repair);

    expect((await mirror.store.read(note))?.bytes).toEqual(newest);
    expect(await problems()).toEqual([]);
    expect(await marks()).toEqual(['pilot']);
  });

  it('binds if it is removed by hand; verify reports that, and repair puts it back', async () => {
    await ask(remove);
    await ask(promote('pilot'));
    await ask(withdraw);
    await ask(remove);
    const newest = (await mirror.store.read(note))?.bytes;
    await putByHand(mirror.store, note, undefined);

    expect(await marks()).toEqual(['pilot']);
    expect(await problems()).toEqual([
      'pilot/streams/v1/deleted.sjson missing: something removed it; what was withdrawn in the deleted view still applies here; to return to what was written last, run: maas-mirror repair pilot',
    ]);

    await ask(repair);

    expect((await mirror.store.read(note))?.bytes).toEqual(newest);
    expect(await problems()).toEqual([]);
  });
});
