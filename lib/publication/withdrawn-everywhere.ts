import { type ErrorName, MirrorError } from '../errors';
import { isFrozenName } from '../job/layout';
import { decidedLast } from './published-last';
import { isLost, type PublishedIndex, type Reading } from './read-index';
import { readDecisions } from './read-state';
import type { ViewState } from './state/view-state';
import type { Withdrawal } from './state/withdrawal';
import { viewFoldersOf } from './views';

/** Views that are read at the same time. */
const atOnce = 8;

/** What was decided about a view: `index` is undefined for one that was deleted or never published. */
export type Decisions = PublishedIndex & { readonly state: ViewState };

/**
 * The withdrawals of all views of a mirror, also of deleted ones, each once: every writer obeys all of them. Reads indexes and
 * states, no documents.
 * @throws the errors of readView: a mark that cannot be read must not be overlooked
 */
export async function withdrawnEverywhere(reading: Reading): Promise<readonly Withdrawal[]> {
  return (await decidedEverywhere(reading)).withdrawn;
}

/** What was decided about all views that are not frozen. */
export interface Decided {
  /** Of the views that exist, except those whose deletion has begun. */
  readonly states: ReadonlyMap<string, ViewState>;
  /** Also those of deleted views. */
  readonly withdrawn: readonly Withdrawal[];
}

/**
 * What was decided about all views that are not frozen. Reads indexes and states, no documents.
 * @throws the errors of readView: a mark that cannot be read must not be overlooked
 */
export async function decidedEverywhere(reading: Reading): Promise<Decided> {
  const found = await decisionsOfAll(reading);
  const broken = found.find((one) => one.status === 'rejected');
  if (broken !== undefined) throw unreadMarks(broken.view, broken.reason);
  return decidedIn(found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
}

/**
 * The error of a mark that cannot be read: it names the view, and what to do if its state is lost. Something may
 * have been withdrawn there, so that all views wait.
 * @returns the same, if it is not about the view, but about the store
 */
export function unreadMarks(view: string, reason: unknown): unknown {
  if (!isOfView(reason)) return reason;
  const { name, message, hint, misuse } = reason;
  const without = `to go on without what was withdrawn there: maas-mirror repair ${view} --forget-lost`;
  const hints = [...(hint === undefined ? [] : [hint]), ...(isLost(reason) ? [without] : [])].join('; ');
  return new MirrorError(name, `what is withdrawn in ${view} cannot be read: ${message}`, {
    ...(hints !== '' && { hint: hints }),
    ...{ cause: reason, misuse },
  });
}

/** Whether the error of reading a view is about the view, and not about the store. */
export function isOfView(error: unknown): error is MirrorError {
  return error instanceof MirrorError && (isLost(error) || unread.includes(error.name));
}

const unread: readonly ErrorName[] = ['BadSignature', 'NotSupported'];

/** The same, of decisions that were read: of every view that exists or was deleted. */
export function decidedIn(found: readonly Decisions[]): Decided {
  const there = found.filter(({ index, state }) => index !== undefined && !state.deleting);
  return { states: new Map(there.map(({ view, state }) => [view, state])), withdrawn: withdrawalsIn(found) };
}

/**
 * The decisions about all views, in the order of their names, and of those that cannot be read the errors of readView. Frozen
 * views are left out: nothing is decided about them.
 * @param names @default - all that the store lists
 */
export async function decisionsOfAll(
  reading: Reading,
  names?: readonly string[],
): Promise<readonly (PromiseSettledResult<Decisions> & { readonly view: string })[]> {
  const views = (names ?? (await viewFoldersOf(reading.mirror))).filter((view) => !isFrozenName(view));
  const found: (PromiseSettledResult<Decisions> & { readonly view: string })[] = [];
  for (let from = 0; from < views.length; from += atOnce) {
    const some = views.slice(from, from + atOnce);
    const read = await Promise.allSettled(some.map((view) => decisionsOf(view, reading)));
    found.push(...read.map((one, place) => ({ ...one, view: some[place] ?? '' })));
  }
  return found;
}

/** An index that was restored from a backup does not lift what was withdrawn after it. */
async function decisionsOf(view: string, reading: Reading): Promise<Decisions> {
  const found = await readDecisions(view, reading);
  const last = await decidedLast(found, reading);
  return last === undefined
    ? found
    : { ...found, state: { ...found.state, withdrawals: withdrawalsIn([found, last]) } };
}

/** The withdrawals of views, each once. */
export function withdrawalsIn(views: readonly Pick<Decisions, 'state'>[]): Withdrawal[] {
  const found = new Map<string, Withdrawal>();
  for (const { state } of views) for (const one of state.withdrawals) if (!found.has(one.id)) found.set(one.id, one);
  return [...found.values()];
}
