import { commandLine } from '../../../job/operations/commands';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Asked } from '../asked';
import type { Planned, PlannedElsewhere, Planner } from '../planned';
import { keptOffers } from './kept-offers';
import type { Lifted, Lifting } from './lifted';
import { restored, restoredIn } from './restored';
import { withdrawnAgain } from './withdrawn-again';

/**
 * Lifts the withdrawal of a version, in the view that is named or in all. What a rollback took back with it is offered again
 * where nothing newer was published since; where nothing comes back, it is said what is offered, and why. In all views, the
 * named one is last: until then, the same command finds the same withdrawal.
 */
export const planRestoration: Planner<Asked<'restore'> & Lifting> = (request, mirror, at): Planned => {
  const own = restored(request, mirror, at);
  const { lifted } = own;
  const again = withdrawnAgain(own, request, mirror, at);
  const kept = keptOffers(own, request, mirror, at);
  const views = [own.planned];
  const then: Asked<'restore'> & Lifting = { ...request, lifted };
  if (!request.allViews) return { views, remarks: [...kept, ...again.remarks([])], then };
  const plan = (content: ViewContent): PlannedElsewhere => {
    if (content.state.kind === 'frozen') return {};
    const planned = restoredIn(content, lifted, request, mirror, at);
    const undone = again.elsewhere(content, planned);
    const isNothing = content.documents.size === 0 && planned.lines.length === 0;
    return isNothing ? undone : { ...undone, planned };
  };
  const later = (view: string) => liftingIn(view, lifted, request);
  const remarks = (others: readonly PlannedElsewhere[]) => [...kept, ...again.remarks(others)];
  return { views, remarks: [], then, elsewhere: { isFirst: true, plan, remarks, later } };
};

/** By then, the view that is named here has lost the marks. */
function liftingIn(view: string, lifted: Lifted, request: Asked<'restore'>): string[] {
  const names = [...lifted.values()].map(({ release, version }) => ['restore', view, release, version]);
  return names.map((words) => commandLine(words, request));
}
