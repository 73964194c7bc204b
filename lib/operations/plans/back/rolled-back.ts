import type { MirrorError } from '../../../errors';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import type { Asked } from '../asked';
import type { ChosenVersion } from '../chosen-versions';
import { markFor } from '../marked';
import type { MirrorContent } from '../planned';
import { type BackIn, backIn } from './back-in';
import { heldBack } from './held-back';
import { refuseStuck, versionsTakenBack } from './taken-back';

/** What a rollback takes back. */
export interface TakenBack {
  readonly versions: readonly ChosenVersion[];
  readonly mark: Withdrawal;
}

type Marks = Pick<MirrorContent, 'withdrawn'>;

/**
 * What is taken back of the view that a rollback names; undefined if there is nothing above the version that is gone back to.
 * @throws what versionsTakenBack throws
 */
export function takenBackIn(
  named: ViewContent,
  request: Asked<'rollback'>,
  mirror: Marks,
  at: Date,
): TakenBack | undefined {
  const versions = versionsTakenBack(named, request, mirror);
  return versions.length === 0
    ? undefined
    : { versions, mark: markFor(versions, request, withMarksOf(mirror, named), at) };
}

/** A rollback in the view that it names. @throws NoSuchVersion if there is nothing to go back to */
export function rolledBack(
  named: ViewContent,
  { mark, versions }: TakenBack,
  request: Asked<'rollback'>,
  mirror: MirrorContent,
  at: Date,
): { readonly own: BackIn; readonly refusal?: MirrorError } {
  const own = backIn(named, mark, request, mirror.withdrawn, at);
  refuseStuck(own.moves.stuck, versions, named, request, { ...mirror, mark }, at);
  const refusal = heldBack(own);
  return { own, ...(refusal && { refusal }) };
}

/** With the marks that an interrupted rollback has set in other views, so that this one goes on with the same. */
function withMarksOf({ withdrawn }: Marks, content: ViewContent): ViewContent {
  const { state } = content;
  return { ...content, state: { ...state, withdrawals: [...state.withdrawals, ...withdrawn] } };
}
