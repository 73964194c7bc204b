import { changeView } from '../../publication/change-view';
import { deleteView } from '../../publication/delete-view';
import type { Press } from '../../publication/press';
import type { ViewContent } from '../../publication/state/view-content';
import { decidedEverywhere } from '../../publication/withdrawn-everywhere';
import { type Asker, noteOf } from '../plans/asked';
import { circleThrough } from '../views/refuse-circle';

/**
 * Undoes the change of a view's source if by now views are made from each other: another operator may have set a source at the
 * same time, and no commit can depend on the index of another view.
 * @param before what the view was
 * @throws BadInput (misuse) if so; the errors of changeView
 */
export async function undoCircle(before: ViewContent, asker: Asker, press: Press): Promise<void> {
  const { view, documents, state } = before;
  const circle = circleThrough(view, (await decidedEverywhere(press)).states);
  if (circle === undefined) return;
  const note = noteOf('view', { ...asker, reason: circle.message });
  if (documents.size === 0) await deleteView(view, note, press);
  else await changeView(view, () => ({ documents, state, offered: [before], note }), press);
  throw circle;
}
