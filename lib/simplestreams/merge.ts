import { MirrorError } from '../errors';
import { rfc2822, writeJson } from './json';
import type { Product, Products, Version } from './types';
import { byBytes, sortsAbove } from './version-order';

/** A version to publish, with the fields that its product has from now on. */
export interface Addition {
  readonly productId: string;
  /** All fields of the product except `versions`. */
  readonly fields: Readonly<Record<string, string>>;
  readonly versionName: string;
  readonly version: Version;
}

/**
 * Adds versions to a document. No version is ever lost or changed. Adding existing versions returns the same document, so
 * that a publisher that lost a race can merge again.
 * @param document the published document, or undefined
 * @throws VersionConflict if a version exists with different content, or would not be the newest of its product;
 * ContractBroken if the products would not all have the same label
 */
export function addVersions(
  document: Products | undefined,
  contentId: string,
  additions: readonly Addition[],
  at: Date,
): Products {
  const base = document ?? emptyDocument(contentId, at);
  if (base.content_id !== contentId) {
    throw new MirrorError('VersionConflict', `the document is ${base.content_id}, not ${contentId}`);
  }
  const merged = { ...base, products: additions.reduce(withVersion, base.products) };
  // Compares only products with additions: writing out a whole document is slow.
  if (additions.every(({ productId }) => isSame(base.products[productId], merged.products[productId]))) return base;
  refuseSecondLabel(merged);
  return { ...merged, updated: rfc2822(at) };
}

function isSame(before: Product | undefined, after: Product | undefined): boolean {
  return before !== undefined && after !== undefined && writeJson(before) === writeJson(after);
}

/** The version that MAAS uses: the last in the order of byte strings. */
export function newestVersion(product: Product): string | undefined {
  return Object.keys(product.versions).sort(byBytes).at(-1);
}

/** The version that MAAS uses, with its name; undefined if there is none. */
export function newestOf(product: Product | undefined): NamedVersion | undefined {
  const name = product && newestVersion(product);
  const version = name === undefined ? undefined : product?.versions[name];
  return name === undefined || version === undefined ? undefined : { name, version };
}

interface NamedVersion {
  readonly name: string;
  readonly version: Version;
}

function emptyDocument(contentId: string, at: Date): Products {
  return {
    content_id: contentId,
    datatype: 'image-downloads',
    format: 'products:1.0',
    updated: rfc2822(at),
    products: {},
  };
}

function withVersion(
  products: Readonly<Record<string, Product>>,
  { productId, fields, versionName, version }: Addition,
): Record<string, Product> {
  const product = Object.hasOwn(products, productId) ? products[productId] : undefined;
  refuseConflict(product, productId, versionName, version);
  refuseOtherRelease(product, productId, fields);
  const versions = { ...product?.versions, [versionName]: version };
  return { ...products, [productId]: { ...fields, versions } };
}

function refuseConflict(product: Product | undefined, productId: string, name: string, version: Version): void {
  if (product === undefined) return;
  const same = Object.hasOwn(product.versions, name) ? product.versions[name] : undefined;
  if (same !== undefined) {
    if (writeJson(same) === writeJson(version)) return;
    throw new MirrorError('VersionConflict', `${productId} already has a version ${name} with different content`, {
      hint: 'versions never change; publish under a new name',
    });
  }
  const newest = newestVersion(product);
  if (newest === undefined || sortsAbove(name, newest)) return;
  throw new MirrorError('VersionConflict', `version ${name} of ${productId} does not sort above ${newest}`, {
    hint: 'MAAS uses the version whose name sorts last as a string; it would never use this one',
  });
}

/** The description of an unknown release may change; what MAAS has imported under its version must not. */
function refuseOtherRelease(product: Product | undefined, productId: string, { release }: Addition['fields']): void {
  if (product?.release === undefined || release === undefined || product.release === release) return;
  throw new MirrorError(
    'ContractBroken',
    `${productId} belongs to the release ${String(product.release)}; a version of ${release} cannot be added to it`,
    {
      hint: 'an Ubuntu version belongs to one series: correct `catalogue` in mirror.yaml, or ask the publisher of the stream',
    },
  );
}

function refuseSecondLabel({ products }: Products): void {
  const labels = new Set(Object.values(products).map(({ label }) => label ?? '(none)'));
  if (labels.size <= 1) return;
  throw new MirrorError('ContractBroken', `the products have different labels: ${[...labels].join(' and ')}`, {
    hint: 'the label of every product must be the name of the view',
  });
}
