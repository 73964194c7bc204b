import { MirrorError } from '../errors';
import { readIndex } from '../publication/read-index';
import { readHistory, readRemembered } from '../publication/read-state';
import type { HistoryEntry } from '../publication/state/history';
import type { Store } from '../store/store';

/** What happened in a view. */
export interface ViewHistory {
  readonly view: string;
  /** Number of all entries. */
  readonly total: number;
  /** The newest ones, newest first. */
  readonly entries: readonly HistoryEntry[];
}

/**
 * The history of a view, also of one that was deleted. It is read by the digests that name it; the index is not verified.
 * @param last how many entries, at most
 * @throws NoSuchView (misuse) if there never was such a view; BadFormat, ChecksumMismatch, NoSuchObject
 */
export async function historyOf(store: Store, view: string, last: number): Promise<ViewHistory> {
  const found = await readIndex(view, { mirror: store, unchecked: true });
  const reading = { mirror: store };
  const { head, stored } = await readRemembered(found, new Map(), reading);
  if (found.index === undefined && stored === undefined) throw noSuchView(store, view);
  const entries: HistoryEntry[] = [];
  for (let block = head.newest?.block; block !== undefined; ) {
    entries.push(...[...block.entries].reverse());
    const { before } = block;
    block = before === undefined || entries.length >= last ? undefined : await readHistory(view, before, reading);
  }
  return { view, total: head.entries, entries: entries.slice(0, last) };
}

function noSuchView(store: Store, view: string): MirrorError {
  return new MirrorError('NoSuchView', `${store.name} has no view ${JSON.stringify(view)}`, {
    hint: '`maas-mirror view list` lists its views',
    misuse: true,
  });
}
