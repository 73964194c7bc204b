import { beforeAll, describe, expect, it } from 'vitest';
import type { MirrorError } from '../../lib/errors';
import { mirror as layout } from '../../lib/job/layout';
import { listMirror } from '../../lib/operations/list';
import { type Change, changeView } from '../../lib/publication/change-view';
import type { Press } from '../../lib/publication/press';
import { readProducts, readView } from '../../lib/publication/read-view';
import { signView } from '../../lib/publication/sign-view';
import { isStatePath, type ViewState } from '../../lib/publication/view-state';
import { rfc2822, writeJson } from '../../lib/simplestreams/json';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { splitClearsigned } from '../../lib/simplestreams/openpgp/split-clearsigned';
import type { Index } from '../../lib/simplestreams/types';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { imageContentId } from '../simplestreams/made-documents';
import { MemoryStore } from './made/memory-store';
import { madeVersion, publishing } from './made/small-view';
import { recordingStore } from './made/wrapped-store';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const at = new Date('2026-11-21T00:00:00Z');
const view = 'candidate';

/** A view with one image, in memory. */
async function madeView(): Promise<Press & { readonly mirror: MemoryStore }> {
  const mirror = new MemoryStore();
  const press = { mirror, signer, now: () => at };
  await changeView(view, publishing('images', await madeVersion(mirror, 'images', 'first')), press);
  return press;
}

async function indexOf({ mirror }: Press): Promise<Index & { readonly state?: unknown }> {
  const found = await mirror.read(layout.index(view));
  return JSON.parse(splitClearsigned(found?.bytes ?? Buffer.alloc(0)).text);
}

async function writeIndex({ mirror }: Press, index: object): Promise<void> {
  const signed = await signer.clearsign(writeJson(index), at);
  await mirror.replace(layout.index(view), Buffer.from(signed), {});
}

const becoming =
  (state: ViewState): Change =>
  () => ({ state });

describe('the state of a view', () => {
  it('is empty, and nothing of it is written, where no change has made one', async () => {
    const press = await madeView();
    expect((await readView(view, press)).state).toEqual({});
    expect(await indexOf(press)).not.toHaveProperty('state');
  });

  it('is named by the index by its digest, and is there for the next change, which may leave it alone', async () => {
    const press = await madeView();
    expect(await changeView(view, becoming({ held: { noble: 'until Monday' } }), press)).toBe(true);

    const { state } = await indexOf(press);
    expect(state).toMatch(/^streams\/v1\/[0-9a-f]{64}\.json$/);
    let seen: ViewState = {};
    const version = await madeVersion(press.mirror, 'loaders', 'second');
    await changeView(
      view,
      (content, time) => {
        seen = content.state;
        return publishing('loaders', version)(content, time);
      },
      press,
    );
    expect(seen).toEqual({ held: { noble: 'until Monday' } });
    expect((await indexOf(press)).state).toBe(state);
    expect((await readView(view, press)).state).toEqual(seen);
  });

  it('is written before the index, and not again where it stays', async () => {
    const press = await madeView();
    const { store, writes } = recordingStore(press.mirror);
    await changeView(view, becoming({ held: {} }), { ...press, mirror: store });
    const { state } = await indexOf(press);
    expect(writes.slice(0, 2)).toEqual([`create ${view}/${state}`, `replace ${layout.index(view)}`]);

    const before = writes.length;
    expect(await changeView(view, becoming({ held: {} }), { ...press, mirror: store })).toBe(false);
    expect(writes.slice(before)).toEqual([]);
  });

  it('stays the very document that it is where a change is of something else, however it was written', async () => {
    const press = await madeView();
    const text = '{"held":{},"of a newer release":[1]}';
    const path = `streams/v1/${await sha256In(press.mirror, text)}.json`;
    press.mirror.objects.set(`${view}/${path}`, Buffer.from(text));
    await writeIndex(press, { ...(await indexOf(press)), state: path });
    const { store, writes } = recordingStore(press.mirror);
    const version = await madeVersion(press.mirror, 'loaders', 'second');

    await changeView(view, publishing('loaders', version), { ...press, mirror: store });

    expect((await indexOf(press)).state).toBe(path);
    expect(writes.filter((write) => write.startsWith('create'))).toHaveLength(4); // two documents, and no state
  });

  it('goes out of the index when it is empty again', async () => {
    const press = await madeView();
    await changeView(view, becoming({ held: {} }), press);
    expect(await changeView(view, becoming({}), press)).toBe(true);
    expect(await indexOf(press)).not.toHaveProperty('state');
  });

  it('is handed on as it is where another key signs the view', async () => {
    const press = await madeView();
    await changeView(view, becoming({ held: {} }), press);
    const { state } = await indexOf(press);
    const next = { ...press, signer: await smallSigner('next') };
    await signView(view, { ...next, former: signer });
    expect((await indexOf(press)).state).toBe(state);
    expect((await readView(view, next)).state).toEqual({ held: {} });
  });

  it.each<[string, (press: Press & { mirror: MemoryStore }) => Promise<void>]>([
    ['is of another form', async (press) => writeIndex(press, { ...(await indexOf(press)), state: { of: 'later' } })],
    ['is missing', async (press) => press.mirror.remove(`${view}/${(await indexOf(press)).state}`)],
    [
      'was changed',
      async (press) => void press.mirror.objects.set(`${view}/${(await indexOf(press)).state}`, Buffer.from('[')),
    ],
  ])('is nothing to those who only read, also where it %s', async (_, harm) => {
    const press = await madeView();
    await changeView(view, becoming({ held: {} }), press);
    await harm(press);
    const { mirror } = press;

    expect(await readView(view, { mirror, unchecked: true })).toMatchObject({ state: {} });
    expect(await listMirror(mirror)).toHaveLength(1);
    expect(await readProducts(view, imageContentId, press)).toMatchObject({ content_id: imageContentId });
    expect(await readProducts(view, imageContentId, { mirror })).toMatchObject({ content_id: imageContentId });
    await expect(readView(view, press)).rejects.toThrow();
  });

  it('refuses to change a view that names its state in another way', async () => {
    const press = await madeView();
    for (const state of [{ sha256: 'a' }, 'streams/v2/state.json', '../state.json']) {
      await writeIndex(press, { ...(await indexOf(press)), state });
      await expect(changeView(view, becoming({}), press)).rejects.toMatchObject({
        name: 'NotSupported',
        message: `candidate/streams/v1/index.sjson refers to a view state in an unknown format: ${JSON.stringify(state)}`,
        hint: 'a newer release has written it; use that release for this mirror',
      });
    }
  });

  it.each([
    ['is missing', undefined, 'NoSuchObject'],
    ['was changed', '{ "held": {}, "more": 1 }', 'ChecksumMismatch'],
  ])('refuses to change a view whose state %s', async (_, text, name) => {
    const press = await madeView();
    await changeView(view, becoming({ held: {} }), press);
    const key = `${view}/${(await indexOf(press)).state}`;
    if (text === undefined) await press.mirror.remove(key);
    else press.mirror.objects.set(key, Buffer.from(text));
    await expect(changeView(view, becoming({}), press)).rejects.toMatchObject({ name });
  });

  it.each([
    ['[]\n', 'expected a JSON object'],
    ['{"a": 1, "a": 2}\n', expect.stringMatching(/"a"/)],
    ['null\n', 'expected a JSON object'],
    ['"words"\n', 'expected a JSON object'],
  ])('refuses a state that is %j', async (text, why) => {
    const press = await madeView();
    await changeView(view, becoming({ held: {} }), press);
    const name = `streams/v1/${await sha256In(press.mirror, text)}.json`;
    press.mirror.objects.set(`${view}/${name}`, Buffer.from(text));
    await writeIndex(press, { ...(await indexOf(press)), state: name });
    const refused = (await readView(view, press).catch((error: unknown) => error)) as MirrorError;
    expect(refused).toMatchObject({ name: 'BadFormat' });
    const [where, said] = refused.message.split(' is not a valid view state: ');
    expect([where, said]).toEqual([`candidate/${name}`, why]);
    expect(refused.cause !== undefined).toBe(why !== 'expected a JSON object');
  });
});

async function sha256In(mirror: MemoryStore, text: string): Promise<string> {
  const { sha256 } = await mirror.create('measured', Buffer.from(text));
  await mirror.remove('measured');
  return sha256;
}

it.each([
  [`streams/v1/${'0a'.repeat(32)}.json`, true],
  [`streams/v1/${'0a'.repeat(32)}.jsonx`, false],
  [`x/streams/v1/${'0a'.repeat(32)}.json`, false],
  [`streams/v1/${'0a'.repeat(31)}.json`, false],
  [`streams/v1/${'0A'.repeat(32)}.json`, false],
  [`streams/v1/${'0a'.repeat(32)}/json`, false],
  [7, false],
])('a state may be named as %j: %s', (state, known) => {
  expect(isStatePath(state)).toBe(known);
});

describe('a change', () => {
  it('writes nothing where it says what the view says already, be it by other objects and another date', async () => {
    const press = await madeView();
    const { store, writes } = recordingStore(press.mirror);
    const same: Change = ({ documents, state }) => ({
      documents: new Map(
        [...documents].map(([id, one]) => [id, { ...structuredClone(one), updated: rfc2822(new Date(0)) }]),
      ),
      state: { ...state },
    });
    for (const change of [same, () => undefined, () => ({})] satisfies Change[]) {
      expect(await changeView(view, change, { ...press, mirror: store })).toBe(false);
    }
    expect(writes).toEqual([]);
  });

  it('dates all documents, and keeps what it does not know', async () => {
    const press = await madeView();
    const later: Change = ({ documents }) => ({
      documents: new Map([...documents].map(([id, one]) => [id, { ...one, later: { kept: true } } as typeof one])),
    });
    await changeView(view, later, press);
    await writeIndex(press, { ...(await indexOf(press)), later: 'kept' });
    const { store, writes } = recordingStore(press.mirror);
    const version = await madeVersion(press.mirror, 'loaders', 'second');
    const now = () => new Date('2026-11-22T00:00:00Z');

    await changeView(view, publishing('loaders', version), { ...press, mirror: store, now });

    expect(writes.filter((write) => write.startsWith('create'))).toHaveLength(4);
    const index = await indexOf(press);
    expect(index).toMatchObject({ later: 'kept', updated: rfc2822(now()) });
    const dates = Object.values(index.index).map(({ updated }) => updated);
    expect(dates).toEqual([rfc2822(now()), rfc2822(now())]);
    expect([...(await readView(view, press)).documents.values()].map(({ document }) => document)).toContainEqual(
      expect.objectContaining({ later: { kept: true } }),
    );
  });
});
