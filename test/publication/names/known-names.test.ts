import { describe, expect, it } from 'vitest';
import { knownNames, nameFault, topAmong } from '../../../lib/publication/names/known-names';
import { contentDigest } from '../../../lib/publication/state/product-key';
import type { ViewContent } from '../../../lib/publication/state/view-content';
import { imageId } from '../../simplestreams/made-documents';
import { versionWith, viewOf } from '../made/view-of';

const digest = (content: string) => contentDigest(versionWith(content));

/** `1` is forgotten, `2` gone, `3` offered, `4` on the shelf; `5` was the highest. */
const view: ViewContent = {
  ...viewOf({ '3': 'c' }, { '4': 'd' }),
  ledger: {
    format: 'view-ledger:1',
    products: { [imageId]: { top: '5', forgotten: '1', gone: { '2': digest('b') }, since: {}, attested: {} } },
  },
};

describe('a name in a view', () => {
  it.each([
    ['2', 'b'],
    ['3', 'c'],
    ['4', 'd'],
  ])('may be given again to the content that had it: %s', (name, content) => {
    expect(nameFault(name, digest(content), knownNames(view, imageId))).toBeUndefined();
  });

  it.each(['2', '3', '4'])('refuses to mean another content than it did: %s', (name) => {
    const had = { '2': 'b', '3': 'c', '4': 'd' }[name] ?? '';
    expect(nameFault(name, digest('x'), knownNames(view, imageId))).toBe(
      `the version ${name} was ${digest(had).slice(0, 12)}… in this view and would be ${digest('x').slice(0, 12)}…: a name never means two things [name-reused]`,
    );
  });

  it.each(['0', '1'])('refuses one of which nobody knows any more what it meant: %s', (name) => {
    expect(nameFault(name, digest('x'), knownNames(view, imageId))).toBe(
      `names up to 1 are remembered only by their highest; ${name} may have been one: use a name above 5 [name-forgotten]`,
    );
  });

  it('may be new, between others too', () => {
    for (const name of ['20', '31', '6'])
      expect(nameFault(name, digest('x'), knownNames(view, imageId))).toBeUndefined();
    expect(nameFault('0', digest('x'), knownNames(view, 'another product'))).toBeUndefined();
  });
});

describe('the highest name', () => {
  it('is the highest that any of the products ever had', () => {
    expect(topAmong([imageId], view)).toBe('5');
    expect(topAmong([imageId], viewOf({ '3': 'c' }, { '4': 'd' }))).toBe('4');
    expect(topAmong([imageId, 'another'], viewOf({ '3': 'c' }))).toBe('3');
    expect(topAmong(['another'], view)).toBeUndefined();
    expect(topAmong([], view)).toBeUndefined();
  });
});
