import { mirror as layout } from '../../job/layout';
import type { DocumentFile } from '../../simplestreams/documents';
import type { NextContent } from '../next-content';
import type { Press } from '../press';
import type { PublishedView } from '../read-view';
import { appended, type HistoryEntry } from '../state/history';
import { fileOf } from '../state/parse-document';
import type { StoredState } from '../state/state-document';

/** An entry of the history; its number follows from the entries before it. */
export type NewEntry = Omit<HistoryEntry, 'number'>;

/** The documents of a view's state that have to be written, the state last, and the path of the state. */
interface StateFiles {
  readonly path: string;
  readonly files: readonly DocumentFile[];
}

/**
 * The state of a view after a change, with what it names. Documents that do not change keep their paths.
 * @param entry what the history says @default - nothing: the view is only signed again
 */
export function stateFiles(before: PublishedView, next: NextContent, entry: NewEntry | undefined): StateFiles {
  const { stored } = before;
  const shelf = part(stored?.shelf, next.shelf, before.shelf);
  const ledger = part(stored?.ledger, next.ledger, before.ledger);
  const history = historyOf(before, entry);
  const state: StoredState = {
    ...next.state,
    ...(shelf && { shelf: shelf.path }),
    ...(ledger && { ledger: ledger.path }),
    ...(history && { history: { path: history.path, entries: history.entries } }),
  };
  const file = fileOf(state);
  const files = [shelf?.file, ledger?.file, history?.file, file].filter((one) => one !== undefined);
  return { path: file.path, files };
}

/** Writes them below the view. */
export async function writeState(view: string, { files }: StateFiles, { mirror }: Press): Promise<void> {
  for (const { path, bytes } of files) {
    await mirror.create(layout.document(view, path), bytes, { contentType: 'application/json' });
  }
}

interface Part {
  readonly path: string;
  /** @default - it is written */
  readonly file?: DocumentFile;
}

/** A shelf or ledger; none where it is empty. */
function part(
  stored: string | undefined,
  next: { readonly products: object },
  before: { readonly products: object },
): Part | undefined {
  if (Object.keys(next.products).length === 0) return undefined;
  if (stored !== undefined && next === before) return { path: stored };
  const file = fileOf(next);
  return { path: file.path, file };
}

function historyOf(
  { view, head, stored }: PublishedView,
  entry: NewEntry | undefined,
): (Part & { readonly entries: number }) | undefined {
  if (entry === undefined) return stored?.history;
  const number = head.entries + 1;
  const file = fileOf(appended(head, view, { number, ...entry }));
  return { path: file.path, file, entries: number };
}
