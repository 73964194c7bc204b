import { bootloadersRequest } from '../../job/job';
import type { PlanLine, Remark } from '../../job/operations/outcome';
import type { ChosenSet } from '../../publication/offers/chosen-set';
import { bySelection, newestDownload, selectionOf } from '../../publication/offers/downloads';
import { highest } from '../../publication/state/highest';
import type { ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { newestVersion } from '../../simplestreams/merge';
import { sortsAbove } from '../../simplestreams/version-order';
import type { Asked } from '../plans/asked';
import { productsIn, releaseOf } from '../plans/chosen-products';
import { holding } from '../plans/holds/holding';
import { afterwards, leadsElsewhere, offersAgain } from '../plans/leads-back';
import type { Promoted } from './promoted';
import { floorOf, newestContent, type Promoting } from './promotion-sets';

/** What one MAAS downloads of each selection, if it has what the target offered until now. */
export function downloads(promoted: readonly Promoted[], before: Documents, next: Documents): Remark[] {
  const [was, is] = [bySelection(before.values()), bySelection(next.values())];
  const selections = new Map(promoted.map(({ fields }) => [selectionOf(fields), fields]));
  return [...selections].map(([selection, { release = bootloadersRequest, arch = '' }]) => {
    const bytes = newestDownload(was.get(selection) ?? [], is.get(selection) ?? []);
    return { about: 'download', release, architecture: arch, bytes };
  });
}

type Documents = ViewContent['documents'];

/**
 * Going back without a judgement: what was promoted waits as pending. Nothing where that would be refused, such as to a version
 * that is withdrawn by now, or would not lead back; where that is so of some releases only, it is said.
 * @param next the documents after the promotion
 * @param withdrawn of all views
 */
export function undoing(
  promoted: readonly Promoted[],
  to: ViewContent,
  next: Documents,
  { withdrawn, at }: { readonly withdrawn: readonly Withdrawal[]; readonly at: Date },
): Remark[] {
  const content = { ...to, documents: next };
  const releases = Map.groupBy(promoted, ({ fields }) => releaseOf({ ...fields, versions: {} }));
  const commands = [...releases].flatMap(([release, some]) => {
    const before = highest(some.flatMap((one) => one.before ?? []));
    if (before === undefined) return [];
    const hold: Asked<'hold'> = {
      ...{ does: 'hold', view: to.view, release, at: before },
      ...{ architectures: [], flavours: [] },
    };
    return leadsBack(hold, to, { content, withdrawn, at })
      ? [`maas-mirror hold ${to.view} ${release} --at ${before}`]
      : [];
  });
  if (commands.length === 0) return [];
  const isWhole = commands.length === releases.size;
  return [{ about: 'undo', commands, ...(!isWhole && { why: `hold what can be held, ${leadsElsewhere}` }) }];
}

/** The way back from a promotion that created its target: a hold would find nothing there to go back to. */
export function deletion(view: string): Remark {
  return { about: 'undo', why: 'delete the view that this created', commands: [`maas-mirror view delete ${view}`] };
}

interface Undone {
  readonly content: ViewContent;
  readonly withdrawn: readonly Withdrawal[];
  readonly at: Date;
}

/** Whether a hold would be carried out, and every product of its release would offer again what it did. */
function leadsBack(hold: Asked<'hold'>, to: ViewContent, { content, withdrawn, at }: Undone): boolean {
  const back = afterwards(content, () => {
    return holding(hold, { views: new Map([[to.view, content]]), withdrawn }, at).planned;
  });
  return back !== undefined && offersAgain(to, back, hold.release);
}

/** What is older than what the target has, as the source knows it: a site then gets older content under a newer name. */
export function olderOnes(promoted: readonly Promoted[], views: Pick<Promoting, 'from' | 'to'>): Remark[] {
  const { nameOf } = thereIn(views);
  return promoted.flatMap(({ key, was, before }): Remark[] => {
    const there = nameOf(key);
    if (there === undefined || before === undefined || !sortsAbove(there, was)) return [];
    return [{ about: 'older', view: views.to.view, product: key, version: was, before: there }];
  });
}

/** With an age, nothing is taken that is older than what the target has: of each product, what is passed over for that. */
export function tooOld(sets: readonly ChosenSet[], views: Pick<Promoting, 'from' | 'to'>): PlanLine[][] {
  const isWithout = ({ taken, passedOver }: ChosenSet) => taken.length === 0 && passedOver.length === 0;
  if (!sets.some(isWithout)) return sets.map(() => []);
  const { sources, nameOf } = thereIn(views);
  return sets.map((set) =>
    (isWithout(set) ? set.products : []).flatMap((key): PlanLine[] => {
      const product = sources.get(key)?.product;
      const [there, version] = [nameOf(key), product && newestVersion(product)];
      if (version === undefined || there === undefined || !sortsAbove(there, version)) return [];
      return [{ does: 'pass over', product: key, version, why: `older than ${there}, which ${views.to.view} has` }];
    }),
  );
}

/** The products of the source, and the names under which it knows what the target offers as the newest, by their keys. */
function thereIn({ from, to }: Pick<Promoting, 'from' | 'to'>) {
  const byKey = (view: ViewContent) => new Map(productsIn(view).map((one) => [one.key, one] as const));
  const [sources, targets] = [byKey(from), byKey(to)];
  const nameOf = (key: string) => floorOf(from, sources.get(key)?.id, newestContent(targets.get(key)?.product));
  return { sources, nameOf };
}
