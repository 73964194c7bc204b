import { describe, expect, it } from 'vitest';
import {
  labelOf,
  relabelledContentId,
  relabelledId,
  relabelledProduct,
} from '../../../lib/publication/derived/relabel';
import { emptyState } from '../../../lib/publication/state/state-document';
import { checkProducts } from '../../../lib/simplestreams/contract/check-products';
import { checkView } from '../../../lib/simplestreams/contract/check-view';
import type { Products } from '../../../lib/simplestreams/types';
import { bootloaderDocument, imageDocument, imageId, singleFileDocument } from '../../simplestreams/made-documents';

const documents = [imageDocument(), bootloaderDocument(), singleFileDocument()];

/** All of a document, as of another view. */
function relabelled(document: Products, from: string, to: string): Products {
  const products = Object.entries(document.products).map(([id, product]) => {
    return [relabelledId(id, from, to), relabelledProduct(product, to)] as const;
  });
  const content_id = relabelledContentId(document.content_id, from, to);
  return { ...document, content_id, products: Object.fromEntries(products) };
}

describe('a document of another view', () => {
  it.each(documents.map((one) => [one.content_id, one] as const))('%s has its ids and label', (_, document) => {
    const other = relabelled(document, 'candidate', 'stable');
    expect(JSON.stringify(other)).not.toContain('candidate');
    expect(checkProducts(other, other.content_id)).toEqual([]);
    expect(checkView(new Map([[other.content_id, other]]), { label: 'stable' })).toEqual([]);
    expect(relabelled(other, 'stable', 'candidate')).toEqual(document);
  });

  it('shares the versions, which are the same objects', () => {
    const [document, product] = [imageDocument(), imageDocument().products[imageId]];
    const other = relabelled(document, 'candidate', 'stable');
    const [twin] = Object.values(other.products);
    expect(twin).toEqual({ ...product, label: 'stable' });
    expect(twin?.versions).toBe(document.products[imageId]?.versions);
  });

  it('lacks what builds of the first view remember', () => {
    const product = { versions: {}, label: 'candidate', inputs: 'abc', missing: 'hwe-edge', subarch: 'ga-24.04' };
    expect(relabelledProduct(product, 'stable')).toEqual({ versions: {}, label: 'stable', subarch: 'ga-24.04' });
  });

  it.each([
    ['com.ubuntu.maas.candidate:v3:boot:24.04:amd64:ga-24.04', 'com.ubuntu.maas.stable:v3:boot:24.04:amd64:ga-24.04'],
    ['com.ubuntu.maas.candidate-2:v3:boot:24.04:amd64:ga', 'com.ubuntu.maas.candidate-2:v3:boot:24.04:amd64:ga'],
    ['com.example:candidate:boot', 'com.example:candidate:boot'],
    ['com.ubuntu.maas.candidate', 'com.ubuntu.maas.candidate'],
    ['com.candidate.candidate:v3:x.candidate:y', 'com.candidate.stable:v3:x.candidate:y'],
  ])('names only itself: %s becomes %s', (id, other) => {
    expect(relabelledId(id, 'candidate', 'stable')).toBe(other);
  });

  it.each([
    ['com.ubuntu.maas:candidate:v3:download', 'com.ubuntu.maas:stable:v3:download'],
    ['com.ubuntu.maas:daily:v3:candidate', 'com.ubuntu.maas:daily:v3:candidate'],
    ['custom', 'custom'],
  ])('has the content id %s as %s', (id, other) => {
    expect(relabelledContentId(id, 'candidate', 'stable')).toBe(other);
  });
});

it('the label of a view is its name, and that of a snapshot its source', () => {
  const frozen = emptyState('snapshots/may');
  const source = { snapshot: { from: 'candidate', index: '0'.repeat(64), at: '2026-11-20T00:00:00Z' } };
  expect(labelOf({ view: 'stable', state: emptyState('stable') })).toBe('stable');
  expect(labelOf({ view: 'snapshots/may', state: { ...frozen, source } })).toBe('candidate');
});
