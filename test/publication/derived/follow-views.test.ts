import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import { changeView } from '../../../lib/publication/change-view';
import { changeAndFollow } from '../../../lib/publication/derived/change-and-follow';
import { followView, followViews } from '../../../lib/publication/derived/follow-views';
import { readView } from '../../../lib/publication/read-view';
import { contentDigest } from '../../../lib/publication/state/product-key';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import '../../fixtures/needs-seconds';
import { models } from '../../maas-model/sites';
import { allStores } from '../made/all-stores';
import { MemoryStore } from '../made/memory-store';
import { recordingStore, wrappedStore } from '../made/wrapped-store';
import { images, type MadeViews, madeViews } from './made/made-views';
import { siteOf } from './made/site-of';
import { withdrawIn } from './made/withdraw-in';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const first = { ...images({ '1': 'a' }), loader: { '1': 'a' } };
const second = { ...images({ '1': 'a', '2': 'b' }), loader: { '1': 'a', '2': 'b' } };

async function offerFirst(views: MadeViews, ...names: readonly string[]): Promise<void> {
  for (const name of names) await views.offer(name, first);
}

describe.each(allStores)('a view that follows another, %s', (_, makeStore) => {
  it('offers the same versions under its own label and ids after each change, and nothing else', async () => {
    const views = madeViews(signer, await makeStore());
    await views.offer('stable', first);
    await views.select('lab', [{ from: 'stable' }], first);
    const { moved, followed } = await views.offer('stable', second);

    expect({ moved, followed }).toEqual({ moved: true, followed: [{ view: 'lab', moved: true }] });
    expect(await views.offered('lab')).toEqual(second);
    const { documents, index } = await readView('lab', views.press);
    const products = [...documents.values()].flatMap(({ document }) => Object.entries(document.products));
    expect(Object.keys(index?.index ?? {})).toEqual([
      'com.ubuntu.maas:lab:1:bootloader-download',
      'com.ubuntu.maas:lab:v3:download',
    ]);
    expect(products.map(([id, { label }]) => [id.split(':')[0], label])).toEqual(
      Array.from({ length: 3 }, () => ['com.ubuntu.maas.lab', 'lab']),
    );

    expect((await views.offer('stable', second)).followed).toEqual([{ view: 'lab', moved: false }]);
    expect((await views.offer('stable', { ...second, ...images({ '1': 'a' }) })).followed).toEqual([
      { view: 'lab', moved: true },
    ]);
    expect(await views.offered('lab')).toMatchObject(images({ '1': 'a' }));
  });

  it('is filled from several sources, each product from the first part that matches it', async () => {
    const views = madeViews(signer, await makeStore());
    await views.offer('stable', { ...images({ '1': 'a' }), loader: { '1': 'a' } });
    await views.offer('candidate', { ...images({ '2': 'b' }), loader: { '2': 'b' } });
    const select = [
      { releases: ['bootloaders'], from: 'stable' },
      { flavours: ['ga-24.04'], from: 'candidate' },
    ];
    await views.select('lab', select, { 'ga-24.04': { '2': 'b' } });

    expect(await views.offered('lab')).toEqual({ 'ga-24.04': { '2': 'b' }, loader: { '1': 'a' } });
  });

  it('can be read below its own address, also what was never published to it', async () => {
    const store = await makeStore();
    const views = madeViews(signer, store);
    await views.offer('stable', { loader: { '1': 'a' } });
    await views.select('lab', [{ from: 'stable' }], { loader: { '1': 'a' } });
    const { store: recording, writes } = recordingStore(store);
    await madeViews(signer, recording).offer('stable', first);

    expect(writes.filter((write) => write.startsWith('expose '))).toEqual(['expose stable/noble', 'expose lab/noble']);
    const at = (key: string) => writes.indexOf(key);
    expect(at('expose lab/noble')).toBeLessThan(at(`replace ${layout.index('lab')}`));
    if (store instanceof DirectoryStore) {
      expect((await store.read('lab/noble/amd64/a/squashfs'))?.bytes).toBeDefined();
    }
  });
});

describe('views that follow', () => {
  it('are updated in the order of their levels, up to three', async () => {
    const views = madeViews(signer, new MemoryStore());
    await views.offer('z', first);
    for (const [view, from] of ['yz', 'xy', 'wx', 'vw'].map((pair) => [...pair])) {
      if (view !== undefined && from !== undefined) await views.select(view, [{ from }], first);
    }
    const { followed } = await views.offer('z', second);

    expect(followed.map(({ view }) => view)).toEqual(['y', 'x', 'w']);
    expect(await views.offered('w')).toEqual(second);
    expect(await views.offered('v')).toEqual(first);
  });

  it('say in their history what they followed, and count only what changed', async () => {
    const views = madeViews(signer, new MemoryStore());
    await views.offer('stable', first);
    await views.select('lab', [{ from: 'stable' }], first);
    await views.offer('stable', second);
    await views.offer('stable', second);

    const { head } = await readView('lab', views.press);
    expect(head.newest?.block.entries.map(({ what, from }) => [what, from])).toEqual([
      ['publish', undefined],
      ['follow', 'stable'],
    ]);
  });

  it('do not stop the change of their source when they fail, and tell why', async () => {
    const views = madeViews(signer, new MemoryStore());
    await views.offer('stable', first);
    await views.select('lab', [{ releases: ['jammy'], from: 'stable' }], first);
    const { moved, followed } = await views.offer('stable', second);

    expect(moved).toBe(true);
    expect(followed).toEqual([
      {
        view: 'lab',
        moved: false,
        failure: 'ContractBroken: lab would be empty: MAAS rejects a source without products',
      },
    ]);
    expect(await views.offered('lab')).toEqual(first);
  });

  it('are not emptied when their source is lost', async () => {
    const store = new MemoryStore();
    const views = madeViews(signer, store);
    await offerFirst(views, 'stable', 'candidate');
    await views.select('lab', [{ flavours: ['ga-24.04'], from: 'stable' }, { from: 'candidate' }], first);
    await store.remove(layout.index('stable'));
    const { followed } = await views.offer('candidate', second);

    expect(followed).toEqual([
      { view: 'lab', moved: false, failure: 'NoSuchView: lab follows stable, which does not exist' },
    ]);
    await expect(followView('lab', [], views.press)).rejects.toMatchObject({
      hint: 'choose another source: maas-mirror view set lab --from VIEW',
      misuse: true,
    });
  });

  it('are not updated while marks cannot be read, since a withdrawn version could enter them', async () => {
    const store = new MemoryStore();
    const views = madeViews(signer, store);
    await offerFirst(views, 'stable', 'other');
    await views.select('lab', [{ from: 'stable' }], first);
    const found = await readView('other', views.press);
    await store.remove(layout.document('other', String((found.index as { state?: unknown } | undefined)?.state)));
    const { moved, followed } = await views.offer('stable', second);

    expect(moved).toBe(true);
    expect(followed).toEqual([
      {
        view: 'lab',
        moved: false,
        failure: expect.stringMatching(/^NoSuchObject: what is withdrawn in other cannot be read: /),
      },
    ]);
    expect(await views.offered('lab')).toEqual(first);
  });

  it('read no document where nothing follows', async () => {
    const inner = new MemoryStore();
    const made = madeViews(signer, inner);
    await offerFirst(made, 'stable', 'candidate');
    const read: string[] = [];
    const mirror = wrappedStore(inner, ({ key }, go) => {
      read.push(key);
      return go();
    });

    expect(await followViews('stable', { ...made.press, mirror })).toEqual([]);
    expect(read.filter((key) => key.endsWith('.sjson')).sort()).toEqual([
      layout.tombstone('candidate'),
      layout.index('candidate'),
      layout.tombstone('stable'),
      layout.index('stable'),
    ]);
    expect(read).toHaveLength(8);
  });

  // The other publisher commits, and follows, before the view is written, or before it is read to be changed.
  it.each([
    'replace',
    'read',
  ] as const)('reach what was published last, although another publisher was faster (%s)', async (moment) => {
    const inner = new MemoryStore();
    const views = madeViews(signer, inner);
    await views.offer('stable', first);
    await views.select('lab', [{ from: 'stable' }], first);
    let [reads, isOvertaken] = [0, false];
    const mirror = wrappedStore(inner, async ({ method, key }, go) => {
      if (key !== layout.index('lab') || isOvertaken) return go();
      reads += method === 'read' ? 1 : 0;
      // Read among all views, as a selected one, and to be changed.
      if (moment === 'replace' ? method === 'replace' : reads === 3) {
        isOvertaken = true;
        await views.offer('stable', { ...images({ '1': 'a', '3': 'c' }), loader: { '3': 'c' } });
      }
      return go();
    });

    await madeViews(signer, mirror).offer('stable', second);

    expect(isOvertaken).toBe(true);
    expect(await views.offered('lab')).toMatchObject(images({ '1': 'a', '3': 'c' }));
  });

  it('follow although something else about them was changed at the same time', async () => {
    const inner = new MemoryStore();
    const views = madeViews(signer, inner);
    await views.offer('stable', first);
    await views.select('lab', [{ from: 'stable' }], first);
    let isOvertaken = false;
    const configured = 'f'.repeat(64);
    const mirror = wrappedStore(inner, async ({ method, key }, go) => {
      if (key === layout.index('lab') && method === 'replace' && !isOvertaken) {
        isOvertaken = true;
        await changeView(
          'lab',
          ({ state }) => ({ state: { ...state, configured }, note: { what: 'view' } }),
          views.press,
        );
      }
      return go();
    });

    const late = madeViews(signer, mirror);
    await late.offer('stable', second);

    expect(await late.offered('lab')).toEqual(second);
    expect((await readView('lab', views.press)).state.configured).toBe(configured);
  });

  it('take the results of checks with the versions', async () => {
    const views = madeViews(signer, new MemoryStore());
    await views.offer('stable', first);
    await views.select('lab', [{ from: 'stable' }], first);
    const result = { check: 'hw-lab', passed: false, at: '2026-11-21T08:00:00Z', view: 'stable', version: '1' };
    const attest = changeAndFollow(
      'stable',
      ({ documents, ledger }) => {
        const rows = [...documents.values()].flatMap(({ products }) =>
          Object.entries(products).map(([id, { versions }]) => {
            const contents = Object.values(versions).map(contentDigest);
            const row = ledger.products[id];
            if (row === undefined) throw new Error(`no row of ${id}`);
            return [id, { ...row, attested: Object.fromEntries(contents.map((one) => [one, [result]])) }];
          }),
        );
        return { ledger: { ...ledger, products: Object.fromEntries(rows) }, note: { what: 'attest' } };
      },
      views.press,
    );

    expect((await attest).followed).toEqual([{ view: 'lab', moved: true }]);
    const { ledger } = await readView('lab', views.press);
    expect(Object.values(ledger.products).flatMap(({ attested }) => Object.values(attested))).toEqual(
      Array.from({ length: 3 }, () => [result]),
    );
  });
});

describe('what was decided', () => {
  it('keeps a withdrawn version out of a view that follows, with all that share its root', async () => {
    const views = madeViews(signer, new MemoryStore());
    await views.offer('stable', first);
    await views.select('lab', [{ from: 'stable' }], first);
    const marked = await views.offer('candidate', images({ '2': 'b' }));
    expect(marked.moved).toBe(true);
    await withdrawIn(views, 'candidate', 'hwe-24.04', '2');
    const { followed } = await views.offer('stable', { ...images({ '1': 'a', '3': 'b' }), loader: { '1': 'a' } });

    expect(followed).toEqual([{ view: 'lab', moved: false }]);
    expect(await views.offered('lab')).toEqual(first);
    await views.offer('stable', { ...images({ '1': 'a', '3': 'b', '4': 'd' }), loader: { '1': 'a' } });
    expect(await views.offered('lab')).toEqual({ ...images({ '1': 'a', '4': 'd' }), loader: { '1': 'a' } });
  });

  it('holds a view that follows where it is', async () => {
    const views = madeViews(signer, new MemoryStore());
    await views.offer('stable', first);
    await views.select('lab', [{ from: 'stable' }], first);
    const hold = {
      ...{ id: '0123456789ab', since: '2026-11-20T08:00:00Z', release: 'noble', architectures: [], flavours: [] },
    };
    const setHolds = (holds: readonly (typeof hold)[]) =>
      changeAndFollow('lab', ({ state }) => ({ state: { ...state, holds }, note: { what: 'hold' } }), views.press);
    await setHolds([hold]);
    await views.offer('stable', second);
    expect(await views.offered('lab')).toEqual({ ...first, loader: second.loader });

    expect((await setHolds([])).followed).toEqual([{ view: 'lab', moved: true }]);
    expect(await views.offered('lab')).toEqual(second);
  });
});

describe.each(models)('a site view, as %s sees it', (_, make) => {
  it('that is turned to another view and back brings each site what that one offers, without an outage', async () => {
    const mirror = new MemoryStore();
    const views = madeViews(signer, mirror);
    const [stable, candidate] = [first, { ...images({ '1': 'a', '2': 'b' }), loader: { '1': 'a', '2': 'b' } }];
    await views.offer('stable', stable);
    await views.offer('candidate', candidate);
    await views.select('lab', [{ from: 'stable' }], stable);
    const { site, seen } = siteOf(make, 'lab', views, signer);
    await site.advance(130);
    expect(seen()).toBe('a a a');

    for (const [day, from, word] of [
      ['21', 'candidate', 'b'],
      ['22', 'stable', 'a'],
      ['23', 'candidate', 'b'],
      ['24', 'stable', 'a'],
    ] as const) {
      views.turnClockTo(`2026-11-${day}T08:00:00Z`);
      const source = { select: [{ from }] };
      await changeAndFollow(
        'lab',
        ({ state }) => ({ state: { ...state, source }, note: { what: 'view' } }),
        views.press,
      );
      await site.advance(200);
      expect(seen(), day).toBe(`${word} ${word} ${word}`);
    }
    expect([site.faults, site.outages()]).toEqual([[], []]);
  });
});
