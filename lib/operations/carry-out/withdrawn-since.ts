import { MirrorError } from '../../errors';
import { commandLine } from '../../job/operations/commands';
import type { Followed, PlanLine } from '../../job/operations/outcome';
import { changeAndFollow } from '../../publication/derived/change-and-follow';
import type { Press } from '../../publication/press';
import type { ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { withdrawnEverywhere } from '../../publication/withdrawn-everywhere';
import { newestVersion } from '../../simplestreams/merge';
import type { Asker } from '../plans/asked';
import type { Moves } from '../plans/back/going-back';
import { type ChosenProduct, productsIn, releaseOf } from '../plans/chosen-products';
import { backMarked, backUnmarked } from './back-unmarked';

/** What is done to a view in addition. */
interface TakenBack {
  readonly lines: readonly PlanLine[];
  /** The versions that have left the documents: `<product id> <name>`. */
  readonly left: ReadonlySet<string>;
  readonly followed: readonly Followed[];
}

/** A change that was made, and what it was made from. */
interface Since {
  readonly asker: Asker;
  readonly at: Date;
  /** What the view was. @default - nothing was published in it */
  readonly before?: ViewContent | undefined;
  readonly press: Press;
}

/**
 * Takes back what was withdrawn while this view got it, since no commit can depend on the index of another view. A rollback in
 * all views does not see a view that comes after it has listed the views for the last time: its mark is set here, too. What was
 * withdrawn in another view alone is not marked here. What this view offered before stays, whatever was withdrawn.
 * @param known the withdrawals that the change obeyed
 * @throws Withdrawn if the view has nothing to go back to; the errors of changeView
 */
export async function takeBackSince(
  view: string,
  known: readonly Withdrawal[],
  { asker, at, before, press }: Since,
): Promise<TakenBack> {
  const ids = new Set(known.map(({ id }) => id));
  // A mark of this view alone was obeyed, or is of what it offered by then.
  const isNew = (mark: Withdrawal) => !ids.has(mark.id) && (mark.everywhere === true || mark.view !== view);
  const marks = (await withdrawnEverywhere(press)).filter(isNew);
  const [lines, followed, left]: [PlanLine[], Followed[], Set<string>] = [[], [], new Set()];
  for (const mark of marks) {
    let [made, leaving, stuck]: [readonly PlanLine[], Moves['leaving'], readonly ChosenProduct[]] = [[], [], []];
    let isAll = false;
    const done = await changeAndFollow(
      view,
      (content) => {
        const asked = { ...asker, republish: false };
        const all = [...known, ...marks];
        const back = mark.everywhere === true ? backMarked : backUnmarked;
        const { planned, moves } = back(content, mark, before, asked, all, at);
        [made, leaving, stuck] = [planned.lines, moves.leaving, moves.stuck];
        isAll = productsIn(content).length === stuck.length;
        return planned.change;
      },
      press,
    );
    lines.push(...made);
    for (const { id, names } of leaving) for (const name of names) left.add(`${id} ${name}`);
    followed.push(...done.followed);
    if (stuck.length > 0) throw withdrawnMeanwhile(view, mark, isAll ? [] : stuck);
  }
  return { lines, followed, left };
}

/** @param stuck what is left of it @default - nothing else is in the view */
function withdrawnMeanwhile(
  view: string,
  { release, version, reason }: Withdrawal,
  stuck: readonly ChosenProduct[],
): MirrorError {
  const why = reason === undefined ? '' : ` (${reason})`;
  const said = `${view} offers ${release} ${version}, which was withdrawn meanwhile${why}, and has nothing to go back to`;
  const removals = stuck.map(({ product }) => {
    const scope = { architectures: product.arch === undefined ? [] : [product.arch], flavours: [] };
    return commandLine(['remove', view, releaseOf(product), newestVersion(product) ?? version], scope);
  });
  const remove = `remove it: ${[...new Set(removals)].join('; ')}`;
  return new MirrorError('Withdrawn', said, {
    hint: removals.length === 0 ? `delete the view: maas-mirror view delete ${view}` : remove,
  });
}
