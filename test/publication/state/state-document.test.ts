import { beforeAll, describe, expect, it } from 'vitest';
import type { MirrorError } from '../../../lib/errors';
import { mirror as layout } from '../../../lib/job/layout';
import { listMirror } from '../../../lib/operations/list';
import { changeView } from '../../../lib/publication/change-view';
import type { Press } from '../../../lib/publication/press';
import { readView } from '../../../lib/publication/read-view';
import { signView } from '../../../lib/publication/sign-view';
import { emptyState, isStatePath } from '../../../lib/publication/state/state-document';
import type { Change } from '../../../lib/publication/state/view-content';
import type { ViewState } from '../../../lib/publication/state/view-state';
import { rfc2822, writeJson } from '../../../lib/simplestreams/json';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { splitClearsigned } from '../../../lib/simplestreams/openpgp/split-clearsigned';
import type { Index } from '../../../lib/simplestreams/types';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { MemoryStore } from '../made/memory-store';
import { madeVersion, publishing } from '../made/small-view';
import { recordingStore } from '../made/wrapped-store';
import '../../fixtures/needs-seconds';

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

/** A state with a field of a later release. */
const stateWith = (fields: object): ViewState => ({ ...emptyState(view), ...fields });
const note = { what: 'hold' } as const;
const becoming =
  (fields: object): Change =>
  () => ({ state: stateWith(fields), note });

describe('the state of a view', () => {
  it('is there from the first commit on, with what is remembered', async () => {
    const press = await madeView();
    const { state, stored } = await readView(view, press);
    expect(state).toEqual({ format: 'view-state:1', view, kind: 'built', withdrawals: [], holds: [] });
    expect(await indexOf(press)).toMatchObject({ state: expect.stringMatching(/^streams\/v1\/[0-9a-f]{64}\.json$/) });
    expect(stored).toEqual({ ...state, ledger: expect.any(String), history: { path: expect.any(String), entries: 1 } });
  });

  it('is that of a snapshot where the view is one', () => {
    expect(emptyState('snapshots/2026-11').kind).toBe('frozen');
  });

  it('is given to the next change, which may leave it alone, with fields that this release does not know', async () => {
    const press = await madeView();
    expect(await changeView(view, becoming({ later: { noble: 'until Monday' } }), press)).toBe(true);
    let seen: object = {};
    const version = await madeVersion(press.mirror, 'loaders', 'second');
    await changeView(
      view,
      (content, time) => {
        seen = content.state;
        return publishing('loaders', version)(content, time);
      },
      press,
    );
    expect(seen).toEqual(stateWith({ later: { noble: 'until Monday' } }));
    expect((await readView(view, press)).state).toEqual(seen);
  });

  it('is written before the index, and not again where it stays', async () => {
    const press = await madeView();
    const { store, writes } = recordingStore(press.mirror);
    await changeView(view, becoming({ later: {} }), { ...press, mirror: store });
    const { state } = await indexOf(press);
    const history = (await readView(view, press)).stored?.history?.path;
    expect(writes.slice(0, 3)).toEqual([
      `create ${view}/${history}`,
      `create ${view}/${state}`,
      `replace ${layout.index(view)}`,
    ]);

    const before = writes.length;
    expect(await changeView(view, becoming({ later: {} }), { ...press, mirror: store })).toBe(false);
    expect(writes.slice(before)).toEqual([]);
  });

  it('is handed on as it is where another key signs the view, and the history says nothing of that', async () => {
    const press = await madeView();
    await changeView(view, becoming({ later: {} }), press);
    const { state } = await indexOf(press);
    const next = { ...press, signer: await smallSigner('next') };
    await signView(view, { ...next, former: signer });
    expect((await indexOf(press)).state).toBe(state);
    expect((await readView(view, next)).head.entries).toBe(2);
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
    await changeView(view, becoming({ later: {} }), press);
    await harm(press);
    const { mirror } = press;

    expect(await readView(view, { mirror, unchecked: true })).toMatchObject({ state: emptyState(view) });
    expect(await listMirror(mirror)).toHaveLength(1);
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
    'state',
    'ledger',
    'history',
  ])('refuses to change a view whose %s is missing or was changed', async (part) => {
    for (const [text, name] of [
      [undefined, 'NoSuchObject'],
      ['{ "more": 1 }', 'ChecksumMismatch'],
    ] as const) {
      const press = await madeView();
      const { stored } = await readView(view, press);
      const paths = { state: (await indexOf(press)).state, ledger: stored?.ledger, history: stored?.history?.path };
      const key = `${view}/${paths[part as keyof typeof paths]}`;
      if (text === undefined) await press.mirror.remove(key);
      else press.mirror.objects.set(key, Buffer.from(text));
      await expect(changeView(view, becoming({}), press)).rejects.toMatchObject({ name });
    }
  });

  const head = { format: 'view-state:1', view, kind: 'built', withdrawals: [], holds: [] };
  it.each([
    ['[]', 'BadFormat', 'expected a JSON object with format view-state:1'],
    ['{"a": 1, "a": 2}', 'BadFormat', expect.stringMatching(/"a"/)],
    ['null', 'BadFormat', 'expected a JSON object with format view-state:1'],
    [JSON.stringify({ ...head, kind: 'other' }), 'BadFormat', expect.stringMatching(/^at kind: /)],
    [
      JSON.stringify({ ...head, holds: [{ id: 'a' }] }),
      'BadFormat',
      expect.stringMatching(/^at holds \/ 0 \/ since: /),
    ],
    [JSON.stringify({ ...head, shelf: '../other.json' }), 'BadFormat', expect.stringMatching(/^at shelf: /)],
    [JSON.stringify({ ...head, ledger: 'a' }), 'BadFormat', expect.stringMatching(/^at ledger: /)],
    [
      JSON.stringify({ ...head, history: { path: 'a', entries: 1 } }),
      'BadFormat',
      expect.stringMatching(/^at history/),
    ],
  ])('refuses a state that is %s', async (text, name, why) => {
    const press = await madeView();
    const path = await nameState(press, text);
    const refused = (await readView(view, press).catch((error: unknown) => error)) as MirrorError;
    expect(refused).toMatchObject({ name });
    const [where, said] = refused.message.split(' is not a valid view state: ');
    expect([where, said]).toEqual([`candidate/${path}`, why]);
  });

  it.each([
    [
      { view: 'stable' },
      'BadFormat',
      'is the state of the view "stable", not of candidate',
      'it was copied from another view; restore this view from a backup or another copy of the mirror',
    ],
    [
      { format: 'view-state:2' },
      'NotSupported',
      'has format view-state:2; this version supports view-state:1',
      'a newer release has written it; use that release for this mirror',
    ],
  ])('refuses a state that has %j', async (other, name, said, hint) => {
    const press = await madeView();
    const path = await nameState(press, JSON.stringify({ ...head, ...other }));
    await expect(readView(view, press)).rejects.toMatchObject({ name, message: `candidate/${path} ${said}`, hint });
  });
});

/** Makes the index name this text as its state. */
async function nameState(press: Press & { readonly mirror: MemoryStore }, text: string): Promise<string> {
  const path = `streams/v1/${await sha256In(press.mirror, text)}.json`;
  press.mirror.objects.set(`${view}/${path}`, Buffer.from(text));
  await writeIndex(press, { ...(await indexOf(press)), state: path });
  return path;
}

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
      note,
    });
    for (const change of [same, () => undefined, () => ({ note })] satisfies Change[]) {
      expect(await changeView(view, change, { ...press, mirror: store })).toBe(false);
    }
    expect(writes).toEqual([]);
  });

  it('dates all documents, and keeps what it does not know', async () => {
    const press = await madeView();
    const later: Change = ({ documents }) => ({
      documents: new Map([...documents].map(([id, one]) => [id, { ...one, later: { kept: true } } as typeof one])),
      note,
    });
    await changeView(view, later, press);
    await writeIndex(press, { ...(await indexOf(press)), later: 'kept' });
    const { store, writes } = recordingStore(press.mirror);
    const version = await madeVersion(press.mirror, 'loaders', 'second');
    const now = () => new Date('2026-11-22T00:00:00Z');

    await changeView(view, publishing('loaders', version), { ...press, mirror: store, now });

    const signed = writes.filter((write) => /^create .*\.sjson$/.test(write));
    expect(signed).toHaveLength(2);
    const index = await indexOf(press);
    expect(index).toMatchObject({ later: 'kept', updated: rfc2822(now()) });
    const dates = Object.values(index.index).map(({ updated }) => updated);
    expect(dates).toEqual([rfc2822(now()), rfc2822(now())]);
    expect([...(await readView(view, press)).documents.values()].map(({ document }) => document)).toContainEqual(
      expect.objectContaining({ later: { kept: true } }),
    );
  });
});
