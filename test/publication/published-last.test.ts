import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import { changeView } from '../../lib/publication/change-view';
import { deleteView } from '../../lib/publication/delete-view';
import type { Press } from '../../lib/publication/press';
import { laterPlainIndex } from '../../lib/publication/published-last';
import { readIndex } from '../../lib/publication/read-index';
import { withdrawnEverywhere } from '../../lib/publication/withdrawn-everywhere';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { DirectoryStore } from '../../lib/store/directory/directory';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../fixtures/temporary-folder';
import { MemoryStore } from './made/memory-store';
import { madeVersion, publishing } from './made/small-view';

let [signer, other]: Signer[] = [];
beforeAll(async () => {
  [signer, other] = [await smallSigner(), await smallSigner('another key')];
});
const [index, plain] = [layout.index('candidate'), layout.plainIndex('candidate')];
const signature = layout.plainIndexSignature('candidate');

/** A view in a bucket, as it was before its last change, except for index.json, which is of that one. */
async function restored() {
  if (signer === undefined || other === undefined) throw new Error('no keys');
  const mirror = new MemoryStore();
  const press: Press = { mirror, signer, now: () => new Date('2026-11-20T08:00:00Z') };
  await changeView('candidate', publishing('images', await madeVersion(mirror, 'images', 'first')), press);
  const old = (await mirror.read(index))?.bytes ?? Buffer.alloc(0);
  await changeView('candidate', publishing('images', await madeVersion(mirror, 'images', 'second')), press);
  await mirror.replace(index, old, {});
  return { mirror, press, other, later: async (by: Press) => laterPlainIndex(await readIndex('candidate', by), by) };
}

const again = ({ mirror, press }: { mirror: MemoryStore; press: Press }) =>
  madeVersion(mirror, 'images', 'third').then((version) =>
    changeView('candidate', publishing('images', version), press),
  );

async function loseStateOf(key: string, { mirror }: { mirror: MemoryStore }) {
  const { state = '' } = JSON.parse((await mirror.read(key))?.bytes.toString() ?? '') as { readonly state?: string };
  await mirror.remove(layout.document('candidate', state));
}

describe('an index.json of a later change than index.sjson', () => {
  it('refuses every change, whether it would change anything or not', async () => {
    const made = await restored();
    const before = await made.mirror.read(plain);
    const refusal = {
      name: 'ChecksumMismatch',
      message: `${index} of memory is older than index.json; it was probably restored from a backup`,
      hint: `to keep it, run: maas-mirror repair candidate; to return to what was published last, restore the version of ${index} before this one; then run the command again`,
    };
    await expect(again(made)).rejects.toMatchObject(refusal);
    await expect(changeView('candidate', () => undefined, made.press)).rejects.toMatchObject(refusal);
    await expect(deleteView('candidate', { what: 'view' }, made.press)).rejects.toMatchObject(refusal);
    expect(await made.mirror.read(plain)).toEqual(before);
  });

  it('refuses every change if index.sjson is missing', async () => {
    const made = await restored();
    await made.mirror.remove(index);
    await expect(again(made)).rejects.toMatchObject({
      message: `${index} of memory is missing, but index.json is there`,
      hint: `to return to what was published last, restore the version of ${index} before this one; then run the command again; to go on without it: maas-mirror repair candidate --forget-lost`,
    });
  });

  it('refuses to delete a view if index.sjson is missing, also one that was deleted before', async () => {
    const made = await restored();
    await made.mirror.remove(plain);
    expect(await deleteView('candidate', { what: 'view' }, made.press)).toBe(true);
    await changeView('candidate', publishing('images', await madeVersion(made.mirror, 'images', 'first')), made.press);
    await made.mirror.remove(index);
    const before = await made.mirror.read(plain);
    await expect(deleteView('candidate', { what: 'view' }, made.press)).rejects.toMatchObject({
      message: `${index} of memory is missing, but index.json is there`,
    });
    expect(await made.mirror.read(plain)).toEqual(before);
  });

  it('is believed if the former key has signed it, or if nobody knows the key', async () => {
    const { press, other, later } = await restored();
    const { mirror, signer } = press;
    expect(await later({ ...press, signer: other, former: signer })).toBeDefined();
    expect(await laterPlainIndex(await readIndex('candidate', { mirror }), { mirror })).toBeDefined();
  });

  it('is not believed if another key has signed it, or none has', async () => {
    const { mirror, press, other, later } = await restored();
    const text = (await mirror.read(plain))?.bytes.toString() ?? '';
    await mirror.replace(signature, Buffer.from(await other.detach(text, press.now())), {});
    expect(await later(press)).toBeUndefined();
    await mirror.remove(signature);
    expect(await later(press)).toBeUndefined();
  });

  it('is not believed if it cannot be read: the next change writes it again', async () => {
    const made = await restored();
    await made.mirror.replace(plain, Buffer.from('{}'), {});
    expect(await made.later(made.press)).toBeUndefined();
    expect(await again(made)).toBe(true);
  });

  it('is believed, though its state is lost, if it is not the older one', async () => {
    const made = await restored();
    await loseStateOf(plain, made);
    expect(await made.later(made.press)).toBeDefined();
    await expect(again(made)).rejects.toMatchObject({ name: 'ChecksumMismatch' });
  });

  it('is not believed if its state is lost, and it is the older one: the next change writes it again', async () => {
    const made = await restored();
    await made.mirror.remove(plain);
    await changeView('candidate', () => undefined, made.press);
    const before = await Promise.all([plain, signature].map((key) => made.mirror.read(key)));
    const later = { ...made, press: { ...made.press, now: () => new Date('2026-11-20T09:00:00Z') } };
    await again(later);
    for (const [at, key] of [plain, signature].entries())
      await made.mirror.replace(key, before[at]?.bytes ?? Buffer.alloc(0), {});
    await loseStateOf(plain, made);

    expect(await made.later(made.press)).toBeUndefined();
    expect(await changeView('candidate', () => undefined, later.press)).toBe(false);
    expect(await made.mirror.read(plain)).not.toEqual(before[0]);
  });

  it('does not count if index.sjson has moved since it was read', async () => {
    const { press } = await restored();
    const { tag: _, ...found } = await readIndex('candidate', press);
    expect(await laterPlainIndex({ ...found, tag: 'older' }, press)).toBeUndefined();
  });
});

it('a view whose index.sjson was removed by hand is deleted with all that was decided, in a directory', async () => {
  if (signer === undefined) throw new Error('no key');
  const mirror = new DirectoryStore(folderInMemory());
  const press: Press = { mirror, signer, now: () => new Date('2026-11-20T08:00:00Z') };
  await changeView('candidate', publishing('images', await madeVersion(mirror, 'images', 'first')), press);
  const withdrawal = { id: 'w1', at: '2026-11-20T08:00:00Z', view: 'candidate', release: 'noble', version: '1' };
  const withdrawals = [{ ...withdrawal, architectures: [], flavours: [], parts: [] }];
  await changeView(
    'candidate',
    ({ state }) => ({ state: { ...state, withdrawals }, note: { what: 'withdraw' } }),
    press,
  );
  rmSync(join(mirror.root, index));

  expect(await deleteView('candidate', { what: 'view' }, press)).toBe(true);
  expect(await readIndex('candidate', press)).toMatchObject({ index: undefined });
  expect(await withdrawnEverywhere(press)).toEqual(withdrawals);
});
