import { describe, expect, it } from 'vitest';
import {
  emptyShelf,
  fieldsOf,
  fromShelf,
  onShelf,
  parseShelf,
  type Shelf,
  trimmed,
} from '../../../lib/publication/state/shelf';
import { writeJson } from '../../../lib/simplestreams/json';
import { imageContentId, imageFields, imageId } from '../../simplestreams/made-documents';
import { shelfOf, versionWith } from '../made/view-of';

const product = { content_id: imageContentId, fields: imageFields };
const entry = { why: 'held', since: '2026-11-20T00:00:00Z', version: versionWith('a') } as const;

describe('the shelf', () => {
  it('takes a version, with what is needed to offer it again', () => {
    const shelf = onShelf(emptyShelf, imageId, product, '1', entry);
    expect(shelf).toEqual({
      format: 'view-shelf:1',
      products: { [imageId]: { ...product, versions: { '1': entry } } },
    });
    const more = onShelf(shelf, imageId, { ...product, fields: { ...imageFields, label: 'new' } }, '2', entry);
    expect(more.products[imageId]).toMatchObject({ fields: { label: 'new' }, versions: { '1': entry, '2': entry } });
  });

  it('gives a version back, and loses a product without any', () => {
    const shelf = shelfOf({ '1': 'a', '2': 'b' });
    expect(fromShelf(shelf, imageId, '3')).toBe(shelf);
    expect(fromShelf(shelf, 'other', '1')).toBe(shelf);
    expect(fromShelf(shelf, imageId, '1')).toEqual(shelfOf({ '2': 'b' }));
    expect(fromShelf(fromShelf(shelf, imageId, '1'), imageId, '2')).toEqual(emptyShelf);
  });

  it('keeps ten withdrawn versions of a product, those that came last, and all that are held', () => {
    const names = Array.from({ length: 12 }, (_, count) => String(count + 10));
    const held = shelfOf(Object.fromEntries(names.map((name) => [name, name])));
    expect(trimmed(held)).toBe(held);

    const withdrawn = names.reduce<Shelf>((shelf, name) => {
      const since = name === '10' ? '2026-11-30T00:00:00Z' : '2026-11-20T00:00:00Z';
      return onShelf(shelf, imageId, product, name, { ...entry, why: 'withdrawn', since });
    }, emptyShelf);
    const mixed = onShelf(withdrawn, imageId, product, '09', entry);
    expect(Object.keys(trimmed(mixed).products[imageId]?.versions ?? {}).sort()).toEqual([
      ...['09', '10', '13', '14', '15', '16', '17', '18', '19', '20', '21'],
    ]);
  });

  it('is read as it was written, with fields that this release does not know', () => {
    const shelf = { ...shelfOf({ '1': 'a' }), later: 1 };
    expect(parseShelf(writeJson(shelf), 'it')).toEqual(shelf);
  });
});

it('the fields of a product are all but its versions', () => {
  expect(fieldsOf({ ...imageFields, versions: {} })).toEqual(imageFields);
});
