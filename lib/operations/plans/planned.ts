/* operations/plans: what each operation would do, without doing it. */

import { MirrorError } from '../../errors';
import type { PlanLine, Remark } from '../../job/operations/outcome';
import { deletingError } from '../../publication/state/deleting-error';
import type { Note, ViewChange, ViewContent } from '../../publication/state/view-content';
import type { ViewState } from '../../publication/state/view-state';
import type { Withdrawal } from '../../publication/state/withdrawal';
import type { Asked, Plannable } from './asked';
import type { Matched } from './matched';

/** What a plan depends on: the views that are read whole, and what was decided about all. */
export interface MirrorContent {
  readonly views: ReadonlyMap<string, ViewContent>;
  /** Of all views that exist and are not frozen. @default - `views` are all */
  readonly states?: ReadonlyMap<string, ViewState>;
  /** The names of all frozen views. @default - none */
  readonly snapshots?: readonly string[];
  readonly withdrawn: readonly Withdrawal[];
}

export interface PlannedView {
  readonly view: string;
  /** @default - it stays as it is */
  readonly change?: ViewChange;
  /** The view is deleted, and this note left. @default - it is not */
  readonly deletes?: Note;
  readonly lines: readonly PlanLine[];
}

/** What an operation would do. */
export interface Planned {
  /** In the order in which they are to be changed. */
  readonly views: readonly PlannedView[];
  readonly remarks: readonly Remark[];
  /**
   * What is planned from when this is carried out: the versions that were chosen then are not chosen
   * again. @default - the same request
   */
  readonly then?: Asked<Plannable>;
  /** Why nothing may be changed; it is thrown when the plan is carried out. @default - it may */
  readonly refusal?: MirrorError;
  /** What is done in the other views, or said of them. @default - they do not matter */
  readonly elsewhere?: Elsewhere;
}

/** How the other views are planned, one after the other: forty large ones do not fit into memory together. */
export interface Elsewhere {
  /** Whether they are changed before the view that is named; otherwise they are after it. */
  readonly isFirst: boolean;
  /** Pure, as a planner. */
  readonly plan: (content: ViewContent) => PlannedElsewhere;
  /** Once all are planned. */
  readonly remarks: (others: readonly PlannedElsewhere[]) => readonly Remark[];
  /** Commands that change a view which cannot be read now, once it can be. @default - the other views are not changed */
  readonly later?: (view: string) => readonly string[];
}

/** What an operation does in another view, and what it matches there: all that is kept of that view. */
export interface PlannedElsewhere {
  /** @default - the view is not changed */
  readonly planned?: PlannedView;
  readonly refusal?: MirrorError;
  /** What the operation's mark matches there. @default - it has none */
  readonly matched?: Matched;
  /** Whether the command that is printed to undo the operation leaves this view as it was. @default - it does */
  readonly isUndone?: boolean;
  /** Whether that command would be refused because of this view. @default - it would not */
  readonly isUndoRefused?: boolean;
  /** About this view alone. @default - none */
  readonly remarks?: readonly Remark[];
}

/** Pure: it is called again if a view changes before its turn. @param at the time from which names are made */
export type Planner<Request> = (request: Request, mirror: MirrorContent, at: Date) => Planned;

/** What was decided about all views, as far as it is known. */
export function statesIn({ views, states = new Map() }: MirrorContent): ReadonlyMap<string, ViewState> {
  return new Map([...states, ...[...views].map(([view, { state }]) => [view, state] as const)]);
}

/**
 * A view that an operation names.
 * @throws NoSuchView (misuse), which lists the others, or says that the view is being deleted
 */
export function contentOfView(mirror: MirrorContent, view: string): ViewContent {
  const content = anyContentOf(mirror, view);
  if (content.state.deleting) throw deletingError(view);
  return content;
}

/**
 * As {@link contentOfView}, also a view whose deletion has begun.
 * @throws NoSuchView (misuse), which lists the others
 */
export function anyContentOf(mirror: MirrorContent, view: string): ViewContent {
  const content = mirror.views.get(view);
  if (content !== undefined && content.documents.size + Object.keys(content.ledger.products).length > 0) return content;
  const { states = mirror.views, snapshots = [] } = mirror;
  const there = [...states.keys(), ...snapshots].filter((one) => one !== view).join(', ');
  throw new MirrorError('NoSuchView', `the mirror has no view ${view}`, {
    hint: there === '' ? 'publish to it first' : `the views are: ${there}`,
    misuse: true,
  });
}

/**
 * A view that an operation changes.
 * @throws NoSuchView, as {@link contentOfView}; BadInput (misuse) for a snapshot
 */
export function viewToChange(mirror: MirrorContent, view: string): ViewContent {
  const content = contentOfView(mirror, view);
  if (content.state.kind !== 'frozen') return content;
  throw new MirrorError('BadInput', `the view ${view} is a snapshot, which never changes`, {
    hint: 'name the view that it was made from, or delete the snapshot: maas-mirror view delete',
    misuse: true,
  });
}
