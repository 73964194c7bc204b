import { type Addition, addVersions } from '../simplestreams/merge';
import type { Products } from '../simplestreams/types';
import type { Change } from './change-view';

/** Decides what to add from the current content of the document. An empty result means that nothing is committed. */
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
