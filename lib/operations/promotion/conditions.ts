import { parseDuration } from '../../job/operations/duration';
import type { Remark } from '../../job/operations/outcome';
import type { Wanted } from '../../publication/offers/eligible';
import type { ViewContent } from '../../publication/state/view-content';
import type { Promotion } from '../../publication/state/view-state';
import type { Asked } from '../plans/asked';

/** What versions must meet to be promoted. */
export interface Conditions extends Pick<Wanted, 'after' | 'require' | 'waived'> {
  /** Those of the required checks that the setting of the view requires. */
  readonly own: readonly string[];
  /** What the setting of the view contributes, or what of it does not count, for people. */
  readonly remarks: readonly Remark[];
  /** Why checks that the view requires do not count, for the history. @default - they count */
  readonly unchecked?: string;
}

/**
 * The conditions of a promotion: those that are given, and those that the setting of the view has for promotions from the
 * same source. Checks of the setting count until they are waived.
 */
export function conditionsOf(request: Asked<'promote'>, to: ViewContent): Conditions {
  const { require, checksWaived, waived } = request;
  const own = settingFor(request, to);
  const after = request.after ?? own.after;
  const checks = checksWaived === undefined ? (own.require ?? []) : [];
  const unchecked = own.require?.length ? checksWaived : undefined;
  return {
    ...(after !== undefined && { after: parseDuration(after) }),
    require: [...new Set([...checks, ...require])],
    own: checks,
    ...(waived !== undefined && { waived }),
    ...(unchecked !== undefined && { unchecked: `not required: ${own.require?.join(', ')} (${unchecked})` }),
    remarks: remarksOf(own, request),
  };
}

/** A target that does not exist yet, or that was created by hand, has no setting of its own before the file is applied. */
function settingFor({ from, setting }: Asked<'promote'>, { state }: ViewContent): Partial<Promotion> {
  const own = state.kind === 'promoted' ? state.source?.promote : undefined;
  const promote = own ?? (state.configured === undefined ? setting : undefined);
  return promote?.from === from ? promote : {};
}

/** Nothing if the setting has no conditions, and none is waived. */
function remarksOf(own: Partial<Promotion>, { from, to, after, checksWaived }: Asked<'promote'>): Remark[] {
  const age = after === undefined || after === own.after ? own.after : `${after} instead of ${own.after}`;
  const checks = own.require?.join(', ');
  const words = [
    ...(own.after === undefined ? [] : [`published in ${from} for ${age}`]),
    ...(!checks ? [] : [checksWaived === undefined ? `passed ${checks}` : `${checks} not required (${checksWaived})`]),
    ...(!checks && checksWaived !== undefined ? ['no required checks, so --waive-checks had no effect'] : []),
  ];
  return words.length === 0 ? [] : [{ about: 'conditions', view: to, why: words.join('; ') }];
}
