import { emptyLedger } from '../../../lib/publication/state/ledger';
import { emptyShelf, type Shelf, type ShelfEntry } from '../../../lib/publication/state/shelf';
import { emptyState } from '../../../lib/publication/state/state-document';
import type { ViewContent } from '../../../lib/publication/state/view-content';
import type { Version } from '../../../lib/simplestreams/types';
import { documentOf, imageContentId, imageFields, imageId, imageVersion } from '../../simplestreams/made-documents';

/** The content of a version by its names: `a` is another than `b`. */
export type Named = Readonly<Record<string, string>>;

/** A version with a content of its own. */
export const versionWith = (content: string): Version => imageVersion(content);

/** A view of one product: what its documents offer, and what is on its shelf. Nothing is remembered of it. */
export function viewOf(offered: Named, shelved: Named = {}, why: ShelfEntry['why'] = 'held'): ViewContent {
  const versions = Object.fromEntries(Object.entries(offered).map(([name, content]) => [name, versionWith(content)]));
  const document = documentOf(imageContentId, { [imageId]: { ...imageFields, versions } });
  return {
    view: 'candidate',
    documents: Object.keys(offered).length === 0 ? new Map() : new Map([[imageContentId, document]]),
    state: emptyState('candidate'),
    shelf: shelfOf(shelved, why),
    ledger: emptyLedger,
  };
}

export function shelfOf(shelved: Named, why: ShelfEntry['why'] = 'held', since = '2026-11-20T00:00:00Z'): Shelf {
  if (Object.keys(shelved).length === 0) return emptyShelf;
  const versions = Object.entries(shelved).map(([name, content]) => [
    name,
    { why, since, version: versionWith(content) },
  ]);
  const product = { content_id: imageContentId, fields: imageFields, versions: Object.fromEntries(versions) };
  return { ...emptyShelf, products: { [imageId]: product } };
}
