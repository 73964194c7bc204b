/* publication/derived: views that are made from others: selected, frozen. */

import type { Followed } from '../../job/operations/outcome';
import { changeView } from '../change-view';
import type { Press } from '../press';
import type { Change } from '../state/view-content';
import { followViews } from './follow-views';

/** A change of a view, and what came of it elsewhere. */
export interface ChangedViews {
  /** As `changeView` says. */
  readonly moved: boolean;
  /** Selected views that were updated afterwards, or could not be. */
  readonly followed: readonly Followed[];
}

/**
 * Changes a view, then updates the selected views that are made from it, even if it did not change: an earlier change may
 * have been interrupted before that.
 * @throws the errors of changeView; nothing is then committed
 */
export async function changeAndFollow(view: string, change: Change, press: Press): Promise<ChangedViews> {
  const moved = await changeView(view, change, press);
  return { moved, followed: await followViews(view, press) };
}
