import { MirrorError } from '../../errors';
import type { Product, Version } from '../../simplestreams/types';
import { byBytes } from '../../simplestreams/version-order';

/** A version of a product, and where it is. */
export interface Side {
  readonly view: string;
  readonly name: string;
  readonly version: Version;
}

/** Two versions of a product that are compared. */
export interface Pair {
  readonly key: string;
  readonly product: Product;
  readonly old: Side;
  readonly next: Side;
}

/** A product of a view with all its versions, also those on the shelf. */
export interface Versions {
  readonly view: string;
  readonly key: string;
  readonly product: Product;
  /** Those that the documents offer. */
  readonly offered: ReadonlyMap<string, Version>;
  readonly shelved: ReadonlyMap<string, Version>;
}

/** The newest version of each product, and the one before. Products with one version have nothing to compare. */
export function newestPairs(products: readonly Versions[]): Pair[] {
  return products.flatMap((one) => {
    const [newest, before] = namesOf(one);
    return newest === undefined || before === undefined ? [] : [pairOf(one, before, newest)];
  });
}

/**
 * Two versions by their names, of each product that has both. `newest` is the newest that each product offers.
 * @throws NoSuchVersion (misuse), which lists the names that there are
 */
export function namedPairs(products: readonly Versions[], old: string, next: string): Pair[] {
  const pairs = products.flatMap((one) => {
    const [first, second] = [old, next].map((name) => (name === 'newest' ? (namesOf(one)[0] ?? '') : name));
    return versionOf(one, first ?? '') && versionOf(one, second ?? '') ? [pairOf(one, first ?? '', second ?? '')] : [];
  });
  if (pairs.length > 0) return pairs;
  const names = [...new Set(products.flatMap((one) => [...one.offered.keys(), ...one.shelved.keys()]))];
  const known = names.sort((one, other) => byBytes(other, one));
  const missing = [old, next].filter((name) => name !== 'newest' && !known.includes(name));
  const what = missing.length === 0 ? `no product with both ${old} and ${next}` : `no version ${missing.join(' and ')}`;
  throw new MirrorError('NoSuchVersion', `the view ${products[0]?.view} has ${what}`, {
    hint: `it has: ${known.slice(0, 10).join(', ')}${known.length > 10 ? ', …' : ''}`,
    misuse: true,
  });
}

/** The newest version of each product in two views; and the products that only one of them has. */
export function pairsBetween(
  some: readonly Versions[],
  others: readonly Versions[],
): { readonly pairs: readonly Pair[]; readonly only: readonly Pick<Versions, 'view' | 'key'>[] } {
  const byKey = new Map(others.map((one) => [one.key, one]));
  const pairs = some.flatMap((one): Pair[] => {
    const other = byKey.get(one.key);
    const [old, next] = [newestOf(one), other && newestOf(other)];
    return old === undefined || next === undefined ? [] : [{ key: one.key, product: one.product, old, next }];
  });
  const both = new Set(pairs.map(({ key }) => key));
  const lone = [...some, ...others].filter(({ key, offered }) => !both.has(key) && offered.size > 0);
  return { pairs, only: lone.map(({ view, key }) => ({ view, key })) };
}

function newestOf(one: Versions): Side | undefined {
  const [name] = namesOf(one);
  return name === undefined ? undefined : sideOf(one, name);
}

/** Newest first. */
function namesOf({ offered }: Versions): string[] {
  return [...offered.keys()].sort((one, other) => byBytes(other, one));
}

function pairOf(one: Versions, old: string, next: string): Pair {
  return { key: one.key, product: one.product, old: sideOf(one, old), next: sideOf(one, next) };
}

function sideOf(one: Versions, name: string): Side {
  return { view: one.view, name, version: versionOf(one, name) ?? { items: {} } };
}

function versionOf({ offered, shelved }: Versions, name: string): Version | undefined {
  return offered.get(name) ?? shelved.get(name);
}
