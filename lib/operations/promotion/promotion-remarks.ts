import { bootloadersRequest } from '../../job/job';
import type { Remark } from '../../job/operations/outcome';
import { bySelection, newestDownload, selectionOf } from '../../publication/offers/downloads';
import { highest } from '../../publication/state/highest';
import type { ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { WithdrawnIndex } from '../../publication/state/withdrawals';
import { releaseOf } from '../plans/chosen-products';
import type { Promoted } from './promoted';

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
 * Going back without a judgement: what was promoted waits as pending. Nothing where that would be refused, since it would make
 * a withdrawn version the newest again.
 * @param withdrawn of all views
 */
export function undoing(promoted: readonly Promoted[], to: ViewContent, withdrawn: readonly Withdrawal[]): Remark[] {
  const index = new WithdrawnIndex(to.view, [...to.state.withdrawals, ...withdrawn]);
  const releases = Map.groupBy(promoted, ({ fields }) => releaseOf({ ...fields, versions: {} }));
  const commands = [...releases].flatMap(([release, some]) => {
    const before = highest(some.flatMap((one) => one.before ?? []));
    const isBad = some.some((one) => isWithdrawn(one, to, index));
    return before === undefined || isBad ? [] : [`maas-mirror hold ${to.view} ${release} --at ${before}`];
  });
  return commands.length === 0 ? [] : [{ about: 'undo', commands }];
}

/** Whether the version that the target had as its newest is withdrawn. */
function isWithdrawn({ contentId, id, before = '' }: Promoted, to: ViewContent, index: WithdrawnIndex): boolean {
  const product = to.documents.get(contentId)?.products[id];
  const version = product?.versions[before];
  return product !== undefined && version !== undefined && index.of(product, before, version) !== undefined;
}
