import { mirror as layout } from '../job/layout';
import { DirectoryStore } from '../store/directory/directory';
import { withNewest } from '../store/directory/with-newest';
import { type PublishedIndex, type Reading, readIndex, readPart, readSigned } from './read-index';
import { type HistoryHead, noHistory, parseHistory } from './state/history';
import { seededLedger } from './state/kept-ledger';
import { emptyLedger, type Ledger, parseLedger } from './state/ledger';
import { emptyShelf, parseShelf, type Shelf } from './state/shelf';
import {
  decisionsIn,
  emptyState,
  parseState,
  parseTombstone,
  type StoredState,
  statePathOf,
  type Tombstone,
} from './state/state-document';
import type { ViewContent } from './state/view-content';
import type { ViewState } from './state/view-state';

/** What was decided about a view, and what is remembered of it. */
export interface Remembered extends Pick<ViewContent, 'state' | 'shelf' | 'ledger'> {
  readonly head: HistoryHead;
  /** As it is stored. @default - the view has no state yet: a new view, or one of an older release */
  readonly stored?: StoredState;
}

/**
 * Reads what belongs to an index. A view that an older release wrote has only its documents, which are then what is
 * remembered; a view that is created again after it was deleted goes on with its names, its withdrawals and its history.
 * @throws the errors of readView
 */
export async function readRemembered(
  { view, index }: PublishedIndex,
  documents: ViewContent['documents'],
  reading: Reading,
): Promise<Remembered> {
  const nothing = { state: emptyState(view), shelf: emptyShelf, ledger: emptyLedger, head: noHistory };
  if (reading.unchecked) return nothing;
  if (index === undefined) return (await readBuried(view, reading)) ?? nothing;
  const found = await readStateOf({ view, index }, reading);
  if (found !== undefined) return found;
  return { ...nothing, ledger: seededLedger(documents, emptyShelf, emptyLedger, new Date(index.updated)) };
}

/**
 * What an index names, or undefined if it names no state.
 * @throws the errors of readView
 */
export async function readStateOf(
  { view, index }: Pick<PublishedIndex, 'view' | 'index'>,
  reading: Reading,
): Promise<Remembered | undefined> {
  const path = statePathOf(index, layout.index(view));
  return path === undefined ? undefined : readNamedBy(view, path, reading);
}

/**
 * The decisions about a view alone, without its documents: cheap. Empty for a view that has none. Those about a deleted view
 * are what is kept for the case that it is created again: its withdrawals.
 * @throws the errors of readView
 */
export async function readDecisions(
  view: string,
  reading: Reading,
): Promise<PublishedIndex & { readonly state: ViewState }> {
  return decisionsUnder(await readIndex(view, reading), reading);
}

/**
 * The decisions that belong to an index.
 * @throws the errors of readView
 */
export async function decisionsUnder(
  found: PublishedIndex,
  reading: Reading,
): Promise<PublishedIndex & { readonly state: ViewState }> {
  const stored = await readStoredOf(found, reading);
  if (stored === undefined) return { ...found, state: emptyState(found.view) };
  const state = decisionsIn(stored);
  return { ...found, state: found.index === undefined ? buried(state) : state };
}

/**
 * How many changes led to an index, as its history says: 0 if it has none.
 * @throws the errors of readView
 */
export async function historyLength(found: Pick<PublishedIndex, 'view' | 'index'>, reading: Reading): Promise<number> {
  return (await readStoredOf(found, reading))?.history?.entries ?? 0;
}

/** The state that an index names, or the last one of a deleted view, as it is stored. @throws the errors of readView */
export async function readStoredOf(
  { view, index }: Pick<PublishedIndex, 'view' | 'index'>,
  reading: Reading,
): Promise<StoredState | undefined> {
  const path = statePathOf(index, layout.index(view)) ?? (await buriedPath({ view, index }, reading));
  return path === undefined ? undefined : readStored(view, path, reading);
}

/**
 * A block of a view's history, by its path: `before` of the block after it.
 * @throws the errors of readView
 */
export async function readHistory(view: string, path: string, reading: Reading) {
  return readPart(view, path, reading, (bytes, key) => parseHistory(bytes.toString(), key));
}

async function readNamedBy(view: string, path: string, reading: Reading): Promise<Remembered> {
  const stored = await readStored(view, path, reading);
  const [shelf, ledger, head] = [
    await readShelf(view, stored, reading),
    await readLedger(view, stored, reading),
    await readHead(view, stored, reading),
  ];
  return { state: decisionsIn(stored), shelf, ledger, head, stored };
}

/** The shelf that a state names. @throws the errors of readView */
export async function readShelf(view: string, { shelf }: StoredState, reading: Reading): Promise<Shelf> {
  if (shelf === undefined) return emptyShelf;
  return readPart(view, shelf, reading, (bytes, key) => parseShelf(bytes.toString(), key));
}

/** The ledger that a state names. @throws the errors of readView */
export async function readLedger(view: string, { ledger }: StoredState, reading: Reading): Promise<Ledger> {
  if (ledger === undefined) return emptyLedger;
  return readPart(view, ledger, reading, (bytes, key) => parseLedger(bytes.toString(), key));
}

/** The newest block of the history that a state names. @throws the errors of readView */
export async function readHead(view: string, { history }: StoredState, reading: Reading): Promise<HistoryHead> {
  if (history === undefined) return noHistory;
  const { path, entries } = history;
  return { entries, newest: { path, block: await readHistory(view, path, reading) } };
}

/** A state as it is stored. @throws the errors of readView */
export async function readStored(view: string, path: string, reading: Reading): Promise<StoredState> {
  return readPart(view, path, reading, (bytes, key) => parseState(bytes.toString(), key, view));
}

async function readBuried(view: string, reading: Reading): Promise<Remembered | undefined> {
  const path = await buriedPath({ view, index: undefined }, reading);
  if (path === undefined) return undefined;
  const { state: last, ledger, head, stored } = await readNamedBy(view, path, reading);
  const { shelf: _left, ...left } = stored ?? {};
  const state = buried(last);
  return { state, shelf: emptyShelf, ledger, head, stored: { ...left, ...state } };
}

/** The path of the last state of a deleted view, or undefined: there never was one, or it exists. */
async function buriedPath(
  { view, index }: Pick<PublishedIndex, 'view' | 'index'>,
  reading: Reading,
): Promise<string | undefined> {
  return index === undefined ? (await readTombstone(view, reading))?.state : undefined;
}

/**
 * What is left of a deleted view, also if it was created again. A directory knows it even if an older one was put back by hand.
 * @throws BadSignature, BadFormat
 */
export async function readTombstone(view: string, reading: Reading): Promise<Tombstone | undefined> {
  const key = layout.tombstone(view);
  const { mirror } = reading;
  const last =
    mirror instanceof DirectoryStore ? await withNewest(mirror, key, ['unfinished', 'missing', 'restored']) : undefined;
  const found = await readSigned(key, { ...reading, mirror: last ?? mirror });
  return found && parseTombstone(found.text, key);
}

/** What is kept of the decisions about a deleted view: what was withdrawn there is obeyed in every view. */
function buried({ view, withdrawals }: ViewState): ViewState {
  return { ...emptyState(view), withdrawals };
}
