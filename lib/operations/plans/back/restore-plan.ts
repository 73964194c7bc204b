import { commandLine } from '../../../job/operations/commands';
import type { ViewContent } from '../../../publication/state/view-content';
import { type Asked, noteOf } from '../asked';
import { offering } from '../moved';
import {
  type MirrorContent,
  type Planned,
  type PlannedElsewhere,
  type PlannedView,
  type Planner,
  viewToChange,
} from '../planned';
import { type Lifted, type Lifting, liftedLines, liftedMarks, remaining } from './lifted';
import { returning } from './returning';

/**
 * Lifts the withdrawal of a version, in the view that is named or in all. What a rollback took back with it is offered again
 * where nothing newer was published since. In all views, the named one is last: until then, the same command finds the same
 * withdrawal.
 */
export const planRestoration: Planner<Asked<'restore'> & Lifting> = (request, mirror, at): Planned => {
  const named = viewToChange(mirror, request.view);
  const lifted = liftedMarks(named, request, mirror);
  const views = [restoredIn(named, lifted, request, mirror, at)];
  const then: Asked<'restore'> & Lifting = { ...request, lifted };
  if (!request.allViews) return { views, remarks: [], then };
  const plan = (content: ViewContent): PlannedElsewhere => {
    const planned = restoredIn(content, lifted, request, mirror, at);
    const isNothing = content.documents.size === 0 && planned.lines.length === 0;
    return content.state.kind === 'frozen' || isNothing ? {} : { planned };
  };
  const later = (view: string) => liftingIn(view, lifted, request);
  return { views, remarks: [], then, elsewhere: { isFirst: true, plan, remarks: () => [], later } };
};

/** By then, the view that is named here has lost the marks. */
function liftingIn(view: string, lifted: Lifted, request: Asked<'restore'>): string[] {
  const names = [...lifted.values()].map(({ release, version }) => ['restore', view, release, version]);
  return names.map((words) => commandLine(words, request));
}

/** A selected view only loses the mark: it follows its sources. So does a deleted one, of which only its marks are left. */
function restoredIn(
  content: ViewContent,
  lifted: Lifted,
  request: Asked<'restore'>,
  mirror: MirrorContent,
  at: Date,
): PlannedView {
  const lines = liftedLines(content.state.withdrawals, lifted);
  if (lines.length === 0) return { view: content.view, lines };
  const withdrawn = remaining(mirror.withdrawn, lifted);
  const state = { ...content.state, withdrawals: remaining(content.state.withdrawals, lifted) };
  const common = { state, withdrawn, note: noteOf('restore', request) };
  if (state.kind === 'selected' || content.documents.size === 0) return { view: content.view, change: common, lines };
  const back = returning({ ...content, state }, { lifted, withdrawn, request, at });
  const documents = offering(content.documents, back.offers, at);
  return {
    view: content.view,
    change: { ...common, documents, shelf: back.shelf },
    lines: [...lines, ...back.lines],
  };
}
