import { z } from 'zod';
import type { Product, Version } from '../../simplestreams/types';
import { byBytes } from '../../simplestreams/version-order';
import { parseDocument } from './parse-document';

/** Versions that have left the documents of a view and may come back: pending and withdrawn ones. Their objects are kept. */
export interface Shelf {
  readonly format: 'view-shelf:1';
  /** By product id. */
  readonly products: Readonly<Record<string, ShelfProduct>>;
}

/** What is needed to offer the product again, even if the documents have lost it. */
export interface ShelfProduct {
  /** Of the document that it belongs to. */
  readonly content_id: string;
  /** All fields of the product except `versions`. */
  readonly fields: Readonly<Record<string, string>>;
  /** By name. */
  readonly versions: Readonly<Record<string, ShelfEntry>>;
}

export interface ShelfEntry {
  readonly why: 'held' | 'withdrawn';
  /** When it came here; ISO 8601, UTC. */
  readonly since: string;
  /** The name that was then the newest of the product in the documents. @default - not known, or there was none */
  readonly instead?: string;
  readonly version: Version;
}

export const emptyShelf: Shelf = { format: 'view-shelf:1', products: {} };

/** How many withdrawn versions of a product are kept. */
const mostWithdrawn = 10;

/** The shelf with this version, under the fields that the product has now. */
export function onShelf(
  shelf: Shelf,
  productId: string,
  product: Pick<ShelfProduct, 'content_id' | 'fields'>,
  name: string,
  entry: ShelfEntry,
): Shelf {
  const before = shelf.products[productId];
  const { content_id, fields } = product;
  const versions = { ...before?.versions, [name]: entry };
  return { ...shelf, products: { ...shelf.products, [productId]: { ...before, content_id, fields, versions } } };
}

/** The shelf without this version. */
export function fromShelf(shelf: Shelf, productId: string, name: string): Shelf {
  const product = shelf.products[productId];
  if (product === undefined || !Object.hasOwn(product.versions, name)) return shelf;
  const { [productId]: _product, ...others } = shelf.products;
  const { [name]: _entry, ...versions } = product.versions;
  const isEmpty = Object.keys(versions).length === 0;
  return { ...shelf, products: isEmpty ? others : { ...shelf.products, [productId]: { ...product, versions } } };
}

/** All fields of a product except its versions. */
export function fieldsOf({ versions, ...fields }: Product): Record<string, string> {
  return fields as Record<string, string>;
}

/** The shelf without the oldest of too many withdrawn versions; the same object where there are not too many. */
export function trimmed(shelf: Shelf): Shelf {
  const products = Object.entries(shelf.products);
  const kept = products.map(([id, product]) => [id, trimmedProduct(product)] as const);
  const isSame = kept.every(([, product], place) => product === products[place]?.[1]);
  return isSame ? shelf : { ...shelf, products: Object.fromEntries(kept) };
}

function trimmedProduct(product: ShelfProduct): ShelfProduct {
  const withdrawn = Object.entries(product.versions).filter(([, { why }]) => why === 'withdrawn');
  if (withdrawn.length <= mostWithdrawn) return product;
  const newestFirst = withdrawn.sort(([a, one], [b, other]) => byBytes(other.since, one.since) || byBytes(b, a));
  const tooOld = new Set(newestFirst.slice(mostWithdrawn).map(([name]) => name));
  const versions = Object.entries(product.versions).filter(([name]) => !tooOld.has(name));
  return { ...product, versions: Object.fromEntries(versions) };
}

/** @throws BadFormat; NotSupported if a newer release has written it */
export function parseShelf(text: string, where: string): Shelf {
  return parseDocument(text, where, { name: 'shelf of a view', format: 'view-shelf:1', shape: z.looseObject({}), row });
}

const item = z.looseObject({
  ftype: z.string(),
  path: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.int().nonnegative(),
});

const row = z.looseObject({
  content_id: z.string().min(1),
  fields: z.record(z.string(), z.string()),
  versions: z.record(
    z.string(),
    z.looseObject({
      why: z.enum(['held', 'withdrawn']),
      since: z.iso.datetime(),
      instead: z.string().optional(),
      version: z.looseObject({ items: z.record(z.string(), item) }),
    }),
  ),
});
