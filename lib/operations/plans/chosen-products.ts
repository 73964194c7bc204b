import { flavourSaid } from '../../catalog/names';
import { MirrorError } from '../../errors';
import { bootloadersRequest } from '../../job/job';
import { maasName, productKey } from '../../publication/state/product-key';
import { partsOf } from '../../publication/state/product-parts';
import type { ShelfProduct } from '../../publication/state/shelf';
import type { ViewContent } from '../../publication/state/view-content';
import type { Product } from '../../simplestreams/types';
import { byBytes } from '../../simplestreams/version-order';

/** Which products an operator means; what is missing or empty means all. */
export interface ProductWords {
  /** As people write it: `noble`, `24.04`, `24.04 LTS`, `Noble`, `bootloaders`. */
  readonly release?: string | undefined;
  readonly architectures?: readonly string[];
  /** `ga`, `hwe-24.04`. */
  readonly flavours?: readonly string[];
}

/** A product of a view. */
export interface ChosenProduct {
  readonly id: string;
  readonly key: string;
  /** As the documents have it; without versions if it is only on the shelf. */
  readonly product: Product;
  /** @default - the shelf does not have it */
  readonly shelved?: ShelfProduct;
}

/**
 * The products that an operator means, also those that are only on the shelf, sorted by their keys.
 * @throws NoSuchVersion (misuse), which lists what the view has
 */
export function chosenProducts(content: ViewContent, words: ProductWords): ChosenProduct[] {
  const chosen = productsMeant(content, words);
  if (chosen.length === 0) throw notThere(content.view, productsIn(content), words);
  return chosen;
}

/** The same; none if the view has none of them. */
export function productsMeant(content: ViewContent, words: ProductWords): ChosenProduct[] {
  return productsIn(content).filter(({ product }) => isMeant(product, words));
}

/** The name of a release as views store it: the products' field `release`, or `bootloaders`. */
export function releaseOf({ release = '', 'bootloader-type': loader }: Product): string {
  return loader === undefined ? release : bootloadersRequest;
}

/** How people call a product: `noble amd64 ga-24.04`. */
export function nameOf(product: Product): string {
  return [releaseOf(product), product.arch, maasName(product)].join(' ');
}

/** All products of a view, in the documents or on the shelf, sorted by their keys. */
export function productsIn(content: ViewContent): ChosenProduct[] {
  const all = [...partsOf(content)].map(([id, { product, shelved }]) => {
    const there = product ?? ({ ...shelved?.fields, versions: {} } as Product);
    return { id, key: productKey(there), product: there, ...(shelved && { shelved }) };
  });
  return all.sort((one, other) => byBytes(one.key, other.key));
}

/** Whether an operator means this product. */
export function isMeant(product: Product, { release, architectures = [], flavours = [] }: ProductWords): boolean {
  const isOfArchitecture = architectures.length === 0 || architectures.includes(product.arch ?? '');
  return (
    isOfRelease(product, release) &&
    isOfArchitecture &&
    (flavours.length === 0 || flavours.some((word) => isFlavour(product, word)))
  );
}

/** @param word as people write it; undefined means all */
export function isOfRelease(product: Product, word: string | undefined): boolean {
  return word === undefined || namesOf(product).includes(word.toLowerCase());
}

/** The names of a product's release, in lower case: also of releases that only the documents know. */
function namesOf(product: Product): string[] {
  const { release, version, release_title: title, release_codename: codename } = product;
  if (product['bootloader-type'] !== undefined) return [bootloadersRequest];
  const names = [release, version, title, codename, String(codename ?? '').split(' ')[0]];
  return names.filter((name) => typeof name === 'string' && name !== '').map((name) => String(name).toLowerCase());
}

function isFlavour(product: Product, word: string): boolean {
  const name = maasName(product);
  if (name === word) return true;
  const [meant, seen] = [flavourSaid(word), flavourSaid(name)];
  if (meant === undefined || seen === undefined || meant.name !== seen.name) return false;
  return meant.version === undefined || meant.version === seen.version;
}

function notThere(view: string, all: readonly ChosenProduct[], words: ProductWords): MirrorError {
  const { release, architectures = [], flavours = [] } = words;
  const asked = [...(release === undefined ? [] : [release]), ...architectures, ...flavours].join(' ');
  const ofRelease = all.filter(({ product }) => isMeant(product, { release }));
  const there =
    ofRelease.length === 0
      ? all.map(({ product }) => releaseOf(product))
      : ofRelease.map(({ product }) => nameOf(product));
  const has = [...new Set(there)].join(', ');
  return new MirrorError('NoSuchVersion', `the view ${view} has no ${asked || 'products'}`, {
    hint: has === '' ? 'it has no products' : `it has: ${has}`,
    misuse: true,
  });
}
