import type { Remark } from '../../../job/operations/outcome';
import { tripleOf } from '../../../publication/state/product-key';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import { sortsAbove } from '../../../simplestreams/version-order';
import type { Asked } from '../asked';
import { type ChosenVersion, namesOf, type Settled, settledOn } from '../chosen-versions';
import { markingAgain } from '../marked';
import { type Planned, type Planner, statesIn } from '../planned';
import { isLiftedAgain, liftedAgain } from './lifted-again';
import { matchedIn } from './matched-in';
import { matchRemarks } from './way-back';
import { markedIn, withdrawing } from './withdrawing';

/**
 * Marks a version as withdrawn, in the view that is named or in all that are not frozen. It moves nothing: what still offers
 * it is told, with the command that takes it back there.
 */
export const planWithdrawal: Planner<Asked<'withdraw'> & Settled> = (request, mirror, at): Planned => {
  const { named, versions, mark, planned } = withdrawing(request, mirror, at);
  const isNew = planned.change !== undefined && !named.state.withdrawals.some(({ id }) => id === mark.id);
  const [own, states] = [matchedIn(mark, named, mirror.withdrawn, at), statesIn(mirror)];
  const then = settledOn(request, versions);
  return {
    views: [planned],
    remarks: [],
    then,
    elsewhere: {
      isFirst: false,
      ...(request.allViews && { later: () => markingAgain(mark) }),
      plan: (content) => {
        const matched = matchedIn(mark, content, mirror.withdrawn, at);
        if (!request.allViews || content.state.kind === 'frozen') return { matched };
        const planned = markedIn(content, mark, request);
        return { planned, matched, isUndone: isLiftedAgain(mark, { content, planned }, mirror, at) };
      },
      remarks: (others) => {
        const undo = isNew ? liftedAgain(mark, { content: named, planned }, mirror, at, others) : [];
        const matched = [own, ...others.flatMap((one) => one.matched ?? [])];
        return [...matchRemarks(mark, matched, states), ...onlyTheKernel(versions, mark), ...undo];
      },
    },
  };
};

/** A whole withdrawal does not keep a bad kernel away from a new base image. */
export function onlyTheKernel(versions: readonly ChosenVersion[], { flavours }: Withdrawal): Remark[] {
  if (flavours.length > 0) return [];
  return versions.flatMap(({ key, product, name, version }): Remark[] => {
    const before = namesOf(product).find((one) => sortsAbove(name, one));
    const [now, was] = [tripleOf(version), tripleOf(product.versions[before ?? ''] ?? { items: {} })];
    const isOnlyKernel = was.root !== undefined && was.root === now.root && was.kernel !== now.kernel;
    return before !== undefined && isOnlyKernel
      ? [{ about: 'only the kernel', product: key, version: name, before }]
      : [];
  });
}
