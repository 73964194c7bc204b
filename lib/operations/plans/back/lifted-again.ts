import type { Remark } from '../../../job/operations/outcome';
import { restoreCommand } from '../../../publication/gate/withdrawn-error';
import type { ViewContent } from '../../../publication/state/view-content';
import type { Withdrawal } from '../../../publication/state/withdrawal';
import type { Asked } from '../asked';
import { undoing } from '../leads-back';
import type { MirrorContent, PlannedView } from '../planned';
import { planRestoration } from './restore-plan';

/**
 * How what set a mark is undone: by a restoration, which may lift older marks of the same version, too, and then says so. If one
 * of those is in all views, only a restoration in all views is accepted.
 */
export function liftedAgain(
  mark: Withdrawal,
  { content, planned }: { readonly content: ViewContent; readonly planned: PlannedView },
  mirror: Pick<MirrorContent, 'withdrawn'>,
  at: Date,
): Remark[] {
  const after = { ...content, ...planned.change, view: content.view };
  const withdrawn = [...mirror.withdrawn.filter(({ id }) => id !== mark.id), mark];
  const { view, release, version, everywhere = false } = mark;
  const scope = { architectures: [...mark.architectures], flavours: [...mark.flavours] };
  const asked: Omit<Asked<'restore'>, 'allViews'> = { does: 'restore', view, release, version, ...scope };
  const tries = (everywhere ? [true] : [false, true]).map((allViews) => ({
    command: restoreCommand({ ...mark, everywhere: allViews }),
    plan: () => planRestoration({ ...asked, allViews }, { views: new Map([[view, after]]), withdrawn }, at),
  }));
  return undoing(content, after, tries, 'lift the withdrawal');
}
