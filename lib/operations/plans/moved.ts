import { timeText } from '../../publication/state/kept-ledger';
import { fieldsOf, onShelf, type Shelf, type ShelfEntry } from '../../publication/state/shelf';
import type { ViewContent } from '../../publication/state/view-content';
import { rfc2822 } from '../../simplestreams/json';
import type { Product, Products, Version } from '../../simplestreams/types';
import type { ChosenProduct } from './chosen-products';

type Documents = ReadonlyMap<string, Products>;

/** A version that is offered. */
export interface Offer {
  readonly contentId: string;
  readonly id: string;
  /** All fields of the product except `versions`, if the documents do not have it. */
  readonly fields: Readonly<Record<string, string>>;
  readonly name: string;
  readonly version: Version;
}

/** Documents with these versions too. Those that no offer is for are the same objects. */
export function offering(documents: Documents, offers: readonly Offer[], at: Date): Documents {
  const byDocument = Map.groupBy(offers, ({ contentId }) => contentId);
  const changed = [...byDocument].map(([contentId, some]): [string, Products] => {
    const document = documents.get(contentId) ?? emptyDocument(contentId, at);
    const products = [...Map.groupBy(some, ({ id }) => id)].map(([id, added]) => [
      id,
      withOffers(document.products[id], added),
    ]);
    return [contentId, { ...document, products: { ...document.products, ...Object.fromEntries(products) } }];
  });
  return new Map([...documents, ...changed]);
}

function withOffers(product: Product | undefined, added: readonly Offer[]): Product {
  const versions = Object.fromEntries(added.map(({ name, version }) => [name, version]));
  return { ...(product ?? added[0]?.fields), versions: { ...product?.versions, ...versions } };
}

/**
 * Documents without these versions. A product without any leaves them, and a document without products: readers refuse both.
 * @param names by product id
 */
export function takingBack(documents: Documents, names: ReadonlyMap<string, ReadonlySet<string>>): Documents {
  const left = [...documents].map(([contentId, document]) => [contentId, without(document, names)] as const);
  return new Map(left.filter(([, { products }]) => Object.keys(products).length > 0));
}

function without(document: Products, names: ReadonlyMap<string, ReadonlySet<string>>): Products {
  if (!Object.keys(document.products).some((id) => names.has(id))) return document;
  const products = Object.entries(document.products).map(([id, product]): [string, Product] => {
    const gone = names.get(id);
    if (gone === undefined) return [id, product];
    const kept = Object.entries(product.versions).filter(([name]) => !gone.has(name));
    return [id, { ...product, versions: Object.fromEntries(kept) }];
  });
  const offered = products.filter(([, { versions }]) => Object.keys(versions).length > 0);
  return { ...document, products: Object.fromEntries(offered) };
}

/**
 * Documents in which these products do not say what they were last built from, since what was is not offered: otherwise the
 * next plan would find them up to date once nothing is withdrawn.
 */
export function forgettingInputs(documents: Documents, ids: ReadonlySet<string>): Documents {
  const forgotten = [...documents].map(([contentId, document]): [string, Products] => {
    const known = Object.entries(document.products).filter(([id, { inputs }]) => ids.has(id) && inputs !== undefined);
    if (known.length === 0) return [contentId, document];
    const products = known.map(([id, product]) => [id, withoutInputs(product)]);
    return [contentId, { ...document, products: { ...document.products, ...Object.fromEntries(products) } }];
  });
  return new Map(forgotten);
}

/** What a product says of its newest version, also of one that waits. */
export function withoutInputs({ inputs, ...product }: Product): Product {
  return product;
}

/** The change gets its date when it is committed. */
function emptyDocument(content_id: string, at: Date): Products {
  return { content_id, datatype: 'image-downloads', format: 'products:1.0', updated: rfc2822(at), products: {} };
}

/** A product with the names of its versions that leave the documents. */
export interface Leaving extends ChosenProduct {
  readonly names: readonly string[];
  /** The newest name of the product then. @default - not noted */
  readonly instead?: string;
}

/**
 * The shelf with what leaves the documents. Each product is put on a shelf of its own first: adding one by one to a large
 * shelf would take quadratic time.
 */
export function shelving(content: ViewContent, leaving: readonly Leaving[], why: ShelfEntry['why'], at: Date): Shelf {
  const { shelf } = content;
  const shelved = leaving.map(({ id, product, shelved: before, names, instead }) => {
    const content_id = contentIdOf(content, id);
    const own: Shelf = { ...shelf, products: before === undefined ? {} : { [id]: before } };
    return names.reduce((all, name) => {
      const version = product.versions[name];
      const entry = version && { why, since: timeText(at), ...(instead !== undefined && { instead }), version };
      return entry === undefined ? all : onShelf(all, id, { content_id, fields: fieldsOf(product) }, name, entry);
    }, own).products;
  });
  return { ...shelf, products: Object.assign({}, shelf.products, ...shelved) };
}

/** The document that has a product. */
export function contentIdOf({ documents }: ViewContent, id: string): string {
  const [contentId] = [...documents].find(([, { products }]) => products[id] !== undefined) ?? [];
  if (contentId === undefined) throw new RangeError(`no document of the view has ${id}`);
  return contentId;
}
