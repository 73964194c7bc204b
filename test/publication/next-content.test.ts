import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentOf, hasChanged, nextContent } from '../../lib/publication/next-content';
import type { PublishedView } from '../../lib/publication/read-view';
import { noHistory } from '../../lib/publication/state/history';
import { seededLedger } from '../../lib/publication/state/kept-ledger';
import { emptyLedger } from '../../lib/publication/state/ledger';
import { contentDigest } from '../../lib/publication/state/product-key';
import { emptyShelf } from '../../lib/publication/state/shelf';
import { emptyState } from '../../lib/publication/state/state-document';
import type { ViewContent } from '../../lib/publication/state/view-content';
import { rfc2822 } from '../../lib/simplestreams/json';
import type { Products } from '../../lib/simplestreams/types';
import { bootloaderDocument, imageDocument, imageId, imageVersion } from '../simplestreams/made-documents';
import { shelfOf, versionWith, viewOf } from './made/view-of';

const at = new Date('2026-12-24T18:00:00Z');
const images = imageDocument();
const loaders = bootloaderDocument();
const { content_id: imagesId } = images;
const { content_id: loadersId } = loaders;
const held = { ...emptyState('candidate'), held: { noble: 'Monday' } };
const contentWith = (all: readonly Products[], state: ViewContent['state'] = held): ViewContent => {
  const documents = new Map(all.map((document) => [document.content_id, document]));
  const ledger = seededLedger(documents, emptyShelf, emptyLedger, at);
  return { view: 'candidate', documents, state, shelf: emptyShelf, ledger };
};
const before = contentWith([images, loaders]);

/** A document with another thing said of its one image. */
function withImage(change: (product: Products['products'][string]) => object): Products {
  const [[id, product]] = Object.entries(images.products) as [[string, Products['products'][string]]];
  return { ...images, products: { [id]: change(product) } } as Products;
}

describe('what a view is to say', () => {
  it('is what it says, where that is wanted, be it by other objects and another date', () => {
    const wanted = contentWith([{ ...structuredClone(images), updated: rfc2822(at) }, loaders], structuredClone(held));
    const next = nextContent(before, wanted, at);

    expect(next.documents.get(imagesId)).toBe(images);
    expect(next.documents.get(loadersId)).toBe(loaders);
    expect(next.state).toBe(before.state);
    expect([...next.changed]).toEqual([]);
    expect(next.at).toBe(at);
    expect(hasChanged(before, next)).toBe(false);
  });

  it.each<[string, Products]>([
    ['another type', { ...images, datatype: 'image-ids' as never }],
    ['a field more', { ...images, later: 'kept' } as Products],
    [
      'a version more',
      withImage((one) => ({ ...one, versions: { ...(one.versions as object), '20261013': imageVersion('20261013') } })),
    ],
    ['a version less', withImage((one) => ({ ...one, versions: {} }))],
    ['another label', withImage((one) => ({ ...one, label: 'stable' }))],
    ['a product more', { ...images, products: { ...images.products, other: { versions: {} } as never } }],
    ['no product', { ...images, products: {} }],
    ['a product by another id', { ...images, products: { other: images.products[imageId] as never } }],
  ])('dates all documents alike where one has %s, since MAAS looks at the date of the first', (_, changed) => {
    const next = nextContent(before, contentWith([changed, loaders], before.state), at);

    expect([...next.changed]).toEqual([
      [imagesId, { ...changed, updated: rfc2822(at) }],
      [loadersId, { ...loaders, updated: rfc2822(at) }],
    ]);
    expect(next.documents).toEqual(next.changed);
    expect(hasChanged(before, next)).toBe(true);
  });

  it('has a later date after each change, in whole seconds, by whatever clock', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5_000_000, max: 5_000_000 }), { minLength: 1 }), (clocks) => {
        let content = before;
        for (const [at, milliseconds] of clocks.entries()) {
          const label = `label-${at}`;
          const wanted = contentWith([withImage((one) => ({ ...one, label })), loaders], before.state);
          const next = nextContent(content, wanted, new Date(Date.parse(images.updated) + milliseconds));
          const [dates, earlier] = [next, content].map(({ documents }) =>
            [...documents.values()].map(({ updated }) => Date.parse(updated)),
          ) as [number[], number[]];
          expect(new Set(dates).size).toBe(1);
          expect(Math.min(...dates)).toBeGreaterThan(Math.max(...earlier));
          content = next;
        }
      }),
    );
  });

  it('has a document more, which is dated, or one less', () => {
    const alone = contentWith([images], before.state);
    const more = nextContent(alone, before, at);
    expect(more.changed).toEqual(more.documents);
    expect([...more.changed.keys()]).toEqual([imagesId, loadersId]);
    expect(hasChanged(alone, more)).toBe(true);

    const less = nextContent(before, alone, at);
    expect([...less.documents.keys()]).toEqual([imagesId]);
    expect([...less.changed]).toEqual([[imagesId, { ...images, updated: rfc2822(at) }]]);
    expect(hasChanged(before, less)).toBe(true);
  });

  it('has another state', () => {
    const state = { ...held, held: {} };
    const next = nextContent(before, { ...before, state }, at);

    expect(next.state).toBe(state);
    expect(hasChanged(before, next)).toBe(true);
  });
});

it('what is on the shelf too long leaves it, and is remembered by its name', () => {
  const names = Array.from({ length: 11 }, (_, count) => String(count + 10));
  const withdrawn = (some: readonly string[]) =>
    shelfOf(Object.fromEntries(some.map((name) => [name, name])), 'withdrawn');
  const full = nextContent(viewOf({}), { shelf: withdrawn(names.slice(0, 10)) }, at);

  const next = nextContent(full, { shelf: withdrawn(names) }, at);

  expect(Object.keys(next.shelf.products[imageId]?.versions ?? {})).toEqual(names.slice(1));
  expect(next.ledger.products[imageId]).toMatchObject({ top: '20', gone: { '10': contentDigest(versionWith('10')) } });
});

it('what a view says is its documents and its state', () => {
  const published: PublishedView = {
    ...{ view: 'candidate', index: undefined, tag: null, byFormer: false, head: noHistory },
    ...contentWith([images]),
    documents: new Map([[imagesId, { path: 'a', document: images, byFormer: true }]]),
  };

  expect(contentOf(published)).toEqual(contentWith([images], before.state));
});
