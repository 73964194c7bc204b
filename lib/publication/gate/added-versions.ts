import { sameJson } from '../../simplestreams/same-json';
import type { Product, Products, Version } from '../../simplestreams/types';
import { contentDigest } from '../state/product-key';
import type { ViewContent } from '../state/view-content';

/** A product that a change adds or alters, by its id. */
export interface TouchedProduct {
  readonly id: string;
  readonly product: Product;
  readonly was: Product | undefined;
}

/**
 * Untouched products are the same objects, or at least say the same.
 * @param next documents after the change, of which those that are the same objects may be left out
 */
export function touchedProducts(before: ViewContent, next: ReadonlyMap<string, Products>): TouchedProduct[] {
  return [...next].flatMap(([contentId, { products }]) => {
    const old = before.documents.get(contentId)?.products ?? {};
    return Object.entries(products)
      .filter(([id, product]) => !sameJson(old[id], product))
      .map(([id, product]) => ({ id, product, was: old[id] }));
  });
}

/** A version whose content its product did not offer before, under any name. */
interface AddedVersion extends TouchedProduct {
  readonly name: string;
  readonly version: Version;
}

/** Every version of these that is new by its content: a content that only gets another name is not. */
export function addedVersions(products: readonly TouchedProduct[]): AddedVersion[] {
  return products.flatMap((touched) => {
    const offered = new Set(Object.values(touched.was?.versions ?? {}).map(contentDigest));
    return Object.entries(touched.product.versions)
      .filter(([, version]) => !offered.has(contentDigest(version)))
      .map(([name, version]) => ({ ...touched, name, version }));
  });
}
