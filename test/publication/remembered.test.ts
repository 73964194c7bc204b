import { beforeAll, describe, expect, it } from 'vitest';
import { MirrorError } from '../../lib/errors';
import { mirror as layout } from '../../lib/job/layout';
import { toolVersion } from '../../lib/job/tool';
import { changeView } from '../../lib/publication/change-view';
import { deleteView } from '../../lib/publication/delete-view';
import type { Press } from '../../lib/publication/press';
import { readHistory } from '../../lib/publication/read-state';
import { type PublishedView, readView } from '../../lib/publication/read-view';
import { signView } from '../../lib/publication/sign-view';
import { contentDigest } from '../../lib/publication/state/product-key';
import { fieldsOf, onShelf } from '../../lib/publication/state/shelf';
import type { Change, Note } from '../../lib/publication/state/view-content';
import { viewsOf } from '../../lib/publication/views';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import type { Product, Products, Version } from '../../lib/simplestreams/types';
import { makeSmallMirror, publicationTime, smallSigner } from '../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../fixtures/temporary-folder';
import { documentOf, imageContentId, imageFields, imageId } from '../simplestreams/made-documents';
import { MemoryStore } from './made/memory-store';
import { madeVersion } from './made/small-view';
import { recordingStore, wrappedStore } from './made/wrapped-store';
import '../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const view = 'candidate';
const note: Note = { what: 'publish' };
const day = (number: number) => new Date(Date.UTC(2026, 10, number, 8));

interface Bench extends Press {
  readonly mirror: MemoryStore;
}
const benchAt = (number: number, mirror = new MemoryStore()): Bench => ({ mirror, signer, now: () => day(number) });

/** Makes the documents offer these versions of one product, by name. */
const offering =
  (versions: Readonly<Record<string, Version>>, its = note): Change =>
  ({ documents }) => {
    const document = documents.get(imageContentId) ?? documentOf(imageContentId, {});
    const products = { [imageId]: { ...imageFields, versions } };
    return { documents: new Map([...documents, [imageContentId, { ...document, products }]]), note: its };
  };

const shelving =
  (name: string, version: Version): Change =>
  ({ shelf }) => {
    const product = { content_id: imageContentId, fields: imageFields };
    const entry = { why: 'held', since: '2026-11-20T00:00:00Z', version } as const;
    return { shelf: onShelf(shelf, imageId, product, name, entry), note: { what: 'hold' } };
  };

describe('the names of a view', () => {
  it('refuses a name that meant another content before, in documents and on the shelf, and changes nothing', async () => {
    const bench = benchAt(20);
    const [one, two, other] = await Promise.all(
      ['1', '2', 'x'].map((token) => madeVersion(bench.mirror, 'images', token)),
    );
    if (one === undefined || two === undefined || other === undefined) throw new Error('no versions');
    await changeView(view, offering({ '1': one, '2': two }), bench);
    await changeView(view, offering({ '1': one }), bench);
    const before = new Map(bench.mirror.objects);

    const [was, is] = [two, other].map((version) => `${contentDigest(version).slice(0, 12)}…`);
    const refused = {
      name: 'ContractBroken',
      message: `${imageId}: the version 2 was ${was} in this view and would be ${is}: a name never means two things [name-reused]`,
      hint: 'nothing was published; the view is unchanged',
    };
    await expect(changeView(view, offering({ '1': one, '2': other }), bench)).rejects.toMatchObject(refused);
    await expect(changeView(view, shelving('2', other), bench)).rejects.toMatchObject(refused);
    const both: Change = (content, at) => ({
      ...shelving('3', other)(content, at),
      ...offering({ '1': one, '3': two })(content, at),
      note,
    });
    await expect(changeView(view, both, bench)).rejects.toMatchObject({
      message: expect.stringContaining('version 3'),
    });
    expect(new Map(bench.mirror.objects)).toEqual(before);

    expect(await changeView(view, offering({ '1': one, '2': two }), bench)).toBe(true);
  });

  it('are remembered over every change, with the time since which a content is offered', async () => {
    const mirror = new MemoryStore();
    const [one, two] = [await madeVersion(mirror, 'images', '1'), await madeVersion(mirror, 'images', '2')];
    await changeView(view, offering({ '1': one }), benchAt(20, mirror));
    await changeView(view, offering({ '1': one, '2': two }), benchAt(21, mirror));
    await changeView(view, offering({ '1': one }), benchAt(22, mirror));

    const { ledger } = await readView(view, benchAt(23, mirror));
    expect(ledger.products).toEqual({
      [imageId]: {
        top: '2',
        gone: { '2': contentDigest(two) },
        since: { [contentDigest(one)]: '2026-11-20T08:00:00Z' },
        attested: {},
      },
    });
  });
});

describe('the shelf of a view', () => {
  it('keeps versions that the documents do not offer, of which every object is there', async () => {
    const bench = benchAt(20);
    const [one, two] = [await madeVersion(bench.mirror, 'images', '1'), await madeVersion(bench.mirror, 'images', '2')];
    await changeView(view, offering({ '1': one }), bench);
    const lost = await madeVersion(new MemoryStore(), 'images', 'lost');
    await expect(changeView(view, shelving('3', lost), bench)).rejects.toMatchObject({
      name: 'ContractBroken',
      message: expect.stringContaining('is missing'),
    });

    await changeView(view, shelving('2', two), bench);

    const { shelf, ledger, documents } = await readView(view, bench);
    expect(shelf.products[imageId]?.versions).toMatchObject({ '2': { why: 'held', version: two } });
    expect(ledger.products[imageId]).toMatchObject({ top: '2', gone: {} });
    const [published] = documents.values();
    expect(Object.keys(published?.document.products[imageId]?.versions ?? {})).toEqual(['1']);
  });
});

describe('the history of a view', () => {
  it('has one entry for each commit, with who, what, when and why', async () => {
    const mirror = new MemoryStore();
    const [one, two] = [await madeVersion(mirror, 'images', '1'), await madeVersion(mirror, 'images', '2')];
    await changeView(view, offering({ '1': one }, { what: 'publish', execution: 'noble-1' }), benchAt(20, mirror));
    const asked = { by: 'anna@ops1', reason: 'tested', request: 'r-1', from: 'candidate' };
    await changeView(view, offering({ '1': one, '2': two }, { what: 'promote', ...asked }), benchAt(21, mirror));
    expect(await changeView(view, offering({ '1': one, '2': two }), benchAt(22, mirror))).toBe(false);

    const { head } = await readView(view, benchAt(23, mirror));
    const change = { products: ['ubuntu/noble/amd64/ga-24.04/generic'], removed: [], held: [], released: [] };
    const common = { tool: toolVersion, decisions: [] };
    expect(head.entries).toBe(2);
    expect(head.newest?.block).toEqual({
      format: 'view-history:1',
      view,
      entries: [
        {
          number: 1,
          at: '2026-11-20T08:00:00Z',
          what: 'publish',
          execution: 'noble-1',
          changes: [{ ...change, added: ['1'] }],
          ...common,
        },
        {
          number: 2,
          at: '2026-11-21T08:00:00Z',
          what: 'promote',
          ...asked,
          changes: [{ ...change, added: ['2'] }],
          ...common,
        },
      ],
    });
  });

  it('goes on in blocks that lead back to its first entry', async () => {
    const bench = benchAt(20);
    await changeView(view, offering({ '1': await madeVersion(bench.mirror, 'images', '1') }), bench);
    const setting =
      (later: number): Change =>
      ({ state }) => ({ state: { ...state, ...{ later } }, note: { what: 'view' } });
    for (let later = 0; later < 70; later++) await changeView(view, setting(later), bench);

    const { head } = await readView(view, bench);
    const { block } = head.newest ?? {};
    const before = await readHistory(view, block?.before ?? '', bench);
    const numbers = [...before.entries, ...(block?.entries ?? [])].map(({ number }) => number);
    expect([head.entries, before.before]).toEqual([71, undefined]);
    expect(numbers).toEqual(Array.from({ length: 71 }, (_, count) => count + 1));
  });
});

describe('a view of an older release', () => {
  const upgrade: Change = () => ({ note: { what: 'upgrade' } });
  const opened = async () => ({
    mirror: await makeSmallMirror(folderInMemory(), { signer }),
    signer,
    now: () => day(30),
  });
  const since = '2026-11-20T04:11:09Z';
  const clocks = ({ ledger }: PublishedView) =>
    Object.values(ledger.products).flatMap((row) => Object.values(row.since));

  it('has its documents remembered, as published at the date of its index', async () => {
    const read = await readView(view, await opened());
    expect(read.stored).toBeUndefined();
    expect(Object.values(read.ledger.products).map(({ top }) => top)).toEqual(['20261120', '20261120']);
    expect(clocks(read)).toEqual([since, since]);
    expect(publicationTime.toISOString()).toContain(since.slice(0, 19));
  });

  it('gets its first state with any change, even with one of nothing else, and only once', async () => {
    const bench = await opened();
    expect(await changeView(view, () => undefined, bench)).toBe(false);
    expect(await changeView(view, upgrade, bench)).toBe(true);

    const read = await readView(view, bench);
    expect(read.stored).toMatchObject({ kind: 'built', ledger: expect.any(String), history: { entries: 1 } });
    expect(clocks(read)).toEqual([since, since]);
    expect(read.head.newest?.block.entries).toMatchObject([{ what: 'upgrade', changes: [] }]);
    expect(await changeView(view, upgrade, bench)).toBe(false);
  });

  it('keeps its clocks where another key signs it, and gets no entry', async () => {
    const bench = await opened();
    const next = { ...bench, signer: await smallSigner('next') };
    await signView(view, { ...next, former: signer });
    const read = await readView(view, next);
    expect(clocks(read)).toEqual([since, since]);
    expect([read.head.entries, read.stored?.history]).toEqual([0, undefined]);
  });
});

describe('a view that was deleted', () => {
  it('goes on with its names, its withdrawals and its history where it is made again', async () => {
    const bench = benchAt(20);
    const [one, two] = [await madeVersion(bench.mirror, 'images', '1'), await madeVersion(bench.mirror, 'images', '2')];
    await changeView(view, offering({ '1': one }), bench);
    const withdrawal = { id: 'w', at: '2026-11-20T08:00:00Z', view, release: 'noble', version: '1', parts: [] };
    const decided: Change = (content, at) => ({
      ...shelving('2', two)(content, at),
      state: {
        ...content.state,
        kind: 'promoted',
        withdrawals: [{ ...withdrawal, architectures: [], flavours: [] }],
        ...{ holds: [{ id: 'h', since: withdrawal.at, release: 'noble', architectures: [], flavours: [] }] },
      },
      note,
    });
    await changeView(view, decided, bench);
    expect(await deleteView(view, { what: 'view', by: 'anna', reason: 'unused' }, bench)).toBe(true);

    const read = await readView(view, bench);
    expect(read).toMatchObject({ index: undefined, head: { entries: 3 }, shelf: { products: {} } });
    expect(read.head.newest?.block.entries[2]).toMatchObject({ by: 'anna', changes: [{ removed: ['1'] }] });
    expect(read.ledger.products[imageId]?.gone).toEqual({ '1': contentDigest(one), '2': contentDigest(two) });
    expect(read.state).toMatchObject({ kind: 'built', withdrawals: [{ id: 'w' }], holds: [] });
    await expect(changeView(view, offering({ '1': two }), bench)).rejects.toThrow('[name-reused]');
    await changeView(view, offering({ '1': one }), bench);
    expect((await readView(view, bench)).stored).toMatchObject({ history: { entries: 4 } });
    expect((await readView(view, bench)).stored).not.toHaveProperty('shelf');
  });

  it('refuses to go on from a note that cannot be read', async () => {
    const bench = benchAt(20);
    bench.mirror.objects.set(layout.tombstone(view), Buffer.from('{"state":"a"}'));
    await expect(readView(view, bench)).rejects.toMatchObject({
      name: 'BadFormat',
      message: expect.stringMatching(
        /^candidate\/streams\/v1\/deleted\.json is not a valid note of a deleted view: at state: /,
      ),
    });
  });

  it('is found no more, and cannot be deleted again', async () => {
    const bench = benchAt(20);
    await changeView(view, offering({ '1': await madeVersion(bench.mirror, 'images', '1') }), bench);
    const { store, writes } = recordingStore(bench.mirror);
    await deleteView(view, note, { ...bench, mirror: store });

    expect(writes.slice(-4)).toEqual([
      `replace ${layout.tombstone(view)}`,
      `remove ${layout.plainIndex(view)}`,
      `remove ${layout.plainIndexSignature(view)}`,
      `remove ${layout.index(view)}`,
    ]);
    expect(await viewsOf(bench.mirror)).toEqual([]);
    expect(await deleteView(view, note, bench)).toBe(false);
    const left = JSON.parse(`${bench.mirror.objects.get(layout.tombstone(view))}`);
    expect(left).toEqual({ state: expect.any(String), at: '2026-11-20T08:00:00Z' });
  });

  it('has the names of what was published while it was deleted', async () => {
    const bench = benchAt(20);
    const [one, two] = [await madeVersion(bench.mirror, 'images', '1'), await madeVersion(bench.mirror, 'images', '2')];
    await changeView(view, offering({ '1': one }), bench);
    let others = 1;
    const mirror = wrappedStore(bench.mirror, async ({ method, key }, go) => {
      if (method === 'replace' && key === layout.index(view) && others-- > 0) {
        await changeView(view, offering({ '1': one, '2': two }), bench);
      }
      return go();
    });
    await deleteView(view, note, { ...bench, mirror });

    const { ledger, head } = await readView(view, bench);
    expect(Object.keys(ledger.products[imageId]?.gone ?? {}).sort()).toEqual(['1', '2']);
    expect(head.entries).toBe(3);
  });
});

describe('what is decided while a view is deleted', () => {
  const withdrawal = { id: 'w', at: '2026-11-20T08:00:00Z', view, release: 'noble', version: '1', parts: [] };
  const withdraws: Change = ({ state }) => ({
    state: { ...state, withdrawals: [{ ...withdrawal, architectures: [], flavours: [] }] },
    note,
  });

  /** Deletes a view, and withdraws one of its versions before a call. @returns whether that was refused, or never done */
  async function deletedWhile(
    moment: number,
  ): Promise<{ calls: number; isRefused: boolean; isKept: boolean; left: string[] }> {
    const bench = benchAt(20);
    await changeView(view, offering({ '1': await madeVersion(bench.mirror, 'images', '1') }), bench);
    let [calls, isRefused] = [0, false];
    const mirror = wrappedStore(bench.mirror, async (_, go) => {
      if (calls++ === moment) {
        isRefused = await changeView(view, withdraws, bench).then(
          () => false,
          (error: unknown) => error instanceof MirrorError && ['NoSuchView', 'ContractBroken'].includes(error.name),
        );
      }
      return go();
    });
    await deleteView(view, note, { ...bench, mirror });
    const { withdrawals } = (await readView(view, bench)).state;
    const left = [...bench.mirror.objects.keys()].filter((key) => key.includes('/index.'));
    return { calls, isRefused, isKept: withdrawals.length === 1, left };
  }

  it('is kept or refused, at whatever moment', async () => {
    const { calls } = await deletedWhile(Number.POSITIVE_INFINITY);
    const seen = [];
    for (let moment = 0; moment < calls; moment++) {
      const { isRefused, isKept, left } = await deletedWhile(moment);
      expect(isKept, `${moment}`).toBe(!isRefused);
      expect(left, `${moment}`).toEqual([]);
      seen.push(isRefused);
    }
    expect(new Set(seen)).toEqual(new Set([false, true]));
  });

  it('refuses every change once its deletion has begun, and says how to finish it', async () => {
    const bench = benchAt(20);
    await changeView(view, offering({ '1': await madeVersion(bench.mirror, 'images', '1') }), bench);
    const mirror = wrappedStore(bench.mirror, async ({ method, key }, go) => {
      if (method === 'remove' && key === layout.plainIndex(view)) throw new Error('killed');
      return go();
    });
    await expect(deleteView(view, note, { ...bench, mirror })).rejects.toThrow('killed');

    await expect(changeView(view, withdraws, bench)).rejects.toMatchObject({
      ...{ name: 'NoSuchView', message: 'the view candidate is being deleted', misuse: true },
      hint: 'if that was interrupted, finish it: maas-mirror view delete candidate',
    });
    expect(await deleteView(view, note, bench)).toBe(true);
    expect((await readView(view, bench)).head.entries).toBe(2);
  });

  it('does not bring index.json back, written by who published before', async () => {
    const bench = benchAt(20);
    const mirror = wrappedStore(bench.mirror, async ({ method, key }, go) => {
      if (method === 'replace' && key === layout.plainIndexSignature(view)) await deleteView(view, note, bench);
      return go();
    });
    const published = offering({ '1': await madeVersion(bench.mirror, 'images', '1') });
    await changeView(view, published, { ...bench, mirror });
    expect(await viewsOf(bench.mirror)).toEqual([]);
  });
});

describe('a document that is taken from another view', () => {
  const taking =
    (from: PublishedView, document?: Products): Change =>
    ({ state }) => {
      const documents = [...from.documents].map(([id, one]) => [id, document ?? one.document] as const);
      const taken = new Map([...from.documents].map(([id, { path }]) => [id, { view, path }]));
      const source = { snapshot: { from: view, index: '0'.repeat(64), at: '2026-11-25T00:00:00Z' } };
      return {
        documents: new Map(documents),
        state: { ...state, source },
        taken,
        note: { what: 'snapshot', from: view },
      };
    };

  it('is the very document, as it is signed there', async () => {
    const mirror = new MemoryStore();
    await changeView(view, offering({ '1': await madeVersion(mirror, 'images', '1') }), benchAt(20, mirror));
    const from = await readView(view, benchAt(20, mirror));

    await changeView('snapshots/a', taking(from), benchAt(25, mirror));

    const taken = await readView('snapshots/a', benchAt(25, mirror));
    expect([...taken.documents]).toEqual([...from.documents]);
    const files = (of: string) =>
      [...mirror.objects].flatMap(([key, bytes]) =>
        key.startsWith(`${of}/`) && /\.(sjson|gpg)$/.test(key) && !key.includes('index') ? [bytes.toString()] : [],
      );
    expect(files('snapshots/a')).toEqual(files(view));
    expect(taken.state.kind).toBe('frozen');
  });

  it('refuses one that is not what the change says', async () => {
    const mirror = new MemoryStore();
    await changeView(view, offering({ '1': await madeVersion(mirror, 'images', '1') }), benchAt(20, mirror));
    const from = await readView(view, benchAt(20, mirror));
    const [{ document } = { document: undefined }] = from.documents.values();
    const product = document?.products[imageId] as Product;
    const other = documentOf(imageContentId, {
      [imageId]: { ...fieldsOf(product), krel: 'other', versions: product.versions },
    });

    await expect(changeView('snapshots/a', taking(from, other), benchAt(25, mirror))).rejects.toMatchObject({
      name: 'ContractBroken',
      message: expect.stringMatching(
        /^candidate\/streams\/v1\/[0-9a-f]{64}\.sjson is not the document that is taken from it$/,
      ),
    });
    expect(mirror.objects.has(layout.index('snapshots/a'))).toBe(false);
  });
});
