import { newestVersion } from '../../simplestreams/merge';
import type { Product, Products } from '../../simplestreams/types';
import { isForward, knownNames } from '../names/known-names';
import { renamed } from '../names/renamed';
import { nameAbove } from '../names/version-names';
import type { ViewContent } from '../state/view-content';

/**
 * Documents that come back to a view. Bootloaders that went back get a name above all others: MAAS unpacks only what it
 * downloads.
 * @param before what the view is now
 */
export function forwardLoaders(
  documents: ViewContent['documents'],
  before: ViewContent,
  at: Date,
): ViewContent['documents'] {
  return new Map(
    [...documents].map(([contentId, document]): [string, Products] => {
      const products = Object.entries(document.products).map(([id, product]): [string, Product] => {
        const was = before.documents.get(contentId)?.products[id];
        return [id, product['bootloader-type'] === undefined ? product : renewed(id, product, was, before, at)];
      });
      return [contentId, { ...document, products: Object.fromEntries(products) }];
    }),
  );
}

function renewed(id: string, product: Product, was: Product | undefined, before: ViewContent, at: Date): Product {
  const [name, old] = [newestVersion(product), was && newestVersion(was)];
  const known = knownNames(before, id);
  if (name === undefined || isForward(name, old, known)) return product;
  const { [name]: version, ...others } = product.versions;
  if (version === undefined) return product;
  const above = nameAbove(known.top ?? name, at, (one) => known.contents.has(one));
  return { ...product, versions: { ...others, [above]: renamed(version, name, above, before.view) } };
}
