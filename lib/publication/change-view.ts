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
 * Makes what a view is to say of what it says. Called again with what is there then where somebody else was quicker, so
 * it decides by its arguments alone.
 * @param at what new documents say of their time
 * @returns what is to be another; undefined: nothing is to be done
 */
export type Change = (content: ViewContent, at: Date) => Partial<ViewContent> | undefined;

/**
 * Changes a view: reads it, makes its new content, lets the gate judge that, writes it, and moves the index to it if it
 * is still the one that was read, else begins again; then index.json follows, also where an earlier change was cut off
 * before that. While the key is changed, everything that the former key has signed is signed again, whatever the change.
 * @returns false where the view says so already, signed by this key: then nothing was committed
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
