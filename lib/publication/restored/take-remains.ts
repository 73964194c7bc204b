import { MirrorError } from '../../errors';
import { mirror as layout } from '../../job/layout';
import { followIndex } from '../commit/follow-index';
import { moveIndex } from '../commit/move-index';
import { type NewEntry, stateFiles, writeState } from '../commit/write-state';
import { endView, leaveNote } from '../delete-view';
import { entryOf } from '../history-entry';
import { contentOf, type NextContent, nextContent } from '../next-content';
import type { Press } from '../press';
import { refuseOlderRemains } from '../published-last';
import { readIndex, unlessLost } from '../read-index';
import { readTombstone } from '../read-state';
import { type PublishedDocument, type PublishedView, readDocuments } from '../read-view';
import type { Note } from '../state/view-content';
import { type Remains, remainsOf } from './remains';

/**
 * Lets a view that has lost a part of what is remembered of it go on from what is left, in one commit. What it offers stays;
 * if that is lost, too, or its index is, no reader can use the view, and it is deleted. A deleted view may have lost a part,
 * too: its withdrawals bind the others.
 * @returns what was lost, and what took its place; undefined if nothing was lost
 * @throws ChecksumMismatch if the index was restored from a backup; the errors of readView
 */
export async function takeRemains(view: string, note: Note, press: Press): Promise<Remains | undefined> {
  for (;;) {
    const found = await readIndex(view, press);
    const offered = await unlessLost(() => readDocuments(found, press));
    const documents = offered ?? new Map<string, PublishedDocument>();
    const published = new Map([...documents].map(([id, { document }]) => [id, document]));
    const remains = await remainsOf(found, published, press);
    if (remains.lost.length === 0) return undefined;
    await refuseOlderRemains(found, press);
    const before = { ...found, documents, ...remains.remembered };
    const content = contentOf(before);
    const next = nextContent(content, {}, press.now());
    const repairing = { ...note, repaired: 'lost' } as const;
    const entry = entryOf(content, next, repairing);
    if (offered === undefined || remains.lost.includes('index')) {
      if (!(await endView(before, repairing, press))) continue;
      return remains;
    }
    if (found.index === undefined) {
      await buryAgain(before, next, entry, press);
      return remains;
    }
    // It names the lost state, so that it would not be known which of both is later.
    await press.mirror.remove(layout.plainIndex(view));
    if (!(await renewNote(before, next, entry, press))) continue;
    if (!(await moveIndex(before, next, entry, press))) continue;
    await followIndex(view, press);
    return remains;
  }
}

/**
 * If the view was created again after a deletion, its history may be shorter now than that of the deletion, which would look
 * later. So the note of the deletion names the new state.
 * @returns false if the view is being deleted again
 */
async function renewNote(before: PublishedView, next: NextContent, entry: NewEntry, press: Press): Promise<boolean> {
  const { view } = before;
  const there = await press.mirror.read(layout.tombstone(view));
  const tombstone = there && (await readTombstone(view, press));
  if (there === undefined || tombstone === undefined) return true;
  const files = stateFiles(before, next, entry);
  await writeState(view, files, press);
  try {
    await leaveNote(view, { ...tombstone, state: files.path }, press, there.tag);
    return true;
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'PreconditionFailed') return false;
    throw error;
  }
}

/** Names the new state where the last one of a deleted view was named. */
async function buryAgain(before: PublishedView, next: NextContent, entry: NewEntry, press: Press): Promise<void> {
  const { view } = before;
  const { deleting: _closed, ...state } = next.state;
  const files = stateFiles(before, { ...next, state }, entry);
  const tombstone = await readTombstone(view, press);
  if (tombstone === undefined) return;
  await writeState(view, files, press);
  await leaveNote(view, { ...tombstone, state: files.path, at: entry.at }, press);
}
