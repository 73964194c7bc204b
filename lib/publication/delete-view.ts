import { mirror as layout, mutableCacheControl } from '../job/layout';
import { writeJson } from '../simplestreams/json';
import { stateFiles, writeState } from './commit/write-state';
import { entryOf } from './history-entry';
import { contentOf, nextContent } from './next-content';
import type { Press } from './press';
import { readView } from './read-view';
import { timeText } from './state/kept-ledger';
import { emptyShelf } from './state/shelf';
import type { Tombstone } from './state/state-document';
import type { Note } from './state/view-content';

/**
 * Deletes a view: its last state is written, in which every version has left, then a note that names it, and then the indexes
 * are removed. If the view is created again, its names, its withdrawals and its history go on. Its documents stay. A change
 * that is committed between the last read of the index and its removal is lost: stores have no conditional removal.
 * @returns false if there is no such view
 * @throws the errors of readView
 * @public
 */
export async function deleteView(view: string, note: Note, press: Press): Promise<boolean> {
  const { mirror } = press;
  for (;;) {
    const before = await readView(view, press);
    if (before.index === undefined) return false;
    const [content, at] = [contentOf(before), press.now()];
    const next = nextContent(content, { documents: new Map(), shelf: emptyShelf }, at);
    const state = stateFiles(before, next, entryOf(content, next, note));
    await writeState(view, state, press);
    await leaveNote(view, { state: state.path, at: timeText(at), ...asked(note) }, press);
    if ((await mirror.read(layout.index(view)))?.tag !== before.tag) continue;
    await mirror.remove(layout.plainIndex(view));
    await mirror.remove(layout.plainIndexSignature(view));
    await mirror.remove(layout.index(view));
    return true;
  }
}

async function leaveNote(view: string, tombstone: Tombstone, { mirror }: Press): Promise<void> {
  const options = { contentType: 'application/json', cacheControl: mutableCacheControl };
  await mirror.replace(layout.tombstone(view), Buffer.from(writeJson(tombstone)), options);
}

function asked({ by, reason }: Note): Pick<Tombstone, 'by' | 'reason'> {
  return { ...(by !== undefined && { by }), ...(reason !== undefined && { reason }) };
}
