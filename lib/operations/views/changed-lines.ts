import { bootloadersRequest } from '../../job/job';
import type { PlanLine, Remark } from '../../job/operations/outcome';
import { bySelection, newestDownload, selectionOf } from '../../publication/offers/downloads';
import { dependentsOf } from '../../publication/offers/dropped';
import { productKey } from '../../publication/state/product-key';
import type { ViewContent } from '../../publication/state/view-content';
import { newestVersion } from '../../simplestreams/merge';
import type { Product } from '../../simplestreams/types';
import { byBytes, sortsAbove } from '../../simplestreams/version-order';

type Documents = ViewContent['documents'];

/** What a reader of a view would notice: each product with another newest version, that is new, or that is gone. Sorted. */
export function changedLines(before: Documents, next: Documents): PlanLine[] {
  const [old, now] = [productsIn(before), productsIn(next)];
  return [...new Set([...old.keys(), ...now.keys()])].sort(byBytes).flatMap((product): PlanLine[] => {
    const [was, is] = [newestOf(old.get(product)), newestOf(now.get(product))];
    if (is === undefined) return [{ does: 'drop', product, ...(was !== undefined && { before: was }) }];
    if (is === was) return [];
    if (was !== undefined && sortsAbove(was, is)) {
      return [{ does: 'take back', product, version: was, before: was, newest: is }];
    }
    return [{ does: 'offer', product, version: is, name: is, newest: is, ...(was !== undefined && { before: was }) }];
  });
}

/** What depends on what is dropped, and what one MAAS downloads for each selection that changes. */
export function changeRemarks(before: Documents, next: Documents): Remark[] {
  const [old, now] = [productsIn(before), productsIn(next)];
  const dropped = [...old].flatMap(([key, product]) => (now.has(key) ? [] : [product]));
  const [was, is] = [bySelection(before.values()), bySelection(next.values())];
  const selections = new Map([...now.values()].map((product) => [selectionOf(product), product]));
  const sorted = [...selections].sort(([one], [other]) => byBytes(one, other));
  const downloads = sorted.flatMap(([selection, { release = bootloadersRequest, arch = '' }]): Remark[] => {
    const bytes = newestDownload(was.get(selection) ?? [], is.get(selection) ?? []);
    return bytes === 0 ? [] : [{ about: 'download', release, architecture: arch, bytes }];
  });
  return [...dependentsOf(dropped, next), ...downloads];
}

/** By their keys, which are the same in every view. */
function productsIn(documents: Documents): Map<string, Product> {
  const products = [...documents.values()].flatMap((document) => Object.values(document.products));
  return new Map(products.map((product) => [productKey(product), product]));
}

function newestOf(product: Product | undefined): string | undefined {
  return product && newestVersion(product);
}
