import { mirror } from '../../job/layout';
import { type HistoryBlock, parseHistory } from '../../publication/state/history';
import { emptyLedger, parseLedger } from '../../publication/state/ledger';
import { emptyShelf, parseShelf } from '../../publication/state/shelf';
import { decisionsIn, isStatePath, parseState, type StoredState } from '../../publication/state/state-document';
import type { ViewContent } from '../../publication/state/view-content';
import type { Index } from '../../simplestreams/types';
import { type Read, wrongName } from './check-document';
import { badFormat, missing, type Problem } from './problem';

export interface CheckedState {
  readonly problems: readonly Problem[];
  /** Undefined if the index names none, or it cannot be read. */
  readonly stored?: StoredState;
  /** Undefined if a part of it cannot be read. */
  readonly remembered?: Pick<ViewContent, 'state' | 'shelf' | 'ledger'>;
}

/**
 * Checks the state that an index names, and the shelf, the ledger and the history that the state names: without them a view
 * can be read, but not changed. A state that is named in the form of another release is ignored.
 */
export async function checkState(read: Read, view: string, index: Index): Promise<CheckedState> {
  const { state } = index as { readonly state?: unknown };
  if (!isStatePath(state)) return { problems: [] };
  const way = `restore it, or go on without it: maas-mirror repair ${view} --forget-lost`;
  const checkPart = checking(read, view, `nothing can be published without it; ${way}`);
  const { value: stored, problems } = await checkPart(state, (text, object) => parseState(text, object, view));
  if (stored === undefined) return { problems };
  const shelf = await optional(stored.shelf, emptyShelf, (path) => checkPart(path, parseShelf));
  const ledger = await optional(stored.ledger, emptyLedger, (path) => checkPart(path, parseLedger));
  const checkOlder = checking(read, view, 'the history before it is lost unless it is restored');
  const history = await checkHistory(checkPart, checkOlder, view, stored.history);
  const found = [...problems, ...shelf.problems, ...ledger.problems, ...history];
  if (shelf.value === undefined || ledger.value === undefined) return { problems: found, stored };
  const remembered = { state: decisionsIn(stored), shelf: shelf.value, ledger: ledger.value };
  return { problems: found, stored, remembered };
}

interface Checked<Part> {
  readonly value?: Part;
  readonly problems: Problem[];
}

type CheckPart = ReturnType<typeof checking>;

async function optional<Part>(
  path: string | undefined,
  otherwise: Part,
  check: (path: string) => Promise<Checked<Part>>,
): Promise<Checked<Part>> {
  return path === undefined ? { value: otherwise, problems: [] } : check(path);
}

/** Without its newest block, a view cannot be changed; without an older one, it can. Reads the whole chain, from the newest block back to the first entry. */
async function checkHistory(
  checkNewest: CheckPart,
  checkOlder: CheckPart,
  view: string,
  history: StoredState['history'],
): Promise<readonly Problem[]> {
  let left = history?.entries ?? 0;
  for (let path = history?.path; path !== undefined; ) {
    const check = path === history?.path ? checkNewest : checkOlder;
    const { value: block, problems } = await check(path, parseHistory);
    if (block === undefined) return problems;
    const message = historyFault(block, view, left);
    if (message !== undefined) return [{ object: mirror.document(view, path), rule: 'history', message }];
    left -= block.entries.length;
    path = block.before;
  }
  return [];
}

/**
 * Why a block is not the part of a view's history that comes next, going back, or undefined.
 * @param left how many entries there are up to its last one
 */
function historyFault({ view: own, entries, before }: HistoryBlock, view: string, left: number): string | undefined {
  if (own !== view) return `it is of the view ${own}, not of ${view}`;
  const first = left - entries.length + 1;
  const wrong = entries.find(({ number }, place) => number !== first + place);
  if (wrong !== undefined) return `entry ${wrong.number} is out of order: entries are missing, or added`;
  if (entries.length === 0 || first < 1) return `it has ${entries.length} entries, but ${left} are left`;
  if (before === undefined && first > 1) return `it is the first block, but begins with entry ${first}`;
  return undefined;
}

/** @param why it must be there, and what can be done */
function checking(read: Read, view: string, why: string) {
  return async <Part>(path: string, parse: (text: string, where: string) => Part): Promise<Checked<Part>> => {
    const object = mirror.document(view, path);
    const bytes = await read(object);
    if (bytes === undefined) return { problems: [missing(object, `the index leads to it; ${why}`)] };
    const renamed = wrongName(object, bytes).map((one) => ({ ...one, message: `${one.message}; ${why}` }));
    if (renamed.length > 0) return { problems: renamed };
    return badFormat<Checked<Part>>(object, [], () => ({ value: parse(bytes.toString(), object), problems: [] }));
  };
}
