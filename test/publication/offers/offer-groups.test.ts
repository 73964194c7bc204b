import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offerGroups, sharesRoot } from '../../../lib/publication/offers/offer-groups';
import type { Product } from '../../../lib/simplestreams/types';
import {
  bootloaderFields,
  bootloaderVersion,
  imageFields,
  imageVersion,
  singleFileVersion,
} from '../../simplestreams/made-documents';

const image = (subarches: string, more: Partial<Product> = {}): Product => {
  return { ...imageFields, subarches, versions: { '1': imageVersion('1') }, ...more };
};
const grouped = (products: readonly Product[]) => {
  const groups = offerGroups(products.map((product) => ({ product })));
  return groups.map((group) => group.map(({ product }) => products.indexOf(product)));
};

describe('products are in one group', () => {
  it('if their subarches overlap, also only through a third one', () => {
    expect(grouped([image('a,b'), image('c,d'), image('x'), image('b,c')])).toEqual([[0, 1, 3], [2]]);
  });

  it('only within one os, release and architecture', () => {
    const others = [{ os: 'debian' }, { release: 'jammy' }, { arch: 'arm64' }].map((more) => image('a', more));
    expect(grouped([image('a'), ...others])).toEqual([[0], [1], [2], [3]]);
  });

  it('if they are the same product of two views, although it shares its root with none', () => {
    const loader = (): Product => ({ ...bootloaderFields, versions: { '1': bootloaderVersion('1') } });
    expect(grouped([loader(), { ...loader(), arch: 'arm64' }, loader()])).toEqual([[0, 2], [1]]);
  });

  it('exactly if a chain of overlaps leads from one to the other', () => {
    const words = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(words, { maxLength: 8 }), (lists) => {
        const reached = lists.map((_, at) => new Set([at]));
        for (const _ of lists) {
          for (const set of reached) {
            for (const one of [...set]) {
              lists.forEach((list, at) => void (list.some((word) => lists[one]?.includes(word)) && set.add(at)));
            }
          }
        }
        const expected = new Set(reached.map((set) => [...set].sort((a, b) => a - b).join()));
        expect(new Set(grouped(lists.map((list) => image(list.join()))).map(String))).toEqual(expected);
      }),
    );
  });
});

it('an image shares its root with others if it has a kernel; an image of one file and a bootloader do not', () => {
  expect(sharesRoot(image('generic'))).toBe(true);
  expect(sharesRoot(image('generic', { versions: { '1': singleFileVersion('1') } }))).toBe(false);
  expect(sharesRoot({ ...bootloaderFields, subarches: 'a', versions: { '1': imageVersion('1') } })).toBe(false);
  expect(sharesRoot(image('generic', { versions: {} }))).toBe(false);
});
