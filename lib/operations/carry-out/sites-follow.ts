import type { PlanLine, Remark } from '../../job/operations/outcome';
import type { PlannedView } from '../plans/planned';

/**
 * When sites follow what a plan moves: by themselves within 70 minutes and a download, since MAAS reads the index every ten
 * minutes and begins to download every hour; and the commands that make one follow at once. Nothing if no version moves; on the shelf, readers do not see that.
 */
export function sitesFollow(views: readonly PlannedView[]): Remark[] {
  const isMoved = views.some(({ lines }) => lines.some(isMove));
  return isMoved ? [{ about: 'sites follow', commands: whenIdle }] : [];
}

function isMove({ does, before }: PlanLine): boolean {
  return moves.has(does) && (before !== undefined || !leaves.has(does));
}

const moves: ReadonlySet<PlanLine['does']> = new Set(['offer', 'take back', 'hold back', 'drop']);

/** What leaves the documents was the newest before, or below it. */
const leaves: ReadonlySet<PlanLine['does']> = new Set(['take back', 'hold back']);

/** An import ends one that is running. */
const whenIdle = ['maas admin boot-resources is-importing', 'maas admin boot-resources import'];
