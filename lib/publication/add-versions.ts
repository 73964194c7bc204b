import { type Addition, addVersions } from '../simplestreams/merge';
import type { Products } from '../simplestreams/types';
import type { Change } from './change-view';

/** What to add, decided afresh from what the document holds at that moment; none means that there is nothing to commit. */
export type Additions = (document: Products | undefined) => readonly Addition[];

/**
 * The change that adds versions to one document of a view.
 * @throws what addVersions throws, when the change is made: VersionConflict, ContractBroken
 */
export function addingVersions(contentId: string, additions: Additions): Change {
  return ({ documents }, at) => {
    const current = documents.get(contentId);
    const added = additions(current);
    if (added.length === 0) return undefined;
    return { documents: new Map([...documents, [contentId, addVersions(current, contentId, added, at)]]) };
  };
}
