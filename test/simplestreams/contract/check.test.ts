import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkIndex } from '../../../lib/simplestreams/contract/check-index';
import { checkProducts } from '../../../lib/simplestreams/contract/check-products';
import { contractRules } from '../../../lib/simplestreams/contract/contract-rules';
import { makeIndex, plainIndexOf } from '../../../lib/simplestreams/documents';
import { addVersions } from '../../../lib/simplestreams/merge';
import type { Products } from '../../../lib/simplestreams/types';
import { sortsAbove } from '../../../lib/simplestreams/version-order';
import {
  at,
  bootloaderDocument,
  imageDocument,
  imageFields,
  imageId,
  imageVersion,
  singleFileDocument,
} from '../made-documents';
import {
  bootloaderMutations,
  imageMutations,
  indexMutations,
  type Mutation,
  singleFileMutations,
} from '../openpgp/mutations';

const rulesOf = (violations: readonly { readonly rule: string }[]) => [...new Set(violations.map(({ rule }) => rule))];

/** The document with one thing changed in a copy of it. */
function mutated<Document>(document: Document, [, change]: Mutation): Document {
  const copy = structuredClone(document);
  change(copy);
  return copy;
}

const index = () =>
  makeIndex(
    [
      { document: imageDocument(), path: 'streams/v1/aa.sjson' },
      { document: bootloaderDocument(), path: 'streams/v1/bb.sjson' },
    ],
    at,
  );
const documents = new Map([imageDocument(), bootloaderDocument()].map((document) => [document.content_id, document]));

describe('checkProducts', () => {
  it('finds nothing wrong with documents of the three kinds', () => {
    for (const document of [imageDocument(), bootloaderDocument(), singleFileDocument()]) {
      expect(checkProducts(document)).toEqual([]);
    }
  });

  it('finds nothing wrong with whatever our makers make', () => {
    fc.assert(
      fc.property(aDocument, (document) => {
        expect(checkProducts(document)).toEqual([]);
      }),
    );
  });

  it.each(imageMutations)('refuses an image document with %s', (...mutation) => {
    expect(rulesOf(checkProducts(mutated(imageDocument(), mutation)))).toEqual([mutation[2]]);
  });

  it.each(bootloaderMutations)('refuses a bootloader document with %s', (...mutation) => {
    expect(rulesOf(checkProducts(mutated(bootloaderDocument(), mutation)))).toEqual([mutation[2]]);
  });

  it.each(singleFileMutations)('refuses a single-file document with %s', (...mutation) => {
    expect(rulesOf(checkProducts(mutated(singleFileDocument(), mutation)))).toEqual([mutation[2]]);
  });

  it('refuses one bad thing by the same name, whatever good things lie beside it', () => {
    fc.assert(
      fc.property(aDocument, fc.constantFrom(...imageMutations), (good, mutation) => {
        const products = { ...good.products, ...imageDocument().products };
        expect(rulesOf(checkProducts(mutated({ ...good, products }, mutation)))).toContain(mutation[2]);
      }),
      { numRuns: 300 },
    );
  });

  it('says where, what it saw and what would happen', () => {
    const document = mutated(
      imageDocument(),
      imageMutations.find(([what]) => what === 'an unknown file type') as Mutation,
    );
    const place = `${imageId} / 20261012.1 / squashfs`;
    const message = `ftype is squashfs.zst: ${contractRules['ftype-unknown']}`;
    expect(checkProducts(document)).toEqual([{ rule: 'ftype-unknown', where: place, message }]);
    expect(checkProducts(document, 'stable')).toEqual([{ rule: 'ftype-unknown', where: `stable / ${place}`, message }]);
  });

  it('names the document where the fault is of the whole', () => {
    expect(checkProducts({ ...imageDocument(), products: {} })).toMatchObject([{ where: imageDocument().content_id }]);
    expect(checkProducts({ ...imageDocument(), products: {} }, 'stable')).toMatchObject([{ where: 'stable' }]);
  });

  it.each([null, 1, 'x', [], undefined])('refuses what is no document at all: %j', (value) => {
    expect(checkProducts(value)).toMatchObject([{ rule: 'not-an-object', where: 'products document' }]);
  });

  it('does not fail itself on any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const version = { items: { 'boot-kernel': a, squashfs: { path: b, sha256: a, size: b, ftype: a } } };
        for (const products of [
          a,
          { p: a },
          { p: { versions: a, label: b } },
          { p: { versions: { v: version, w: a } } },
        ]) {
          expect(checkProducts({ products, updated: a, datatype: b })).not.toEqual([]);
        }
        expect(checkIndex({ index: a, updated: b })).not.toEqual([]);
        expect(checkIndex({ index: { c: a, d: { path: a, products: b, updated: a } } })).not.toEqual([]);
      }),
    );
  });

  it.each([
    ['the flavour itself', 'generic-lpae', 'generic-lpae'],
    ['a plain one', 'hwe-24.04-edge', 'lowlatency'],
    ['Debian’s', 'generic', 'cloud'],
  ])('takes a subarch that is %s', (_what, subarch, kflavor) => {
    const products = { [imageId]: { ...imageDocument().products[imageId], subarch, kflavor } };
    expect(checkProducts({ ...imageDocument(), products })).toEqual([]);
  });

  it.each([
    '2026-10-12',
    '2026-10-12T04:11:09Z',
    '2026-10-12T04:11:09.123456+02:00',
    'Mon, 2 Oct 2026 04:11:09 -0700',
  ])('takes the date %s', (updated) => {
    expect(checkProducts({ ...imageDocument(), updated })).toEqual([]);
  });

  it('takes an end of life that is null or not there', () => {
    const { support_eol, ...product } = { ...imageFields, versions: imageDocument().products[imageId]?.versions };
    for (const each of [product, { ...product, support_eol: null }]) {
      expect(checkProducts({ ...imageDocument(), products: { [imageId]: each } })).toEqual([]);
    }
  });

  it('takes a build time that sorts below a re-spin of the same day: both are right about which is newer', () => {
    const versions = { '20261012.083000': imageVersion('20261012.083000'), '20261012.1': imageVersion('20261012.1') };
    const products = { [imageId]: { ...imageFields, versions } };
    expect(checkProducts({ ...imageDocument(), products })).toEqual([]);
  });
});

describe('checkIndex', () => {
  it('finds nothing wrong with our indexes', () => {
    expect(checkIndex(index(), { documents, signed: true })).toEqual([]);
    expect(
      checkIndex(
        plainIndexOf(index(), (id) => `streams/v1/${id.length}.json`),
        { documents },
      ),
    ).toEqual([]);
  });

  it.each(indexMutations)('refuses an index with %s', (...mutation) => {
    expect(rulesOf(checkIndex(mutated(index(), mutation), { documents, signed: true }))).toEqual([mutation[2]]);
  });

  it('compares with documents only where it is given them', () => {
    const other = new Map([[bootloaderDocument().content_id, { ...bootloaderDocument(), products: {} }]]);
    expect(checkIndex(index())).toEqual([]);
    expect(checkIndex(index(), { documents: other })).toMatchObject([
      { rule: 'index-products-differ', where: bootloaderDocument().content_id },
    ]);
  });

  it.each([null, 'x', []])('refuses what is no index at all: %j', (value) => {
    expect(checkIndex(value)).toMatchObject([{ rule: 'not-an-object', where: 'index' }]);
  });
});

describe('contractRules', () => {
  it('has no rule that no test breaks', () => {
    const all = [...imageMutations, ...bootloaderMutations, ...singleFileMutations, ...indexMutations];
    const ofViews = ['root-differs', 'flavour-repeated', 'label-of-view']; // check-view.test.ts
    const broken = [...all.map(([, , rule]) => rule), ...ofViews];
    expect([...new Set(broken)].sort()).toEqual(Object.keys(contractRules).sort());
  });
});

describe('sortsAbove', () => {
  it('compares as strings of bytes', () => {
    expect(sortsAbove('20261012.2', '20261012.10')).toBe(true);
    expect(sortsAbove('20261012.1', '20261012')).toBe(true);
    expect(sortsAbove('20261012', '20261012')).toBe(false);
    expect(sortsAbove('\u{1f600}', '\uffee')).toBe(true);
  });
});

const aDocument: fc.Arbitrary<Products> = fc
  .array(
    fc.record({
      flavour: fc.constantFrom('generic', 'lowlatency'),
      subarch: fc.constantFrom('ga-24.04', 'hwe-24.04', 'hwe-24.04-edge'),
      days: fc.uniqueArray(fc.integer({ min: 20260101, max: 20261231 }), { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((builds) => {
    const additions = builds.flatMap(({ flavour, subarch, days }) =>
      days.sort().map((day) => ({
        productId: `com.ubuntu.maas.candidate:v3:boot:24.04:amd64:${subarch}-${flavour}`,
        fields: { ...imageFields, subarch, kflavor: flavour },
        versionName: String(day),
        version: imageVersion(String(day), subarch, flavour),
      })),
    );
    const sorted = additions.sort((a, b) => Number(a.versionName) - Number(b.versionName));
    return addVersions(undefined, 'com.ubuntu.maas:candidate:v3:download', sorted, at);
  });
