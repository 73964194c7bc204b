import { type ErrorName, errorNames, MirrorError, withoutName } from '../../errors';
import type { OperationRequest } from '../../job/operations/operation';
import type { Followed, PlanLine } from '../../job/operations/outcome';
import { deletingError } from '../../publication/state/deleting-error';
import type { ViewSettings } from './settings';

/** What was done to one view, or failed. */
export interface PromotionRun {
  readonly view: string;
  /**
   * unhold: its holds that have ended; view-set, view-create: its settings; follow: its sources, which had changed before;
   * view-delete: its deletion has begun, so nothing else is done to it.
   */
  readonly does: OperationRequest['does'] | 'follow';
  readonly moved: boolean;
  readonly lines: readonly PlanLine[];
  readonly followed: readonly Followed[];
  /** What its source does not have yet, or what has to be finished first, so that it is done later. @default - it was done, or failed */
  readonly waits?: string;
  /** What a dry run cannot show, since it follows from this: `promoted from candidate`. @default - nothing */
  readonly follows?: string;
  /** @default - it did not fail */
  readonly failure?: MirrorError;
}

/** What a dry run cannot show of a view that is made from one that does not exist yet. */
export function notShown({ name: view, promote }: ViewSettings, first: string): PromotionRun {
  const does = promote === undefined ? 'view-create' : 'promote';
  const waits = `it gets its versions from ${first}, which is created first`;
  return { view, does, moved: false, lines: [], followed: [], waits };
}

export function beingDeleted(view: string): PromotionRun {
  return { view, does: 'view-delete', moved: false, lines: [], followed: [], waits: toldOf(deletingError(view)) };
}

/** A run that is done later if it failed by one of these names. */
export function orWaiting({ failure, ...done }: PromotionRun, names: readonly ErrorName[]): PromotionRun {
  if (failure === undefined) return done;
  return names.includes(failure.name) ? { ...done, waits: toldOf(failure) } : { ...done, failure };
}

/** With what to do: hints are printed only for failures. */
function toldOf({ name, message, hint }: MirrorError): string {
  return name === 'NoSuchView' && hint !== undefined ? `${message}; ${hint}` : message;
}

/** Nothing for a view that was not behind its sources. */
export function followRun({ view, moved, failure }: Followed): PromotionRun[] {
  const run = { view, does: 'follow', moved, lines: [], followed: [] } as const;
  if (failure === undefined) return moved ? [run] : [];
  const name = errorNames.find((one) => failure.startsWith(`${one}: `)) ?? 'StoreFailed';
  return [{ ...run, failure: new MirrorError(name, withoutName(failure)) }];
}

export async function attempted(
  view: string,
  does: PromotionRun['does'],
  work: () => Promise<Pick<PromotionRun, 'moved' | 'lines' | 'followed'>>,
): Promise<PromotionRun> {
  try {
    return { view, does, ...(await work()) };
  } catch (failure) {
    if (!(failure instanceof MirrorError)) throw failure;
    return { view, does, ...{ moved: false, lines: [], followed: [] }, failure };
  }
}
