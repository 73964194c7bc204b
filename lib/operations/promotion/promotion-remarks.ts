import { bootloadersRequest } from '../../job/job';
import type { Remark } from '../../job/operations/outcome';
import { downloadOf } from '../../publication/offers/downloads';
import { highest } from '../../publication/state/highest';
import type { ViewContent } from '../../publication/state/view-content';
import { releaseOf } from '../plans/chosen-products';
import type { Promoted } from './promoted';

/** What one MAAS downloads of each selection, if it has what the target offered until now. */
export function downloads(promoted: readonly Promoted[], documents: ViewContent['documents']): Remark[] {
  const selections = new Map(
    promoted.map(({ fields: { os, release, arch } }) => [`${os} ${release} ${arch}`, { os, release, arch }]),
  );
  return [...selections.values()].map(({ os = '', release, arch = '' }) => {
    const selection = { os, ...(release !== undefined && { release }), architecture: arch };
    const bytes = downloadOf(documents.values(), selection).fresh;
    return { about: 'download', release: release ?? bootloadersRequest, architecture: arch, bytes };
  });
}

/** Going back without a judgement: what was promoted waits as pending. */
export function undoing(promoted: readonly Promoted[], view: string): Remark[] {
  const releases = Map.groupBy(promoted, ({ fields }) => releaseOf({ ...fields, versions: {} }));
  const commands = [...releases].flatMap(([release, some]) => {
    const before = highest(some.flatMap((one) => one.before ?? []));
    return before === undefined ? [] : [`maas-mirror hold ${view} ${release} --at ${before}`];
  });
  return commands.length === 0 ? [] : [{ about: 'undo', commands }];
}
