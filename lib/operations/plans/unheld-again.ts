import { commandLine } from '../../job/operations/commands';
import type { Remark } from '../../job/operations/outcome';
import { type Hold, hasEnded } from '../../publication/state/holds';
import type { ViewChange, ViewContent } from '../../publication/state/view-content';
import type { Asked } from './asked';
import { afterwards, offersAgain, undoing } from './leads-back';
import type { Planned } from './planned';
import { planUnhold } from './unhold-plan';

/**
 * How a hold is undone: what was only changed is set again as it was, otherwise the hold is lifted. What that leaves as it was not
 * is said: a hold that took out more than before does not take out less again, one that has ended cannot be set again, and another
 * hold of the same products is lifted with this one, or goes on.
 * @param setAgain what a hold would do after the change
 */
export function unheldAgain(
  hold: Hold,
  before: ViewContent,
  change: Pick<ViewChange, 'withdrawn'> & Partial<ViewContent>,
  at: Date,
  setAgain: (request: Asked<'hold'>, after: ViewContent) => Planned,
): Remark[] {
  const { view, state } = before;
  const { release } = hold;
  const scope = { architectures: [...hold.architectures], flavours: [...hold.flavours] };
  const after = { ...before, ...change };
  const was = state.holds.find(({ id }) => id === hold.id);
  if (was !== undefined && !hasEnded(was, at) && offersAgain(before, after)) {
    const ends = {
      ...(was.at !== undefined && { at: was.at }),
      ...(was.until !== undefined && { until: was.until }),
    };
    const again: Asked<'hold'> = { does: 'hold', view, release, ...scope, ...ends };
    const back = afterwards(after, () => setAgain(again, after));
    const words = Object.entries(ends).flatMap(([name, value]) => [`--${name}`, value]);
    if (back !== undefined && offersAgain(before, back))
      return [{ about: 'undo', commands: [commandLine(['hold', view, release, ...words], scope)] }];
  }
  const request: Asked<'unhold'> = { does: 'unhold', view, release, ...scope };
  const plan = () => planUnhold(request, { views: new Map([[view, after]]), withdrawn: change.withdrawn ?? [] }, at);
  return undoing(before, after, [{ command: commandLine(['unhold', view, release], scope), plan }], 'lift the hold');
}
