import { hasEnded } from '../../../publication/state/holds';
import { type Asked, type Asker, noteOf } from '../asked';
import type { Planned, Planner } from '../planned';
import { heldAgain } from './held-again';
import { unheldIn, unholding } from './unholding';

/**
 * Lifts the holds of the products that are named, not those that are also of others, and offers the newest pending versions
 * that are not withdrawn; below them those that the hold took out of the documents.
 */
export const planUnhold: Planner<Asked<'unhold'>> = (request, mirror, at): Planned => {
  const { planned, lifted, before } = unholding(request, mirror, at);
  const [{ change = {} } = {}] = planned.views;
  return { ...planned, remarks: [...planned.remarks, ...heldAgain(lifted, before, change, mirror, at)] };
};

/** Lifts the holds that have come to their end, in all views. */
export const planHoldEnds: Planner<Asker> = (asker, mirror, at): Planned => {
  const views = [...mirror.views.values()].flatMap((content) => {
    const ended = content.state.holds.filter((hold) => hasEnded(hold, at));
    return ended.length === 0 ? [] : [unheldIn(content, ended, mirror, noteOf('unhold', asker), at)];
  });
  return { views, remarks: [] };
};
