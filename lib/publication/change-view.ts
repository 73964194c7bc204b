/* publication: how a view changes; the only room that writes below streams/. */

/**
 * Every change of a view goes through `changeView`, which stands on:
 *
 * - read-view.ts: what a view says now, and whether our key has signed it
 * - gate.ts: what is refused before anything is written
 * - move-index.ts: documents, then index.sjson, by compare-and-swap
 * - follow-index.ts: index.json and its signature, after it
 * - view-content.ts: what counts as a change; view-state.ts: what operators decided, which moves with the index
 * - add-versions.ts, sign-view.ts: the existing changes
 *
 * Beside the views: claim.ts (who owns a version's folder in the pool), keyring.ts (the public keyring), front-page.ts,
 * show-mirror.ts, and views.ts, which lists them.
 */
import { followIndex } from './follow-index';
import { gateDocuments } from './gate';
import { moveIndex } from './move-index';
import type { Press } from './press';
import { isByFormer, readView } from './read-view';
import { contentOf, hasChanged, nextContent, type ViewContent } from './view-content';

/**
 * Makes the new content of a view from its current content. Where another writer was faster it is called again, with the
 * content that is then current, so it must decide by its arguments alone.
 * @param at the time that new documents are given
 * @returns the parts that change; undefined where nothing does
 */
export type Change = (content: ViewContent, at: Date) => Partial<ViewContent> | undefined;

/**
 * Changes a view: reads it, makes its new content, passes that through the gate, writes it, and moves the index to it if
 * the index is still the one that was read, else starts again. Then index.json follows, also where an earlier change was
 * interrupted before that. During a key rotation, everything that the former key signed is signed again, whatever the change.
 * @returns false where the view has this content already, signed by this key: nothing was committed
 * @throws ContractBroken where MAAS would refuse the result; what {@link readView} and the change throw. Nothing is then committed
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
