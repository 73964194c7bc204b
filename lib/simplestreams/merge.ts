import { MirrorError } from '../errors';
import { rfc2822, writeJson } from './json';
import type { Product, Products, Version } from './types';
import { byBytes, sortsAbove } from './version-order';

/** One version to publish, with what its product says from now on. */
export interface Addition {
  readonly productId: string;
  /** All fields of the product besides `versions`. */
  readonly fields: Readonly<Record<string, string>>;
  readonly versionName: string;
  readonly version: Version;
}

/**
 * A document with more versions in it. No version is ever lost or changed, and adding what is there already gives the
 * very document back, so that a publisher that lost the race can merge again.
 * @param document what is published now, or undefined
 * @throws VersionConflict where a version exists with other content, or would not be the newest of its product;
 * ContractBroken where a product would have another label than the others
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
  // Only what is added to can have changed, and a large mirror is not to be written out to see that.
  if (additions.every(({ productId }) => isSame(base.products[productId], merged.products[productId]))) return base;
  refuseSecondLabel(merged);
  return { ...merged, updated: rfc2822(at) };
}

function isSame(before: Product | undefined, after: Product | undefined): boolean {
  return before !== undefined && after !== undefined && writeJson(before) === writeJson(after);
}

/** The version that MAAS takes: the last in the order of byte strings. */
export function newestVersion(product: Product): string | undefined {
  return Object.keys(product.versions).sort(byBytes).at(-1);
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
    throw new MirrorError('VersionConflict', `${productId} has a version ${name} with other content`, {
      hint: 'a version never changes; publish under a new name',
    });
  }
  const newest = newestVersion(product);
  if (newest === undefined || sortsAbove(name, newest)) return;
  throw new MirrorError('VersionConflict', `version ${name} of ${productId} does not sort above ${newest}`, {
    hint: 'MAAS takes the version whose name sorts last as a string; this one would never be seen',
  });
}

/** One that the catalogue does not have may be described otherwise today; what MAAS has under its version stays what it is. */
function refuseOtherRelease(product: Product | undefined, productId: string, { release }: Addition['fields']): void {
  if (product?.release === undefined || release === undefined || product.release === release) return;
  throw new MirrorError(
    'ContractBroken',
    `${productId} is of the release ${String(product.release)}, and a version of ${release} was to be added`,
    {
      hint: 'one version of Ubuntu is one series: correct `catalogue` in mirror.yaml, or ask who publishes the stream',
    },
  );
}

function refuseSecondLabel({ products }: Products): void {
  const labels = new Set(Object.values(products).map(({ label }) => label ?? '(none)'));
  if (labels.size <= 1) return;
  throw new MirrorError('ContractBroken', `the products have the labels ${[...labels].join(' and ')}`, {
    hint: 'all products of a view have its name as label',
  });
}
