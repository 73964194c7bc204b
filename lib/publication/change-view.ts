/* publication: how a view changes; the only room that writes below streams/. */

/**
 * Every change of a view goes through `changeView`, which uses:
 *
 * - read-view.ts: the current content of a view, and whether our key has signed it
 * - next-content.ts: its new content, and whether anything changes
 * - gate.ts, gate-names.ts: what is refused before anything is written
 * - move-index.ts: documents (take-document.ts), then shelf, ledger, history and state (write-state.ts), then index.sjson,
 *   by compare-and-swap
 * - follow-index.ts: index.json and its signature, after it
 * - add-versions.ts, sign-view.ts: the existing changes
 *
 * state/: what operators decided and what is remembered. names/: names of versions, and who owns the folder of one in the
 * pool. mirror/: the public keyring and the front page, which are outside the views. views.ts lists the views.
 */
import { toolVersion } from '../job/tool';
import { followIndex } from './follow-index';
import { gateDocuments } from './gate';
import { gateNames } from './gate-names';
import { moveIndex } from './move-index';
import { contentOf, hasChanged, type NextContent, nextContent } from './next-content';
import type { Press } from './press';
import { isByFormer, type PublishedView, readView } from './read-view';
import { changesBetween, decisionsBetween } from './state/history-changes';
import { timeText } from './state/kept-ledger';
import type { Change, ViewChange, ViewContent } from './state/view-content';
import type { NewEntry } from './write-state';

/**
 * Changes a view: reads it, makes its new content, checks that at the gate, writes it, and moves the index to it if the
 * index is still the one that was read; otherwise it starts again. Names, clocks and the history are kept here, so no change
 * can forget them. Then it updates index.json, even if an earlier change was interrupted before that. During a key rotation,
 * every change re-signs everything that the former key signed.
 * @returns false if the view already has this content, signed by this key: nothing was committed
 * @throws ContractBroken if MAAS would refuse the result, or a name would mean two things; the errors of {@link readView} and
 * of the change. Nothing is then committed
 */
export async function changeView(view: string, change: Change, press: Press): Promise<boolean> {
  const moved = await moveView(view, change, press);
  await followIndex(view, press);
  return moved;
}

async function moveView(view: string, change: Change, press: Press): Promise<boolean> {
  for (;;) {
    const before = await readView(view, press);
    const [content, at] = [contentOf(before), press.now()];
    const wanted = change(content, at);
    const next = nextContent(content, wanted ?? {}, at);
    const isNew = wanted !== undefined && (hasChanged(content, next) || lacksState(before));
    if (!isNew && !isByFormer(before)) return false;
    gateNames(content, next);
    await gateDocuments(content, next, press.mirror);
    const entry = isNew ? entryOf(content, next, wanted) : undefined;
    if (await moveIndex(before, next, entry, press)) return true;
  }
}

/** A view of an older release, or one whose upgrade was interrupted: any change writes its first state. */
function lacksState({ index, stored }: PublishedView): boolean {
  return index !== undefined && stored === undefined;
}

function entryOf(before: ViewContent, next: NextContent, { note }: ViewChange): NewEntry {
  return {
    at: timeText(next.at),
    ...note,
    tool: toolVersion,
    changes: changesBetween(before, next),
    decisions: decisionsBetween(before, next),
  };
}
