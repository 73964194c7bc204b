import { bootloadersRequest } from '../../job/job';
import type { Remark } from '../../job/operations/outcome';
import { bySelection, newestDownload, selectionOf } from '../../publication/offers/downloads';
import { highest } from '../../publication/state/highest';
import type { ViewContent } from '../../publication/state/view-content';
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

/** Going back without a judgement: what was promoted waits as pending. */
export function undoing(promoted: readonly Promoted[], view: string): Remark[] {
  const releases = Map.groupBy(promoted, ({ fields }) => releaseOf({ ...fields, versions: {} }));
  const commands = [...releases].flatMap(([release, some]) => {
    const before = highest(some.flatMap((one) => one.before ?? []));
    return before === undefined ? [] : [`maas-mirror hold ${view} ${release} --at ${before}`];
  });
  return commands.length === 0 ? [] : [{ about: 'undo', commands }];
}
