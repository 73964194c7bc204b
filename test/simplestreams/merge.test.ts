import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Addition, addVersions, newestVersion } from '../../lib/simplestreams/merge';
import type { Products } from '../../lib/simplestreams/types';
import { additionOf, at, imageContentId, imageDocument, imageFields, imageId, imageVersion } from './made-documents';

const later = new Date('2026-10-13T00:00:00Z');
const otherId = `${imageId}-lowlatency`;

describe('addVersions', () => {
  it('begins a document', () => {
    expect(addVersions(undefined, imageContentId, [additionOf('20261011'), additionOf('20261012.1')], at)).toEqual(
      imageDocument(),
    );
  });

  it('adds a version and a product to what is published, and dates the document', () => {
    const merged = addVersions(
      imageDocument(),
      imageContentId,
      [additionOf('20261013'), additionOf('1', { productId: otherId })],
      later,
    );
    expect(Object.keys(merged.products[imageId]?.versions ?? {}).sort()).toEqual([
      '20261011',
      '20261012.1',
      '20261013',
    ]);
    expect(Object.keys(merged.products[otherId]?.versions ?? {})).toEqual(['1']);
    expect(merged.updated).toBe('Tue, 13 Oct 2026 00:00:00 +0000');
  });

  it('gives the very document back where nothing is new, even a version that is not the newest', () => {
    const document = imageDocument();
    expect(addVersions(document, imageContentId, [additionOf('20261011'), additionOf('20261012.1')], later)).toBe(
      document,
    );
  });

  it('takes the product’s fields from the addition', () => {
    const { krel, ...fields } = { ...imageFields, support_eol: '2030-01-01' };
    const product = addVersions(imageDocument(), imageContentId, [additionOf('20261013', { fields })], later).products[
      imageId
    ];
    expect(product?.support_eol).toBe('2030-01-01');
    expect(product).not.toHaveProperty('krel');
  });

  it('changes nothing that it was given', () => {
    const document = imageDocument();
    addVersions(document, imageContentId, [additionOf('20261013')], later);
    expect(document).toEqual(imageDocument());
  });

  it.each([
    [
      'the same name with different content',
      '20261011',
      imageVersion('20261010'),
      'has a version 20261011 with different content',
    ],
    ['a name below the newest', '20261012', imageVersion('20261012'), 'does not sort above 20261012.1'],
    [
      'a name below only as a string',
      '20261012.083000',
      imageVersion('20261012.083000'),
      'does not sort above 20261012.1',
    ],
  ])('refuses %s', (_what, name, version, message) => {
    expect(() => addVersions(imageDocument(), imageContentId, [additionOf(name, { version })], later)).toThrow(
      expect.objectContaining({ name: 'VersionConflict', message: expect.stringContaining(message) }),
    );
  });

  it('refuses to give a product to another release', () => {
    const fields = { ...imageFields, release: 'zany' };
    expect(() => addVersions(imageDocument(), imageContentId, [additionOf('20261013', { fields })], later)).toThrow(
      expect.objectContaining({
        name: 'ContractBroken',
        message: expect.stringMatching(/to the release \w+; .* zany/),
      }),
    );
  });

  it('refuses to merge into a document of another content id', () => {
    expect(() => addVersions(imageDocument(), 'com.debian.maas:candidate:v3:download', [], later)).toThrow(
      expect.objectContaining({ name: 'VersionConflict', message: expect.stringContaining('com.debian.maas') }),
    );
  });

  it.each([['stable'], [undefined]])('refuses a second label in one document: %s', (label) => {
    const { label: _, ...rest } = imageFields;
    const fields = label === undefined ? rest : { ...rest, label };
    expect(() =>
      addVersions(imageDocument(), imageContentId, [additionOf('1', { productId: otherId, fields })], later),
    ).toThrow(expect.objectContaining({ name: 'ContractBroken', message: expect.stringContaining('candidate and') }));
  });

  it('never loses or changes a version, whatever is added in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anAddition, { maxLength: 4 }), { maxLength: 6 }), (rounds) => {
        let document: Products | undefined;
        for (const additions of rounds) {
          const before = document;
          const after = attempt(() => addVersions(before, imageContentId, additions, later));
          if (after === undefined) continue;
          for (const [id, name, version] of versionsOf(before)) {
            expect(after.products[id]?.versions[name]).toEqual(version);
          }
          for (const { productId, versionName, version } of additions) {
            expect(after.products[productId]?.versions[versionName]).toEqual(version);
          }
          expect(versionsOf(after).length).toBeLessThanOrEqual(versionsOf(before).length + additions.length);
          document = after;
        }
      }),
    );
  });
});

describe('newestVersion', () => {
  it('is the last as a string, not as a number', () => {
    const versions = Object.fromEntries(['20261011.2', '20261011.10', '20261011'].map((name) => [name, { items: {} }]));
    expect(newestVersion({ versions })).toBe('20261011.2');
  });

  it('is nothing where there is none', () => {
    expect(newestVersion({ versions: {} })).toBeUndefined();
  });
});

const anAddition: fc.Arbitrary<Addition> = fc
  .record({
    productId: fc.constantFrom(imageId, otherId, '__proto__'),
    versionName: fc.constantFrom('20261011', '20261011.1', '20261012', '20261013', 'toString'),
    content: fc.constantFrom('a', 'b'),
  })
  .map(({ productId, versionName, content }) => additionOf(versionName, { productId, version: imageVersion(content) }));

function versionsOf(document: Products | undefined) {
  return Object.entries(document?.products ?? {}).flatMap(([id, { versions }]) =>
    Object.entries(versions).map(([name, version]) => [id, name, version] as const),
  );
}

/** Nothing where the merge refuses, which it may. */
function attempt<Result>(merge: () => Result): Result | undefined {
  try {
    return merge();
  } catch (error) {
    expect(error).toMatchObject({ name: 'VersionConflict' });
    return undefined;
  }
}
