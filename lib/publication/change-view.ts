/* publication: how a view changes; the only room that writes below streams/. */

/**
 * Every change of a view goes through `changeView`, which uses:
 *
 * - read-view.ts: the current content of a view, and whether our key has signed it
 * - gate.ts: what is refused before anything is written
 * - move-index.ts: documents, then index.sjson, by compare-and-swap
 * - follow-index.ts: index.json and its signature, after it
 * - view-content.ts: what counts as a change; state/: what operators decided, which changes with the index
 * - add-versions.ts, sign-view.ts: the existing changes
 *
 * names/: names of versions, and who owns the folder of one in the pool. mirror/: the public keyring and the front page,
 * which are outside the views. views.ts lists the views.
 */
import { followIndex } from './follow-index';
import { gateDocuments } from './gate';
import { moveIndex } from './move-index';
import type { Press } from './press';
import { isByFormer, readView } from './read-view';
import { contentOf, hasChanged, nextContent, type ViewContent } from './view-content';

/**
 * Makes the new content of a view from its current content. If another writer was faster, it is called again with the
 * content that is then current, so it must depend only on its arguments.
 * @param at the time for new documents
 * @returns the parts that change; undefined if nothing changes
 */
export type Change = (content: ViewContent, at: Date) => Partial<ViewContent> | undefined;

/**
 * Changes a view: reads it, makes its new content, checks that at the gate, writes it, and moves the index to it if the
 * index is still the one that was read; otherwise it starts again. Then it updates index.json, even if an earlier change
 * was interrupted before that. During a key rotation, every change re-signs everything that the former key signed.
 * @returns false if the view already has this content, signed by this key: nothing was committed
 * @throws ContractBroken if MAAS would refuse the result; the errors of {@link readView} and of the change. Nothing is then committed
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
    const next = nextContent(content, { ...content, ...change(content, at) }, at);
    if (!hasChanged(content, next) && !isByFormer(before)) return false;
    await gateDocuments(content, next, press.mirror);
    if (await moveIndex(before, next, press)) return true;
  }
}
