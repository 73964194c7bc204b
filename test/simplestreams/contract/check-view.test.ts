import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernelsOf } from '../../../lib/catalog/kernels';
import { productFields, productId } from '../../../lib/catalog/products';
import { releases } from '../../../lib/catalog/releases';
import { checkView } from '../../../lib/simplestreams/contract/check-view';
import { contractRules } from '../../../lib/simplestreams/contract/contract-rules';
import { maasKernelName } from '../../../lib/simplestreams/contract/maas-kernel-name';
import { groupsOf, levelsOf } from '../../../lib/simplestreams/contract/product-groups';
import type { Product, Products } from '../../../lib/simplestreams/types';
import { kernelName } from '../../maas-model/reading/stream';
import {
  bootloaderDocument,
  bootloaderFields,
  documentOf,
  imageContentId,
  imageDocument,
  imageFields,
  imageId,
  imageVersion,
  itemOf,
  singleFileDocument,
} from '../made-documents';

const hweId = imageId.replace('ga-', 'hwe-');
const label = 'candidate';

/** A flavour of noble with versions by name, each with a root of its own content. */
function flavour(roots: Readonly<Record<string, string>>, fields: Record<string, string> = {}): Product {
  const versions = Object.entries(roots).map(([name, root]) => {
    const version = imageVersion(name);
    return [name, { ...version, items: { ...version.items, squashfs: itemOf('squashfs', root) } }];
  });
  return { ...imageFields, ...fields, versions: Object.fromEntries(versions) };
}

const hwe = { subarch: 'hwe-24.04', subarches: 'generic,hwe-p,ga-22.04,ga-24.04' };
const sha256 = (root: string) => `${itemOf('squashfs', root).sha256.slice(0, 12)}…`;

const viewOf = (products: Readonly<Record<string, Product>>) =>
  new Map([[imageContentId, documentOf(imageContentId, products)]]);
const rulesOf = (documents: ReadonlyMap<string, Products>, touched?: readonly string[]) =>
  checkView(documents, { label, ...(touched && { touched: new Set(touched) }) }).map(({ rule }) => rule);

it('finds nothing wrong with a view of images, bootloaders and single files', () => {
  const documents = [imageDocument(), bootloaderDocument(), singleFileDocument()];
  expect(checkView(new Map(documents.map((one) => [one.content_id, one])), { label })).toEqual([]);
});

describe('the root of a release and architecture', () => {
  it('may be another in older versions', () => {
    const products = { [imageId]: flavour({ '1': 'a', '2': 'b' }), [hweId]: flavour({ '1': 'c', '3': 'b' }, hwe) };
    expect(rulesOf(viewOf(products))).toEqual([]);
  });

  it('refuses another in the newest of a flavour, with both digests and products', () => {
    const products = { [imageId]: flavour({ '10': 'a', '9': 'b' }), [hweId]: flavour({ '3': 'a' }, hwe) };
    expect(checkView(viewOf(products), { label })).toEqual([
      {
        rule: 'root-differs',
        where: hweId,
        message: `the root of 3 is ${sha256('a')}, but the root of 9 is ${sha256('b')} of ${imageId}: ${contractRules['root-differs']}`,
      },
    ]);
  });

  it('refuses another also where two flavours only meet through a third', () => {
    const [a, b, c] = ['a', 'a,b', 'b'].map((subarches) => ({
      subarches,
      subarch: `ga-${subarches.replace(',', '')}`,
    }));
    const products = { one: flavour({ '1': 'x' }, a), two: flavour({ '1': 'x' }, b), three: flavour({ '1': 'y' }, c) };
    expect(rulesOf(viewOf(products))).toEqual(['root-differs']);
    expect(rulesOf(viewOf({ one: products.one, three: products.three }))).toEqual([]);
  });

  it.each([
    ['release', { release: 'jammy' }],
    ['architecture', { arch: 'arm64' }],
    ['system', { os: 'debian' }],
    ['platform', { subarches: 'canary,canary-ga-24.04' }],
  ])('may be another of another %s', (_, fields) => {
    const products = { [imageId]: flavour({ '1': 'a' }), [hweId]: flavour({ '1': 'b' }, { ...hwe, ...fields }) };
    expect(rulesOf(viewOf(products))).toEqual([]);
  });

  it('is compared across documents', () => {
    const [one, other] = [
      viewOf({ [imageId]: flavour({ '1': 'a' }) }),
      documentOf('two', { [hweId]: flavour({ '1': 'b' }, hwe) }),
    ];
    expect(rulesOf(new Map([...one, ['two', other]]))).toEqual(['root-differs']);
  });

  it('of an image without a squashfs is not compared', () => {
    const old = flavour({ '1': 'a' }, hwe);
    const { squashfs, ...items } = imageVersion('1').items;
    const versions = { '1': { items: { ...items, 'root-image.gz': itemOf('root-image.gz', 'old') } } };
    expect(rulesOf(viewOf({ [imageId]: flavour({ '1': 'b' }), [hweId]: { ...old, versions } }))).toEqual([]);
  });
});

describe('a flavour', () => {
  it.each<[string, Record<string, string>, Record<string, string>?]>([
    ['its own words', {}],
    ['a flavour that MAAS does not append', { subarch: 'generic', kflavor: 'cloud' }, { subarch: 'generic' }],
  ])('refuses %s a second time', (_, fields, first: Record<string, string> = {}) => {
    const products = { [imageId]: flavour({ '1': 'a' }, first), 'second:v3:': flavour({ '1': 'a' }, fields) };
    const { subarch } = { ...imageFields, ...first };
    expect(checkView(viewOf(products), { label })).toEqual([
      {
        rule: 'flavour-repeated',
        where: 'second:v3:',
        message: `it is ubuntu/noble/amd64/${subarch}, as is ${imageId}: ${contractRules['flavour-repeated']}`,
      },
    ]);
  });

  it('refuses a bootloader a second time', () => {
    const document = bootloaderDocument();
    const second = { ...bootloaderFields, versions: Object.values(document.products)[0]?.versions ?? {} };
    const documents = new Map([['loaders', { ...document, products: { ...document.products, second } }]]);
    expect(rulesOf(documents)).toEqual(['flavour-repeated']);
  });

  it.each(
    releases.map((release) => [release.name, release] as const),
  )('of %s is never two of one name to MAAS', (_, release) => {
    const versions = flavour({ '1': 'a' }).versions;
    const products = kernelsOf(release).map((kernel) => [
      productId(kernel, label),
      { ...productFields(kernel, label), versions },
    ]);
    expect(rulesOf(viewOf(Object.fromEntries(products)))).toEqual([]);
  });

  it('has the name that MAAS gives it', () => {
    const words = fc.constantFrom(
      'generic',
      'cloud',
      'generic-lpae',
      'ga-24.04',
      'hwe-24.04-edge',
      'canary-ga-24.04',
      'lowlatency',
      'rt',
    );
    fc.assert(
      fc.property(words, words, (subarch, kflavor) => {
        expect(maasKernelName({ subarch, kflavor })).toBe(kernelName(subarch, kflavor));
      }),
    );
    expect(maasKernelName({ subarch: 'generic' })).toBe('generic');
  });
});

it.each(['stable', ''])('refuses the label %j in another view', (other) => {
  const products = { [imageId]: flavour({ '1': 'a' }, { label: other }), [hweId]: flavour({ '1': 'a' }, hwe) };
  expect(checkView(viewOf(products), { label })).toEqual([
    {
      rule: 'label-of-view',
      where: imageId,
      message: `label is ${other}, not candidate: ${contractRules['label-of-view']}`,
    },
  ]);
});

describe('a change', () => {
  const second = 'second:v3:';
  const faults = viewOf({
    [imageId]: flavour({ '1': 'a' }),
    [hweId]: flavour({ '1': 'b' }, hwe),
    [second]: flavour({ '1': 'a' }, { release: 'jammy' }),
    third: flavour({ '1': 'a' }, { release: 'jammy', label: 'stable' }),
    fourth: flavour({ '1': 'a' }, { release: 'focal' }),
  });

  it('is not stopped by an older fault elsewhere', () => {
    expect(rulesOf(faults)).toEqual(['label-of-view', 'flavour-repeated', 'root-differs']);
    expect(rulesOf(faults, [])).toEqual([]);
    expect(rulesOf(faults, ['fourth'])).toEqual([]);
  });

  it('is refused for a fault of products that MAAS mixes up with those it touches', () => {
    expect(rulesOf(faults, [imageId])).toEqual(['root-differs']);
    expect(rulesOf(faults, [hweId])).toEqual(['root-differs']);
    expect(rulesOf(faults, [second])).toEqual(['flavour-repeated']);
    expect(rulesOf(faults, ['third'])).toEqual(['label-of-view', 'flavour-repeated']);
  });
});

it('groups are what overlaps, whatever the order of the products is', () => {
  const levels = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(levels, { maxLength: 8 }), (all) => {
      const products = all.map((some, at) => [`${at}`, flavour({}, { subarches: some.join(',') })] as const);
      const groups = groupsOf(products, ([, product]) => levelsOf(product)).map((group) =>
        group.map(([id]) => Number(id)),
      );
      expect(groups.flat().sort()).toEqual(all.map((_, at) => at));
      const groupOf = (at: number) => groups.findIndex((group) => group.includes(at));
      const isSame = reachable(all);
      for (const one of all.keys())
        for (const other of all.keys()) expect(groupOf(one) === groupOf(other)).toBe(isSame(one, other));
    }),
  );
});

/** Whether one list reaches another by steps to lists with a common word: by trying until nothing is added. */
function reachable(all: readonly (readonly string[])[]): (one: number, other: number) => boolean {
  return (one, other) => {
    let words = new Set(all[one]);
    for (let size = 0; size !== words.size; ) {
      size = words.size;
      words = new Set(
        all
          .filter((some) => some.some((word) => words.has(word)))
          .flat()
          .concat(...words),
      );
    }
    return (all[other] ?? []).some((word) => words.has(word));
  };
}
