import { type Addition, addVersions, newestOf } from '../simplestreams/merge';
import type { Products } from '../simplestreams/types';
import { standingProducts } from './offers/standing-products';
import { waitingAmong } from './offers/waiting';
import { timeText } from './state/kept-ledger';
import { onShelf } from './state/shelf';
import type { Change, Note, ViewChange, ViewContent } from './state/view-content';

/**
 * Decides what to add from the current content of the document and the view. An empty result means that nothing is committed.
 * @param document with the pending versions, as if there were no hold
 */
export type Additions = (document: Products | undefined, content: ViewContent) => readonly Addition[];

/**
 * The change that adds versions to one document of a view. Versions that are new to a held product go to the shelf, where they
 * wait until the hold is lifted.
 * @param withdrawn withdrawals of other views, which the change must obey too
 * @throws what addVersions throws, when the change is made: VersionConflict, ContractBroken
 */
export function addingVersions(
  contentId: string,
  additions: Additions,
  note: Note,
  withdrawn: NonNullable<ViewChange['withdrawn']> = [],
): Change {
  return (content, at) => {
    const standing = standingProducts(content, contentId);
    const added = additions(standing, content);
    if (added.length === 0) return undefined;
    const waiting = waitingAmong(content, contentId, added);
    const now = added.filter((one) => !waiting.has(one));
    if (waiting.size === 0) return { documents: offering(content, contentId, now, at), note, withdrawn };
    addVersions(standing, contentId, added, at); // refuses what does not sort above the pending versions
    const renewed = [...waiting].flatMap((one) => renewedFields(content.documents.get(contentId), one));
    const documents = offering(content, contentId, [...now, ...renewed], at);
    return { documents, shelf: shelving(content, contentId, [...waiting], at), note, withdrawn };
  };
}

function offering(content: ViewContent, contentId: string, added: readonly Addition[], at: Date) {
  const { documents } = content;
  if (added.length === 0) return documents;
  return new Map([...documents, [contentId, addVersions(documents.get(contentId), contentId, added, at)]]);
}

/** What a product says of its inputs is also true while its newest version waits. */
function renewedFields(document: Products | undefined, { productId, fields }: Addition): Addition[] {
  const newest = newestOf(document?.products[productId]);
  return newest === undefined ? [] : [{ productId, fields, versionName: newest.name, version: newest.version }];
}

function shelving({ shelf }: ViewContent, content_id: string, waiting: readonly Addition[], at: Date) {
  return waiting.reduce((all, { productId, fields, versionName, version }) => {
    const since = all.products[productId]?.versions[versionName]?.since ?? timeText(at);
    return onShelf(all, productId, { content_id, fields }, versionName, { why: 'held', since, version });
  }, shelf);
}
