import type { Followed } from '../job/operations/outcome';
import { changeAndFollow } from '../publication/derived/change-and-follow';
import type { Press } from '../publication/press';
import { readDecisions } from '../publication/read-state';
import { hasEnded } from '../publication/state/holds';
import { withdrawnEverywhere } from '../publication/withdrawn-everywhere';
import { planHoldEnds } from './plans/unhold-plan';

/**
 * Lifts the holds of a view that have come to their end, and offers what was pending. Builds begin with it: what they make
 * would otherwise wait for a hold that is over.
 * @returns what came of the views that follow it
 * @throws the errors of changeView
 */
export async function liftEndedHolds(view: string, press: Press): Promise<readonly Followed[]> {
  const { state } = await readDecisions(view, press);
  if (!state.holds.some((hold) => hasEnded(hold, press.now()))) return [];
  const withdrawn = await withdrawnEverywhere(press);
  const { followed } = await changeAndFollow(
    view,
    (content, at) => {
      const mirror = { views: new Map([[view, content]]), withdrawn };
      return planHoldEnds({ reason: 'the hold has ended' }, mirror, at).views[0]?.change;
    },
    press,
  );
  return followed;
}
