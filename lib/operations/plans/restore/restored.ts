import type { ViewContent } from '../../../publication/state/view-content';
import { type Asked, noteOf } from '../asked';
import { offering } from '../moved';
import { type MirrorContent, type PlannedView, viewToChange } from '../planned';
import { type Lifted, type Lifting, liftedLines, liftedMarks, remaining } from './lifted';
import { returning } from './returning';

/** What a restoration does in the view that it names. */
export interface Restored {
  /** The view before. */
  readonly content: ViewContent;
  readonly lifted: Lifted;
  readonly planned: PlannedView;
}

/** A restoration in the view that it names, without how it is undone. @throws what liftedMarks throws */
export function restored(request: Asked<'restore'> & Lifting, mirror: MirrorContent, at: Date): Restored {
  const content = viewToChange(mirror, request.view);
  const lifted = liftedMarks(content, request, mirror);
  return { content, lifted, planned: restoredIn(content, lifted, request, mirror, at) };
}

/** A deleted view only loses the mark, since only its marks are left. */
export function restoredIn(
  content: ViewContent,
  lifted: Lifted,
  request: Asked<'restore'>,
  mirror: Pick<MirrorContent, 'withdrawn'>,
  at: Date,
): PlannedView {
  const lines = liftedLines(content.state.withdrawals, lifted);
  if (lines.length === 0) return { view: content.view, lines };
  const withdrawn = remaining(mirror.withdrawn, lifted);
  const state = { ...content.state, withdrawals: remaining(content.state.withdrawals, lifted) };
  const common = { state, withdrawn, note: noteOf('restore', request) };
  if (content.documents.size === 0) return { view: content.view, change: common, lines };
  const back = returning({ ...content, state }, { lifted, withdrawn, request, at });
  const documents = offering(content.documents, back.offers, at);
  return {
    view: content.view,
    change: { ...common, documents, shelf: back.shelf },
    lines: [...lines, ...back.lines],
  };
}
