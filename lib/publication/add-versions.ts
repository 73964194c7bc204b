import { type Addition, addVersions } from '../simplestreams/merge';
import type { Products } from '../simplestreams/types';
import type { Change, Note, ViewContent } from './state/view-content';

/** Decides what to add from the current content of the document and the view. An empty result means that nothing is committed. */
export type Additions = (document: Products | undefined, content: ViewContent) => readonly Addition[];

/**
 * The change that adds versions to one document of a view.
 * @throws what addVersions throws, when the change is made: VersionConflict, ContractBroken
 */
export function addingVersions(contentId: string, additions: Additions, note: Note): Change {
  return (content, at) => {
    const { documents } = content;
    const current = documents.get(contentId);
    const added = additions(current, content);
    if (added.length === 0) return undefined;
    return { documents: new Map([...documents, [contentId, addVersions(current, contentId, added, at)]]), note };
  };
}
