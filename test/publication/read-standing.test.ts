import { beforeAll, expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import { changeView } from '../../lib/publication/change-view';
import { deleteView } from '../../lib/publication/delete-view';
import { readMarks } from '../../lib/publication/read-marks';
import { readStanding } from '../../lib/publication/read-standing';
import type { Withdrawal } from '../../lib/publication/state/withdrawal';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { imageContentId, imageFields, imageId } from '../simplestreams/made-documents';
import { MemoryStore } from './made/memory-store';
import { madeVersion, publishing } from './made/small-view';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const note = { what: 'hold' } as const;
const mark: Withdrawal = {
  ...{ id: 'w1', at: '2026-11-20T08:00:00Z', view: 'other', release: 'noble', version: '1' },
  ...{ architectures: [], flavours: [], parts: [] },
};
const hold = {
  ...{ id: 'h1', since: '2026-11-20T08:00:00Z', release: 'noble', architectures: [], flavours: [] },
};

async function heldMirror() {
  const mirror = new MemoryStore();
  const press = { mirror, signer, now: () => new Date('2026-11-20T08:00:00Z') };
  const [first, second] = [await madeVersion(mirror, 'images', 'first'), await madeVersion(mirror, 'images', 'second')];
  await changeView('candidate', publishing('images', first), press);
  await changeView('other', publishing('images', first), press);
  const entry = { why: 'held', since: '2026-11-20T08:00:00Z', version: second } as const;
  const product = { content_id: imageContentId, fields: imageFields, versions: { '20261121': entry } };
  await changeView(
    'candidate',
    ({ state, shelf }) => ({
      state: { ...state, holds: [hold] },
      shelf: { ...shelf, products: { [imageId]: product } },
      note,
    }),
    press,
  );
  await changeView('other', ({ state }) => ({ state: { ...state, withdrawals: [mark] }, note }), press);
  return { mirror, press };
}

it('a build reads a document with its pending versions, the holds of the view and the marks of all', async () => {
  const { press } = await heldMirror();
  const { document, state, content, withdrawn } = await readStanding('candidate', imageContentId, press);

  expect(Object.keys(document?.products[imageId]?.versions ?? {}).sort()).toEqual(['20261120.000000', '20261121']);
  expect(state.holds).toEqual([hold]);
  expect(Object.keys(content.documents.get(imageContentId)?.products[imageId]?.versions ?? {})).toHaveLength(1);
  expect(withdrawn).toEqual([mark]);
});

it('what was withdrawn in a view that was deleted is still obeyed', async () => {
  const { press } = await heldMirror();
  await deleteView('other', { what: 'view' }, press);

  expect((await readStanding('candidate', imageContentId, press)).withdrawn).toEqual([mark]);
  await changeView('other', publishing('images', await madeVersion(press.mirror, 'images', 'first')), press);
  expect((await readStanding('candidate', imageContentId, press)).withdrawn).toEqual([mark]);
});

it('a list reads what was decided about a view and waits on its shelf, without checking it', async () => {
  const { mirror } = await heldMirror();
  const marks = await readMarks('candidate', { mirror });

  expect(marks?.state.holds).toEqual([hold]);
  expect(Object.keys(marks?.shelf.products[imageId]?.versions ?? {})).toEqual(['20261121']);
});

it.each([
  ['missing', () => undefined],
  ['not ours', () => 'nothing'],
  ['of a newer release', () => '{"format":"view-state:2"}'],
])('a list goes without them where the state is %s', async (_, bytesOf) => {
  const { mirror } = await heldMirror();
  for (const key of mirror.objects.keys()) {
    if (!key.startsWith('candidate/') || !mirror.objects.get(key)?.includes('view-state:1')) continue;
    const bytes = bytesOf();
    if (bytes === undefined) mirror.objects.delete(key);
    else mirror.objects.set(key, Buffer.from(bytes));
  }

  expect(await readMarks('candidate', { mirror })).toBeUndefined();
});

it('a view without an index has none', async () => {
  const { press } = await heldMirror();
  expect(await readMarks('nobody', press)).toBeUndefined();
  await press.mirror.remove(layout.index('candidate'));
  expect(await readMarks('candidate', press)).toBeUndefined();
});
