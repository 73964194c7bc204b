/* publication: how a view changes; the only room that writes below streams/. */

/**
 * Every change of a view goes through `changeView`:
 *
 * - read-view.ts: the current content of a view, and whether our key has signed it
 * - next-content.ts: its new content, and whether anything changes
 * - gate/: what is refused before anything is written
 * - commit/: documents, shelf, ledger, history and state, then index.sjson, by compare-and-swap, and index.json after it
 * - history-entry.ts: what the history says about the change
 * - add-versions.ts, sign-view.ts: the existing changes
 *
 * `deleteView` (delete-view.ts) removes the indexes and keeps what is remembered.
 *
 * state/: what operators decided and what is remembered. names/: names of versions, and who owns the folder of one in the
 * pool. derived/: views that are made from others. mirror/: the public keyring and the front page, which are outside the
 * views. views.ts lists the views.
 */
import { exposeFolders } from './commit/expose-folders';
import { followIndex } from './commit/follow-index';
import { moveIndex } from './commit/move-index';
import { moveDeleted } from './delete-view';
import { gateChange } from './gate/gate';
import { entryOf } from './history-entry';
import { contentOf, hasChanged, nextContent } from './next-content';
import type { Press } from './press';
import { refuseRestored } from './published-last';
import { isByFormer, type PublishedView, readView } from './read-view';
import { deletingError } from './state/deleting-error';
import type { Change } from './state/view-content';

/**
 * Changes a view: reads it, makes its new content, checks that at the gate, writes it, and moves the index to it if the
 * index is still the one that was read; otherwise it starts again. Names, clocks and the history are kept here, so no change
 * can forget them. Then it updates index.json, even if an earlier change was interrupted before that. During a key rotation,
 * every change re-signs everything that the former key signed. Of a deleted view, what was decided changes.
 * @returns false if the view already has this content, signed by this key: nothing was committed
 * @throws ContractBroken if MAAS would refuse the result, or a name would mean two things; Withdrawn or Held if an operator
 * decided against a new version; ChecksumMismatch if the index was restored from a backup; NoSuchView (misuse) if the view is
 * being deleted; the errors of {@link readView} and of the change. Nothing is then committed
 */
export async function changeView(view: string, change: Change, press: Press): Promise<boolean> {
  const moved = await moveView(view, change, press);
  await followIndex(view, press);
  return moved;
}

async function moveView(view: string, change: Change, press: Press): Promise<boolean> {
  for (;;) {
    const before = await readView(view, press);
    await refuseRestored(before, press);
    if (before.state.deleting) throw deletingError(view);
    const [content, at] = [contentOf(before), press.now()];
    const wanted = change(content, at);
    const next = nextContent(content, wanted ?? {}, at);
    const isNew = wanted !== undefined && (hasChanged(content, next) || lacksState(before));
    if (!isNew && !isByFormer(before)) return false;
    if (isNew && isDeleted(before) && next.documents.size === 0) {
      if (await moveDeleted(before, next, wanted.note, press)) return true;
      continue;
    }
    await gateChange(content, next, wanted, press.mirror);
    await exposeFolders(content, next, press);
    const entry = isNew ? entryOf(content, next, wanted.note) : undefined;
    if (await moveIndex(before, next, entry, press)) return true;
  }
}

/** Nothing is published, but what was decided is kept, and obeyed in every view. */
function isDeleted({ index, stored }: PublishedView): boolean {
  return index === undefined && stored !== undefined;
}

/** A view of an older release, or one whose upgrade was interrupted: any change writes its first state. */
function lacksState({ index, stored }: PublishedView): boolean {
  return index !== undefined && stored === undefined;
}
