import type { Asked } from '../asked';
import type { Planned, Planner } from '../planned';
import { holding } from './holding';
import { unheldAgain } from './unheld-again';

/**
 * Keeps every version that is new to the view away from its readers, until the hold is lifted; with `at` also the versions
 * above that one, which leave the documents and wait as pending. Bootloaders then are offered again under a newer name.
 */
export const planHold: Planner<Asked<'hold'>> = (request, mirror, at): Planned => {
  const { planned, set } = holding(request, mirror, at);
  if (set === undefined) return planned;
  return { ...planned, remarks: [...planned.remarks, ...unheldAgain(set.hold, set.before, set.change, mirror, at)] };
};
