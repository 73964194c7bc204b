import type { Product, Version } from '../../simplestreams/types';
import type { ShelfProduct } from './shelf';
import type { ViewContent } from './view-content';

/** What a view has of one product: in its documents and on its shelf. */
export interface ProductPart {
  readonly product: Product | undefined;
  readonly shelved: ShelfProduct | undefined;
}

/** By product id. */
export function partsOf({ documents, shelf }: Pick<ViewContent, 'documents' | 'shelf'>): Map<string, ProductPart> {
  const products = new Map([...documents.values()].flatMap((document) => Object.entries(document.products)));
  const ids = new Set([...products.keys(), ...Object.keys(shelf.products)]);
  return new Map([...ids].map((id) => [id, { product: products.get(id), shelved: shelf.products[id] }]));
}

/** Versions by name: of the documents, and of the shelf. A name may be in both, with one content. */
export function versionsOf({ product, shelved }: ProductPart): (readonly [name: string, version: Version])[] {
  const held = Object.entries(shelved?.versions ?? {}).map(([name, { version }]) => [name, version] as const);
  return [...Object.entries(product?.versions ?? {}), ...held];
}

/** Whether nothing of a product has changed: parts that a change does not touch are the same objects. */
export function isSamePart(one: ProductPart | undefined, other: ProductPart | undefined): boolean {
  return one?.product === other?.product && one?.shelved === other?.shelved;
}
