import { rfc2822 } from '../../simplestreams/json';
import type { Product, Products } from '../../simplestreams/types';
import type { ShelfProduct } from '../state/shelf';
import type { ViewContent } from '../state/view-content';

/**
 * A document as builds see it: with the pending versions, as if there were no hold. While a release is held, builds compare
 * with the newest pending version, so that they do not make it again every night.
 * @returns the document itself if it has no pending versions; undefined if the view has neither
 */
export function standingProducts({ documents, shelf }: ViewContent, contentId: string): Products | undefined {
  const document = documents.get(contentId);
  const pending = Object.entries(shelf.products).flatMap(([id, shelved]) => {
    if (shelved.content_id !== contentId) return [];
    const product = withPending(document?.products[id], shelved);
    return product === undefined ? [] : [[id, product] as const];
  });
  if (pending.length === 0) return document;
  const base = document ?? emptyDocument(contentId);
  return { ...base, products: { ...base.products, ...Object.fromEntries(pending) } };
}

/** Undefined if nothing of the product is pending. */
function withPending(product: Product | undefined, { fields, versions }: ShelfProduct): Product | undefined {
  const held = Object.entries(versions).filter(([, { why }]) => why === 'held');
  if (held.length === 0) return undefined;
  const pending = Object.fromEntries(held.map(([name, { version }]) => [name, version]));
  return { ...(product ?? fields), versions: { ...product?.versions, ...pending } };
}

/** Only compared with, never published: its date means nothing. */
function emptyDocument(content_id: string): Products {
  const updated = rfc2822(new Date(0));
  return { content_id, datatype: 'image-downloads', format: 'products:1.0', updated, products: {} };
}
