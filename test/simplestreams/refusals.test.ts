import { expect, it } from 'vitest';
import { sha256Of } from '../../lib/sha256';
import { isNamedByItself, makeIndex } from '../../lib/simplestreams/documents';
import { parseIndex, parseProducts, rfc2822, writeJson } from '../../lib/simplestreams/json';
import { addVersions } from '../../lib/simplestreams/merge';
import { objectsOf } from '../../lib/simplestreams/promised';
import { parseStrictJson } from '../../lib/simplestreams/strict-json';
import { additionOf, at, imageContentId, imageDocument, imageFields, imageId, imageVersion } from './made-documents';

const other = `${imageId}-lowlatency`;

it.each<[string, () => unknown, string, string, string | undefined]>([
  [
    'a version with different content',
    () => addVersions(imageDocument(), imageContentId, [additionOf('20261011', { version: imageVersion('1') })], at),
    'VersionConflict',
    `${imageId} already has a version 20261011 with different content`,
    'versions never change; publish under a new name',
  ],
  [
    'a version that nobody would see',
    () => addVersions(imageDocument(), imageContentId, [additionOf('20261012')], at),
    'VersionConflict',
    `version 20261012 of ${imageId} does not sort above 20261012.1`,
    'MAAS uses the version whose name sorts last as a string; it would never use this one',
  ],
  [
    'another release',
    () =>
      addVersions(imageDocument(), imageContentId, [additionOf('3', { fields: { ...imageFields, release: 'z' } })], at),
    'ContractBroken',
    `${imageId} belongs to the release noble; a version of z cannot be added to it`,
    'an Ubuntu version belongs to one series: correct `catalogue` in mirror.yaml, or ask the publisher of the stream',
  ],
  [
    'another document',
    () => addVersions(imageDocument(), 'other', [], at),
    'VersionConflict',
    `the document is ${imageContentId}, not other`,
    undefined,
  ],
  [
    'a second label',
    () => {
      const { label: _, ...fields } = imageFields;
      return addVersions(imageDocument(), imageContentId, [additionOf('1', { productId: other, fields })], at);
    },
    'ContractBroken',
    'the products have different labels: candidate and (none)',
    'the label of every product must be the name of the view',
  ],
  [
    'two documents of one id',
    () =>
      makeIndex(
        [1, 2].map((path) => ({ document: imageDocument(), path: String(path) })),
        at,
      ),
    'BadInput',
    `two documents have the content id ${imageContentId}`,
    undefined,
  ],
  [
    'a list',
    () => writeJson([]),
    'BadFormat',
    'a list cannot be a simplestreams document: readers expect an object',
    undefined,
  ],
  ['no number', () => writeJson({ a: Number.NaN }), 'BadFormat', 'NaN (number) cannot be written as JSON', undefined],
  [
    'a function',
    () => writeJson({ a: [writeJson] }),
    'BadFormat',
    `${writeJson} (function) cannot be written as JSON`,
    undefined,
  ],
  ['no date', () => rfc2822(new Date('x')), 'BadFormat', 'an invalid date cannot be written', undefined],
])('refuses %s in these words', (_, make, name, message, hint) => {
  expect(make).toThrow(expect.objectContaining({ name, message, hint }));
});

it.each([
  ['a lower-case digest of 64', 'f'.repeat(64), undefined],
  ['a longer one', 'f'.repeat(65), 'a sha256 in lower-case hex'],
  ['one in capitals', 'F'.repeat(64), 'a sha256 in lower-case hex'],
  ['one with something before', `x${'f'.repeat(64)}`, 'a sha256 in lower-case hex'],
])('takes or refuses in a document %s', (_, sha256, fault) => {
  const item = { ftype: 'f', path: 'p', sha256, size: 0 };
  const text = JSON.stringify({ ...imageDocument(), products: { p: { versions: { v: { items: { i: item } } } } } });

  if (fault === undefined) expect(parseProducts(text, 'it')).toMatchObject({ content_id: imageContentId });
  else {
    expect(() => parseProducts(text, 'it')).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /^it is not a simplestreams products document: at products \/ p \/ versions \/ v \/ items \/ i \/ sha256: must be a sha256 in lower-case hex/,
        ),
        hint: 'check the address; the download may also have been cut off',
      }),
    );
  }
});

it('refuses what is no JSON with the same hint, and names the kind of document', () => {
  const hint = 'check the address; the download may also have been cut off';
  expect(() => parseIndex('<', 'it')).toThrow(
    expect.objectContaining({
      hint,
      message: expect.stringMatching(/^it is not a simplestreams index: Unexpected token/),
    }),
  );
});

it('an index may say the same of an entry without datatype and format, and must have a path', () => {
  const index = (entry: object) =>
    JSON.stringify({
      format: 'index:1.0',
      updated: '',
      index: { c: { path: 'p', products: [], updated: '', ...entry } },
    });

  expect(parseIndex(index({}), 'it').index).toEqual({ c: { path: 'p', products: [], updated: '' } });
  for (const entry of [{ path: '' }, { updated: 1 }, { datatype: 1 }, { format: 1 }, { products: [1] }]) {
    expect(() => parseIndex(index(entry), 'it')).toThrow('it is not a simplestreams index: at index / c / ');
  }
});

it('a document is named by itself where its last name begins with the digest of its bytes', () => {
  const bytes = Buffer.from('text');
  const digest = sha256Of(bytes);

  expect(isNamedByItself(`streams/v1/${digest}.json`, bytes)).toBe(true);
  expect(isNamedByItself(`${digest}.sjson`, bytes)).toBe(true);
  for (const path of [`streams/${digest}.x/a.json`, `streams/v1/${digest}`, `streams/v1/x${digest}.json`, '']) {
    expect(isNamedByItself(path, bytes)).toBe(false);
  }
});

it('a version promises its items, and its provenance where that is told whole', () => {
  const { items } = imageVersion('20261011');
  const whole = { items, provenance: 'p.json', provenance_sha256: 'abc', provenance_size: '7' };

  expect(objectsOf({ items })).toEqual(Object.values(items));
  expect(objectsOf(whole).slice(Object.keys(items).length)).toEqual([{ path: 'p.json', sha256: 'abc', size: 7 }]);
  for (const field of ['provenance', 'provenance_sha256']) {
    expect(objectsOf({ ...whole, [field]: undefined })).toEqual(Object.values(items));
  }
});

it('refuses a name that is repeated, by its first 80 letters', () => {
  const name = 'x'.repeat(100);
  expect(() => parseStrictJson(`{"${name}": 1, "${name}": 2}`)).toThrow(
    new SyntaxError(`an object has two members named "${'x'.repeat(79)}`),
  );
});
