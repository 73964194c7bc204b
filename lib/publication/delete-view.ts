import { mirror as layout, mutableCacheControl } from '../job/layout';
import { writeJson } from '../simplestreams/json';
import { DirectoryStore } from '../store/directory/directory';
import { commitOnce } from './commit/commit-once';
import { moveIndex } from './commit/move-index';
import { stateFiles, writeState } from './commit/write-state';
import { entryOf } from './history-entry';
import { contentOf, type NextContent, nextContent } from './next-content';
import type { Press } from './press';
import { isPutBack, refuseOlderRemains, refuseRestored } from './published-last';
import { readIndex, readSigned } from './read-index';
import { type PublishedView, readRemaining, readView } from './read-view';
import { timeText } from './state/kept-ledger';
import type { Ledger } from './state/ledger';
import { emptyShelf } from './state/shelf';
import type { Tombstone } from './state/state-document';
import type { Note } from './state/view-content';

/**
 * Deletes a view: first a state by which no other writer may change it any more, so that nothing which is decided meanwhile is
 * lost; then its last state, in which every version has left, and a note that names it; and then the indexes are removed. If the
 * view is created again, its names, its withdrawals and its history go on. Its documents stay. A deletion that was interrupted is
 * finished by the next one. A view that has lost documents can be deleted, too.
 * @returns false if there is no such view
 * @throws ChecksumMismatch if the index was restored from a backup, or index.json is without it; the errors of readView
 */
export async function deleteView(view: string, note: Note, press: Press): Promise<boolean> {
  const { mirror } = press;
  for (;;) {
    const before = await readRemaining(view, press);
    if (await isPutBack(before, press)) {
      await removeIndexes(view, press);
      return true;
    }
    await refuseRestored(before, press);
    if (before.index === undefined) {
      if (await isReturned(view, press)) continue;
      await removeIndexes(view, press);
      return false;
    }
    if (before.hasLost) {
      await refuseOlderRemains(before, press);
      if (await endView(before, note, press)) return true;
      continue;
    }
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

/**
 * Deletes a view that has lost documents or its index, so that no index can close it first: no other change of it is possible, either.
 * @param before with the documents that are left
 * @returns false if another writer was faster, such as one who has restored the files
 */
export async function endView(before: PublishedView, note: Note, press: Press): Promise<boolean> {
  const { view, tag } = before;
  const { deleting: _closed, ...state } = before.state;
  const change = { documents: new Map(), shelf: emptyShelf, ledger: forgettingNames(before.ledger), state };
  const next = nextContent(contentOf(before), change, press.now());
  const files = stateFiles(before, next, entryOf(contentOf(before), next, note));
  await writeState(view, files, press);
  await leaveNote(view, { state: files.path, at: timeText(next.at), ...asked(note) }, press);
  if (((await press.mirror.read(layout.index(view)))?.tag ?? null) !== tag) return false;
  await removeIndexes(view, press);
  return true;
}

/** It is not known any more which content the names had that were offered last. */
function forgettingNames(ledger: Ledger): Ledger {
  const rows = Object.entries(ledger.products).map(([id, row]) => [id, { ...row, forgotten: row.top }] as const);
  return { ...ledger, products: Object.fromEntries(rows) };
}

/**
 * Moves what was decided about a deleted view, which every other view obeys: the note then names the new state.
 * @param before the view, of which nothing is published
 * @returns false if another writer was faster
 * @throws BadSignature if the note is not what our key has signed; the errors of readView
 */
export async function moveDeleted(
  before: PublishedView,
  next: NextContent,
  note: Note,
  press: Press,
): Promise<boolean> {
  const { view, head } = before;
  const { mirror } = press;
  const found = await mirror.read(layout.tombstone(view));
  const now = await readView(view, press);
  if (found === undefined || now.index !== undefined || now.head.entries !== head.entries) return false;
  const files = stateFiles(before, next, entryOf(contentOf(before), next, note));
  await writeState(view, files, press);
  const left = { state: files.path, at: timeText(next.at), ...asked(note) };
  if (!(await commitOnce(view, press, () => leaveNote(view, left, press, found.tag)))) return false;
  // A view that was created again in the meantime has taken over what was decided before.
  return (await readIndex(view, press)).index === undefined;
}

/** An index that was removed by hand is put back, as every other change does: the decisions that it names would be lost. */
async function isReturned(view: string, { mirror }: Press): Promise<boolean> {
  if (!(mirror instanceof DirectoryStore)) return false;
  const key = layout.index(view);
  if ((await mirror.standing(key)).standing === 'settled') return false;
  await mirror.finish(key);
  return true;
}

/** The signed one last: as long as it is there, an interrupted deletion can be finished. */
export async function removeIndexes(view: string, { mirror }: Press): Promise<void> {
  await mirror.remove(layout.plainIndex(view));
  await mirror.remove(layout.plainIndexSignature(view));
  await mirror.remove(layout.index(view));
}

/**
 * Signed: the names and withdrawals that it leads to bind all writers.
 * @param ifMatch @default - whatever is there
 * @throws PreconditionFailed if there is another one than `ifMatch` says
 */
export async function leaveNote(view: string, tombstone: Tombstone, press: Press, ifMatch?: string): Promise<void> {
  const signed = await press.signer.clearsign(writeJson(tombstone), new Date(tombstone.at));
  const matching = ifMatch === undefined ? {} : { ifMatch };
  await press.mirror.replace(layout.tombstone(view), Buffer.from(signed), { ...noteOptions, ...matching });
}

/**
 * Signs what is left of a deleted view again, if the former key has signed it.
 * @returns false if it need not be
 * @throws BadSignature if neither key has signed it; PreconditionFailed if it changes at the same time: it may be signed again then
 */
export async function signTombstone(view: string, change: Press): Promise<boolean> {
  const key = layout.tombstone(view);
  const found = await readSigned(key, change);
  if (!found?.byFormer) return false;
  const signed = await change.signer.clearsign(found.text, change.now());
  await change.mirror.replace(key, Buffer.from(signed), { ...noteOptions, ifMatch: found.tag });
  return true;
}

const noteOptions = { contentType: 'text/plain; charset=utf-8', cacheControl: mutableCacheControl };

function asked({ by, reason }: Note): Pick<Tombstone, 'by' | 'reason'> {
  return { ...(by !== undefined && { by }), ...(reason !== undefined && { reason }) };
}
