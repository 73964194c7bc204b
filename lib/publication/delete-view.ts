import { mirror as layout, mutableCacheControl } from '../job/layout';
import { writeJson } from '../simplestreams/json';
import { moveIndex } from './commit/move-index';
import { stateFiles, writeState } from './commit/write-state';
import { entryOf } from './history-entry';
import { contentOf, nextContent } from './next-content';
import type { Press } from './press';
import { refuseRestored } from './published-last';
import { readView } from './read-view';
import { timeText } from './state/kept-ledger';
import { emptyShelf } from './state/shelf';
import type { Tombstone } from './state/state-document';
import type { Note } from './state/view-content';

/**
 * Deletes a view: first a state by which no other writer may change it any more, so that nothing which is decided meanwhile is
 * lost; then its last state, in which every version has left, and a note that names it; and then the indexes are removed. If the
 * view is created again, its names, its withdrawals and its history go on. Its documents stay. A deletion that was interrupted is
 * finished by the next one.
 * @returns false if there is no such view
 * @throws ChecksumMismatch if the index was restored from a backup; the errors of readView
 */
export async function deleteView(view: string, note: Note, press: Press): Promise<boolean> {
  const { mirror } = press;
  for (;;) {
    const before = await readView(view, press);
    if (before.index === undefined) {
      await removeIndexes(view, press);
      return false;
    }
    await refuseRestored(before, press);
    const [content, at] = [contentOf(before), press.now()];
    if (!before.state.deleting) {
      const closing = nextContent(content, { state: { ...before.state, deleting: true } }, at);
      await moveIndex(before, closing, undefined, press);
      continue;
    }
    const { deleting: _closed, ...state } = before.state;
    const next = nextContent(content, { documents: new Map(), shelf: emptyShelf, state }, at);
    const files = stateFiles(before, next, entryOf(content, next, note));
    await writeState(view, files, press);
    await leaveNote(view, { state: files.path, at: timeText(at), ...asked(note) }, press);
    if ((await mirror.read(layout.index(view)))?.tag !== before.tag) continue;
    await removeIndexes(view, press);
    return true;
  }
}

/** The signed one last: as long as it is there, an interrupted deletion can be finished. */
async function removeIndexes(view: string, { mirror }: Press): Promise<void> {
  await mirror.remove(layout.plainIndex(view));
  await mirror.remove(layout.plainIndexSignature(view));
  await mirror.remove(layout.index(view));
}

async function leaveNote(view: string, tombstone: Tombstone, { mirror }: Press): Promise<void> {
  const options = { contentType: 'application/json', cacheControl: mutableCacheControl };
  await mirror.replace(layout.tombstone(view), Buffer.from(writeJson(tombstone)), options);
}

function asked({ by, reason }: Note): Pick<Tombstone, 'by' | 'reason'> {
  return { ...(by !== undefined && { by }), ...(reason !== undefined && { reason }) };
}
