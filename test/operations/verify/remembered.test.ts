import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import { verifyMirror } from '../../../lib/operations/verify';
import { changeView } from '../../../lib/publication/change-view';
import { showMirror } from '../../../lib/publication/mirror/show-mirror';
import { readView } from '../../../lib/publication/read-view';
import type { LedgerRow } from '../../../lib/publication/state/ledger';
import { newRow } from '../../../lib/publication/state/ledger';
import { contentDigest } from '../../../lib/publication/state/product-key';
import { emptyShelf, fieldsOf, onShelf, type ShelfEntry } from '../../../lib/publication/state/shelf';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Product, Version } from '../../../lib/simplestreams/types';
import { smallSigner, writeMetadata } from '../../fixtures/mirrors/small-mirror';
import '../../fixtures/needs-seconds';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { images, type MadeViews, madeViews } from '../../publication/derived/made/made-views';
import { MemoryStore } from '../../publication/made/memory-store';
import { plant } from './made/planted-state';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const gaId = 'com.ubuntu.maas.candidate:v3:boot:24.04:amd64:ga-24.04';
const contentId = 'com.ubuntu.maas:candidate:v3:download';

async function madeMirror(): Promise<MadeViews> {
  const views = madeViews(signer, new MemoryStore());
  await views.offer('candidate', images({ '1': 'a', '2': 'b' }));
  await views.offer('candidate', images({ '2': 'b' }));
  await showMirror('candidate', 'noble', views.press);
  return views;
}

const verified = async ({ press: { mirror } }: MadeViews) =>
  (await verifyMirror(mirror, { scratch: folderInMemory() })).problems.map(({ object, rule, message }) => {
    return `${rule} ${object.replace(/[0-9a-f]{64}/, 'SHA')}: ${message}`;
  });

type Plant = Parameters<typeof plant>[1];
const toldOf = async (planted: Plant): Promise<string[]> => {
  const views = await madeMirror();
  await plant('candidate', planted, views.press);
  return verified(views);
};

function gaIn(documents: Awaited<ReturnType<typeof readView>>['documents']): Product {
  const product = documents.get(contentId)?.document.products[gaId];
  if (product === undefined) throw new Error(`no ${gaId}`);
  return product;
}

describe('verify', () => {
  it('has nothing to say about what changes write', async () => {
    const views = await madeMirror();
    await views.select('lab', [{ from: 'candidate' }], images({ '2': 'b' }));
    await views.offer('candidate', images({ '2': 'b', '3': 'c' }));
    expect(await verified(views)).toEqual([]);
  });

  it('tells flavours with different roots, anywhere in the view', async () => {
    const views = await madeMirror();
    const { documents } = await readView('candidate', views.press);
    await views.offer('candidate', images({ '3': 'c' }));
    const other = (await readView('candidate', views.press)).documents.get(contentId)?.document;
    const whole = documents.get(contentId)?.document;
    if (whole === undefined || other === undefined) throw new Error('no documents');
    const mixed = { ...whole, products: { ...whole.products, [gaId]: other.products[gaId] ?? { versions: {} } } };
    await writeMetadata(views.press.mirror, 'candidate', [mixed], signer, views.press.now());
    expect(await verified(views)).toEqual([
      expect.stringMatching(/^root-differs candidate\/streams\/v1\/index.sjson: /),
    ]);
  });

  it('tells the label of another view, and none of a snapshot', async () => {
    const views = await madeMirror();
    const { documents } = await readView('candidate', views.press);
    const all = [...documents.values()].map(({ document }) => document);
    await writeMetadata(views.press.mirror, 'snapshots/may', all, signer, views.press.now());
    expect(await verified(views)).toEqual([]);
    await writeMetadata(views.press.mirror, 'stable', all, signer, views.press.now());
    expect(new Set((await verified(views)).map((one) => one.split(':')[0]))).toEqual(
      new Set(['label-of-view stable/streams/v1/index.sjson']),
    );
  });

  it('tells a selected view that was left behind, until it follows', async () => {
    const views = await madeMirror();
    await views.select('lab', [{ from: 'candidate' }], images({ '2': 'b' }));
    const { documents } = await readView('candidate', views.press);
    await changeView(
      'candidate',
      ({ ledger }) => {
        const attested = { [contentDigest(gaIn(documents).versions['2'] ?? { items: {} })]: [result] };
        const row = ledger.products[gaId];
        if (row === undefined) throw new Error('no row');
        return {
          ledger: { ...ledger, products: { ...ledger.products, [gaId]: { ...row, attested } } },
          note: { what: 'attest' },
        };
      },
      views.press,
    );
    expect(await verified(views)).toEqual([
      'unfollowed lab/streams/v1/index.sjson: it does not offer what candidate offers: an update failed or was interrupted; the next change of its source, or `maas-mirror repair`, updates it',
    ]);
    await views.offer('candidate', images({ '2': 'b', '3': 'c' }));
    expect(await verified(views)).toEqual([]);
  });

  const result = { check: 'hw-lab', passed: true, at: '2026-11-21T08:00:00Z', view: 'candidate', version: '2' };
});

describe('verify tells of the shelf', () => {
  const shelved = (
    name: string,
    why: ShelfEntry['why'],
    change: (product: Product) => Product = (same) => same,
  ): Plant => {
    return ({ documents }) => {
      const { versions, ...product } = change(gaIn(documents));
      const version = versions['2'] ?? { items: {} };
      const entry = { why, since: '2026-11-20T08:00:00Z', version } as const;
      const fields = fieldsOf({ ...product, versions });
      const shelf = onShelf(emptyShelf, gaId, { content_id: contentId, fields }, name, entry);
      return { shelf };
    };
  };

  it('that something waits which nothing holds', async () => {
    expect(await toldOf(shelved('2', 'held'))).toEqual([
      `shelf candidate/streams/v1/SHA.json: ${gaId} / 2: it is pending, but nothing holds it`,
    ]);
  });

  it('nothing of what waits for a hold, be it that of a sister with the same root', async () => {
    const held = (flavour: string): Plant => {
      const hold = { id: '0123456789ab', since: '2026-11-20T08:00:00Z', release: 'noble', architectures: [] };
      return (now) => ({ ...shelved('2', 'held')(now), state: { holds: [{ ...hold, flavours: [flavour] }] } });
    };
    expect(await toldOf(held('ga-24.04'))).toEqual([]);
    expect(await toldOf(held('hwe-24.04'))).toEqual([]);
  });

  it('that a name means something else in the documents', async () => {
    const other = (product: Product) => {
      const { 'boot-initrd': initrd, ...items } = product.versions['2']?.items ?? {};
      return { ...product, versions: { '2': { items } } };
    };
    const told = await toldOf(shelved('2', 'withdrawn', other));
    expect(told).toContain(
      `shelf candidate/streams/v1/SHA.json: ${gaId} / 2: the documents have another content under this name`,
    );
    expect(told).toContainEqual(expect.stringMatching(/^item-missing candidate\/streams/));
  });

  it('that a file is missing which may be offered again', async () => {
    const gone = (product: Product): Product => {
      const { items }: Version = product.versions['2'] ?? { items: {} };
      const moved = Object.entries(items).map(([key, item]) => [
        key,
        { ...item, path: item.path.replace('/b/', '/lost/') },
      ]);
      return { ...product, versions: { '2': { items: Object.fromEntries(moved) } } };
    };
    const told = await toldOf(shelved('2', 'withdrawn', gone));
    expect(told).toContainEqual(expect.stringMatching(/^missing pool\/noble\/amd64\/lost\/squashfs: /));
  });
});

describe('verify tells of the ledger', () => {
  const rowed =
    (change: (row: LedgerRow) => LedgerRow): Plant =>
    ({ ledger }) => {
      const { [gaId]: row = newRow(''), ...others } = ledger.products;
      return { ledger: { ...ledger, products: { ...others, [gaId]: change(row) } } };
    };

  it.each([
    ['a highest name below one that is offered', (row: LedgerRow) => ({ ...row, top: '1' })],
    ['a content without a clock', (row: LedgerRow) => ({ ...row, since: {} })],
    ['a name that left, and is offered', (row: LedgerRow) => ({ ...row, gone: { '2': '0'.repeat(32) } })],
  ])('%s', async (_, change) => {
    expect(await toldOf(rowed(change))).toEqual([
      `ledger candidate/streams/v1/SHA.json: ${gaId}: the ledger does not agree with what is offered`,
    ]);
  });

  it('a product that it has nothing about', async () => {
    const told = await toldOf(({ ledger }) => {
      const { [gaId]: _row, ...products } = ledger.products;
      return { ledger: { ...ledger, products } };
    });
    expect(told).toEqual([`ledger candidate/streams/v1/SHA.json: ${gaId}: the ledger has nothing about it`]);
  });
});

describe('verify tells of the history', () => {
  it.each([
    [
      'an entry that is out of order',
      (): Plant =>
        ({ block }) => ({ block: { ...block, entries: [...block.entries].reverse() } }),
      ['history candidate/streams/v1/SHA.json: entry 2 is out of order: entries are missing, or added'],
    ],
    [
      'a first block that begins in the middle',
      (): Plant =>
        ({ block }) => ({ block: { ...block, entries: block.entries.slice(1) } }),
      ['history candidate/streams/v1/SHA.json: it is the first block, but begins with entry 2'],
    ],
    [
      'the history of another view',
      (): Plant =>
        ({ block }) => ({ block: { ...block, view: 'stable' } }),
      ['history candidate/streams/v1/SHA.json: it is of the view stable, not of candidate'],
    ],
    [
      'a block that is missing',
      (): Plant =>
        ({ block }) => ({
          block: { ...block, before: `streams/v1/${'0'.repeat(64)}.json`, entries: block.entries.slice(1) },
        }),
      [
        'missing candidate/streams/v1/SHA.json: missing: the index leads to it; the history before it is lost unless it is restored',
      ],
    ],
    [
      'an empty block',
      (): Plant =>
        ({ block }) => ({ block: { ...block, entries: [] } }),
      ['history candidate/streams/v1/SHA.json: it has 0 entries, but 2 are left'],
    ],
  ])('%s', async (_, planted, told) => {
    expect(await toldOf(planted())).toEqual(told);
  });
});

it('a view that is being updated is not told', async () => {
  const views = await madeMirror();
  await views.select('lab', [{ from: 'candidate' }], images({ '2': 'b' }));
  const store = views.press.mirror;
  await changeView(
    'lab',
    ({ state }) => ({ state: { ...state, configured: 'f'.repeat(64) }, note: { what: 'view' } }),
    views.press,
  );
  const read = store.read.bind(store);
  let isLast = false;
  Object.assign(store, {
    read: async (key: string) => {
      if (key === layout.index('candidate') && !isLast) {
        isLast = true;
        await views.offer('candidate', images({ '2': 'b', '3': 'c' }));
      }
      return read(key);
    },
  });
  expect((await verified(views)).filter((one) => one.startsWith('unfollowed'))).toEqual([]);
});
