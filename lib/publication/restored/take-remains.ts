import { mirror as layout } from '../../job/layout';
import { followIndex } from '../commit/follow-index';
import { moveIndex } from '../commit/move-index';
import { entryOf } from '../history-entry';
import { contentOf, nextContent } from '../next-content';
import type { Press } from '../press';
import { readIndex } from '../read-index';
import { readDocuments } from '../read-view';
import type { Note } from '../state/view-content';
import { type Remains, remainsOf } from './remains';

/**
 * Lets a view that has lost a part of what is remembered of it go on from what is left, in one commit. What it offers stays.
 * @returns what was lost, and what took its place; undefined if nothing was lost
 * @throws the errors of readView: NoSuchObject, if a document is missing
 */
export async function takeRemains(view: string, note: Note, press: Press): Promise<Remains | undefined> {
  for (;;) {
    const found = await readIndex(view, press);
    const documents = await readDocuments(found, press);
    const published = new Map([...documents].map(([id, { document }]) => [id, document]));
    const remains = await remainsOf(found, published, press);
    if (remains.lost.length === 0) return undefined;
    const before = { ...found, documents, ...remains.remembered };
    const content = contentOf(before);
    const next = nextContent(content, {}, press.now());
    // It names the lost state, so that it would not be known which of both is later.
    await press.mirror.remove(layout.plainIndex(view));
    if (!(await moveIndex(before, next, entryOf(content, next, note), press))) continue;
    await followIndex(view, press);
    return remains;
  }
}
