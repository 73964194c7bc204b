import { describe, expect, it } from 'vitest';
import { standingProducts } from '../../../lib/publication/offers/standing-products';
import { newestVersion } from '../../../lib/simplestreams/merge';
import { imageContentId, imageFields, imageId } from '../../simplestreams/made-documents';
import { versionWith, viewOf } from '../made/view-of';

describe('what builds compare with', () => {
  it('is the document itself if nothing is pending', () => {
    const view = viewOf({ '1': 'a' });
    expect(standingProducts(view, imageContentId)).toBe(view.documents.get(imageContentId));
    const withdrawn = viewOf({ '1': 'a' }, { '2': 'b' }, 'withdrawn');
    expect(standingProducts(withdrawn, imageContentId)).toBe(withdrawn.documents.get(imageContentId));
  });

  it('is the document with its pending versions', () => {
    const product = standingProducts(viewOf({ '1': 'a' }, { '2': 'b' }), imageContentId)?.products[imageId];
    expect(product).toEqual({ ...imageFields, versions: { '1': versionWith('a'), '2': versionWith('b') } });
    expect(product && newestVersion(product)).toBe('2');
  });

  it('is what is pending of a product, or a document, of which nothing was published yet', () => {
    const expected = {
      content_id: imageContentId,
      products: { [imageId]: { ...imageFields, versions: { '1': versionWith('a') } } },
    };
    expect(standingProducts(viewOf({}, { '1': 'a' }), imageContentId)).toMatchObject(expected);
  });

  it('is nothing of another document', () => {
    expect(standingProducts(viewOf({}, { '1': 'a' }), 'other')).toBeUndefined();
    expect(standingProducts(viewOf({}), imageContentId)).toBeUndefined();
  });
});
