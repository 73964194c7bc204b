import type { Remark } from '../../../job/operations/outcome';
import { restoreCommand } from '../../../publication/gate/withdrawn-error';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import type { Asked } from '../asked';
import { isAgain, leadsElsewhere, undoing, type Way } from '../leads-back';
import type { MirrorContent, Planned, PlannedElsewhere, PlannedView } from '../planned';
import { restored, restoredIn } from '../restore/restored';

interface Marked {
  /** The view before. */
  readonly content: ViewContent;
  readonly planned: PlannedView;
}

type Marks = Pick<MirrorContent, 'withdrawn'>;

/**
 * How what set a mark is undone: by a restoration, which may lift older marks of the same version, too, and then says so. If one
 * of those is in all views, only a restoration in all views is accepted.
 * @param others what is planned in other views: what they do not offer again is said
 */
export function liftedAgain(
  mark: Withdrawal,
  { content, planned }: Marked,
  mirror: Marks,
  at: Date,
  others: readonly PlannedElsewhere[],
): Remark[] {
  const after = { ...content, ...planned.change, view: content.view };
  const { view, everywhere = false } = mark;
  const marks = { withdrawn: withMark(mirror, mark) };
  const does = 'lift the withdrawal';
  const ways = (everywhere ? [true] : [false, true]).map((allViews): Way => {
    const plan = (now: ViewContent): Planned => {
      const mirrorThen = { views: new Map([[view, now]]), ...marks };
      return { views: [restored({ ...restoring(mark), allViews }, mirrorThen, at).planned], remarks: [] };
    };
    return { steps: [{ command: restoreCommand({ ...mark, everywhere: allViews }), plan }], does };
  });
  const undo = undoing(content, after, ways);
  if (others.every(({ isUndone = true }) => isUndone)) return undo;
  return undo.map((one) => ({ ...one, why: `${does}, ${leadsElsewhere}` }));
}

/** Whether the restoration that undoes what set a mark leaves another view as it was. */
export function isLiftedAgain(mark: Withdrawal, { content, planned }: Marked, mirror: Marks, at: Date): boolean {
  if (planned.change === undefined) return true;
  const after = { ...content, ...planned.change, view: content.view };
  const request = { ...restoring(mark), allViews: true };
  const marks = { withdrawn: withMark(mirror, mark) };
  const { change } = restoredIn(after, new Map([[mark.id, mark]]), request, marks, at);
  return isAgain(content, { ...after, ...change, view: content.view });
}

const withMark = ({ withdrawn }: Marks, mark: Withdrawal) => [...withdrawn.filter(({ id }) => id !== mark.id), mark];

function restoring({ view, release, version, ...mark }: Withdrawal): Omit<Asked<'restore'>, 'allViews'> {
  const scope = { architectures: [...mark.architectures], flavours: [...mark.flavours] };
  return { does: 'restore', view, release, version, ...scope };
}
