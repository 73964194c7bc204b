import { commandLine } from '../../../job/operations/commands';
import type { Remark } from '../../../job/operations/outcome';
import { type Hold, hasEnded } from '../../../publication/state/holds';
import type { ViewChange, ViewContent } from '../../../publication/state/view-content';
import type { Asked } from '../asked';
import { afterAll, offersAgain, undoing } from '../leads-back';
import type { MirrorContent } from '../planned';
import { holdingAgain } from './held-again';
import { unholding } from './unholding';

/**
 * How a hold is undone: what was only changed is set again as it was, otherwise the hold is lifted. What that leaves as it was not
 * is said: a hold that took out more than before does not take out less again, one that has ended cannot be set again, and another
 * hold of the same products is lifted with this one, or goes on.
 */
export function unheldAgain(
  hold: Hold,
  before: ViewContent,
  change: Partial<ViewChange>,
  { withdrawn }: Pick<MirrorContent, 'withdrawn'>,
  at: Date,
): Remark[] {
  const { view, state } = before;
  const { release } = hold;
  const after = { ...before, ...change, view };
  const was = state.holds.find(({ id }) => id === hold.id);
  if (was !== undefined && !hasEnded(was, at) && offersAgain(before, after)) {
    const again = holdingAgain(view, was, withdrawn, at);
    const back = afterAll(after, [again]);
    if (back !== undefined && offersAgain(before, back)) return [{ about: 'undo', commands: [again.command] }];
  }
  const scope = { architectures: [...hold.architectures], flavours: [...hold.flavours] };
  const request: Asked<'unhold'> = { does: 'unhold', view, release, ...scope };
  const lifting = {
    command: commandLine(['unhold', view, release], scope),
    plan: (content: ViewContent) => unholding(request, { views: new Map([[view, content]]), withdrawn }, at).planned,
  };
  return undoing(before, after, [{ steps: [lifting], does: 'lift the hold' }]);
}
