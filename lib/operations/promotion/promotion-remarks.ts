import { bootloadersRequest } from '../../job/job';
import type { Remark } from '../../job/operations/outcome';
import { newestDownload } from '../../publication/offers/downloads';
import { highest } from '../../publication/state/highest';
import type { ViewContent } from '../../publication/state/view-content';
import type { Product, Products } from '../../simplestreams/types';
import { releaseOf } from '../plans/chosen-products';
import type { Promoted } from './promoted';

/** What one MAAS downloads of each selection, if it has what the target offered until now. */
export function downloads(promoted: readonly Promoted[], before: Documents, next: Documents): Remark[] {
  const [was, is] = [bySelection(before), bySelection(next)];
  const selections = new Map(promoted.map(({ fields }) => [selectionOf(fields), fields]));
  return [...selections].map(([selection, { release = bootloadersRequest, arch = '' }]) => {
    const bytes = newestDownload(was.get(selection) ?? [], is.get(selection) ?? []);
    return { about: 'download', release, architecture: arch, bytes };
  });
}

type Documents = ViewContent['documents'];

/** The parts of documents that a MAAS selects together: so that a large view is gone through only once. */
function bySelection(documents: Documents): Map<string, Products[]> {
  const parts = [...documents.values()].flatMap((document) => {
    const groups = Map.groupBy(Object.entries(document.products), ([, product]) => selectionOf(product));
    return [...groups].map(([selection, some]) => {
      return { selection, part: { ...document, products: Object.fromEntries(some) } };
    });
  });
  const selections = Map.groupBy(parts, ({ selection }) => selection);
  return new Map([...selections].map(([selection, some]) => [selection, some.map(({ part }) => part)]));
}

function selectionOf({ os, release, arch }: Pick<Product, 'os' | 'release' | 'arch'>): string {
  return [os, release, arch].join(' ');
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
