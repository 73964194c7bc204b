import { mirror as layout } from '../../job/layout';
import { isNamedByItself } from '../../simplestreams/documents';
import type { Press } from '../press';
import { laterPlainIndex } from '../published-last';
import { type PublishedIndex, unlessLost } from '../read-index';
import { type Remembered, readHead, readLedger, readShelf, readStored, readTombstone } from '../read-state';
import { type HistoryHead, noHistory } from '../state/history';
import { seededLedger } from '../state/kept-ledger';
import { emptyLedger } from '../state/ledger';
import { emptyShelf, fromShelf, type Shelf } from '../state/shelf';
import { decisionsIn, emptyState, parseState, type StoredState, statePathOf } from '../state/state-document';
import type { ViewContent } from '../state/view-content';

/** The signed index of a view, or a part of what is remembered of it. */
export type LostPart = 'index' | 'state' | 'shelf' | 'ledger' | 'history';

/** What is left of what is remembered of a view. */
export interface Remains {
  /** What cannot be read any more. */
  readonly lost: readonly LostPart[];
  /** What takes its place: what an earlier change wrote, if it is still there, and what the documents say. */
  readonly remembered: Remembered;
  /** How many changes led to what takes the place of a lost state; 0 if nothing is left of any. @default - the state is there */
  readonly from?: number;
}

/**
 * The parts that a view has lost, of `index`, `state`, `shelf`, `ledger`, `history`: the files do not exist, or were
 * changed. Without the state, nothing is known of the last three. None of a view without a state: an older release made it, or
 * it was never published.
 * @throws BadFormat for an index that no release writes; errors of the store
 */
export async function lostParts(found: PublishedIndex, press: Press): Promise<readonly LostPart[]> {
  const { view } = found;
  const { path, isPlain } = await namingOf(found, press);
  if (path === undefined) return [];
  const index: readonly LostPart[] = isPlain ? ['index'] : [];
  const stored = await unlessLost(() => readStored(view, path, press));
  if (stored === undefined) return [...index, 'state'];
  return [
    ...index,
    ...((await unlessLost(() => readShelf(view, stored, press))) === undefined ? ['shelf' as const] : []),
    ...((await unlessLost(() => readLedger(view, stored, press))) === undefined ? ['ledger' as const] : []),
    ...((await unlessLost(() => readHead(view, stored, press))) === undefined ? ['history' as const] : []),
  ];
}

/**
 * What a view that has lost parts goes on from. Every change writes what is remembered into new files, so that what the changes
 * before the last one wrote is usually still there.
 * @throws BadFormat for an index that no release writes; errors of the store
 */
export async function remainsOf(
  found: PublishedIndex,
  documents: ViewContent['documents'],
  press: Press,
): Promise<Remains> {
  const { view } = found;
  const lost = await lostParts(found, press);
  const { path = '', published } = await namingOf(found, press);
  const former = await formerStates(view, published, press);
  const own = lost.includes('state') ? undefined : await readStored(view, path, press);
  const stored: StoredState = own ?? former[0]?.stored ?? { ...emptyState(view), upgraded: true };
  const states = [...(own === undefined ? [] : [own]), ...former.map((one) => one.stored)];
  const isWhole = (part: LostPart) => own !== undefined && !lost.includes(part);

  const shelf = (await unlessLost(() => readShelf(view, stored, press))) ?? emptyShelf;
  const ledger = await firstOf(states, (one) => readLedger(view, one, press));
  const head = await firstOf(states, (one) => readHead(view, one, press));
  return {
    lost,
    remembered: {
      state: decisionsIn(stored),
      shelf: isWhole('shelf') ? shelf : withoutOffered(shelf, documents),
      ledger: isWhole('ledger') && ledger ? ledger : seededLedger(documents, shelf, ledger ?? emptyLedger, published),
      head: head ?? noHistory,
      stored: {
        ...decisionsIn(stored),
        ...(isWhole('shelf') && stored.shelf !== undefined && { shelf: stored.shelf }),
        ...(isWhole('ledger') && stored.ledger !== undefined && { ledger: stored.ledger }),
        ...(head?.newest && { history: { path: head.newest.path, entries: head.entries } }),
      },
    },
    ...(own === undefined && { from: former[0]?.stored.history?.entries ?? 0 }),
  };
}

interface FormerState {
  readonly stored: StoredState;
  readonly head: HistoryHead;
}

/** What names the state of a view, and when that was published. */
interface Naming {
  readonly path: string | undefined;
  readonly published: Date;
  /** Whether it is index.json, without index.sjson, which is written first and removed last. */
  readonly isPlain: boolean;
}

/** The index, or index.json if only that is left, or what is left of a deleted view. */
async function namingOf(found: PublishedIndex, press: Press): Promise<Naming> {
  const { view } = found;
  const plain = found.index === undefined ? await laterPlainIndex(found, press) : undefined;
  const index = found.index ?? plain;
  const isPlain = plain !== undefined;
  if (index !== undefined)
    return { path: statePathOf(index, layout.index(view)), published: new Date(index.updated), isPlain };
  const tombstone = await readTombstone(view, press);
  return { path: tombstone?.state, published: new Date(tombstone?.at ?? 0), isPlain };
}

/** States of earlier changes, the latest first. One that is later than the index is of a change that was never published. */
async function formerStates(view: string, published: Date, press: Press): Promise<FormerState[]> {
  const found: FormerState[] = [];
  for await (const key of press.mirror.list(`${view}/streams/v1/`)) {
    const stored = await stateAt(key, view, press);
    const head = stored && (await unlessLost(() => readHead(view, stored, press)));
    const at = head?.newest?.block.entries.at(-1)?.at;
    if (stored !== undefined && head !== undefined && at !== undefined && Date.parse(at) <= published.getTime())
      found.push({ stored, head });
  }
  return found.sort((one, other) => other.head.entries - one.head.entries);
}

async function stateAt(key: string, view: string, { mirror }: Press): Promise<StoredState | undefined> {
  if (!/\/[0-9a-f]{64}\.json$/.test(key)) return undefined;
  const bytes = (await mirror.read(key))?.bytes;
  if (bytes === undefined || !bytes.includes('view-state:1') || !isNamedByItself(key, bytes)) return undefined;
  return unlessLost(async () => parseState(bytes.toString(), key, view));
}

/** What is offered does not wait on the shelf any more. */
function withoutOffered(shelf: Shelf, documents: ViewContent['documents']): Shelf {
  const products = [...documents.values()].flatMap((document) => Object.entries(document.products));
  return products.reduce(
    (left, [id, { versions }]) => Object.keys(versions).reduce((one, name) => fromShelf(one, id, name), left),
    shelf,
  );
}

async function firstOf<Part>(
  states: readonly StoredState[],
  read: (stored: StoredState) => Promise<Part>,
): Promise<Part | undefined> {
  for (const stored of states) {
    const part = await unlessLost(() => read(stored));
    if (part !== undefined) return part;
  }
  return undefined;
}
