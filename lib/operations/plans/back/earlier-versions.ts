/* operations/plans/back: going back to earlier versions, and undoing that. */

import { chosenSets } from '../../../publication/offers/chosen-set';
import { productKey, tripleOf } from '../../../publication/state/product-key';
import type { WithdrawnIndex } from '../../../publication/state/withdrawals';
import type { Product, Version } from '../../../simplestreams/types';
import { namesOf } from '../chosen-versions';

/**
 * The newest versions with one root that are not withdrawn, of products that must have one root.
 * @returns names by key of product; a product without one keeps none of its versions. Empty: there is nothing to go back to
 */
export function earlierVersions(group: readonly Product[], withdrawn: WithdrawnIndex): ReadonlyMap<string, string> {
  const left = group.map((product) => sound(product, withdrawn)).filter(({ versions }) => Object.keys(versions).length);
  const candidates = left.flatMap((product) =>
    Object.entries(product.versions).map(([name, version]) => ({ product, name, version })),
  );
  const standing = left.map((product) => ({ product }));
  const whole = chosenSets(candidates, standing, 'newest eligible');
  const isWhole = whole.every(({ taken }) => taken.length > 0);
  // No root that all of them have: those that lack the newest one are dropped.
  const sets = isWhole ? whole : chosenSets(candidates, [], 'newest eligible');
  return new Map(sets.flatMap(({ taken }) => taken.map(({ product, name }) => [productKey(product), name] as const)));
}

/** A kernel that a product can go back to. */
export interface EarlierKernel {
  readonly name: string;
  readonly version: Version;
  /** Whether it has the root of the newest version, so that its sisters need not move. */
  readonly hasRoot: boolean;
}

/** The newest earlier version with a kernel that is not withdrawn, one with the same root first. */
export function earlierKernel(product: Product, withdrawn: WithdrawnIndex): EarlierKernel | undefined {
  const [newest = '', ...earlier] = namesOf(product);
  const root = tripleOf(product.versions[newest] ?? { items: {} }).root;
  const good = earlier.flatMap((name): EarlierKernel[] => {
    const version = product.versions[name];
    if (version === undefined || withdrawn.of(product, name, version) !== undefined) return [];
    return [{ name, version, hasRoot: tripleOf(version).root === root }];
  });
  return good.find(({ hasRoot }) => hasRoot) ?? good[0];
}

/** A product with the versions that are not withdrawn. */
function sound(product: Product, withdrawn: WithdrawnIndex): Product {
  const versions = Object.entries(product.versions).filter(
    ([name, version]) => withdrawn.of(product, name, version) === undefined,
  );
  return { ...product, versions: Object.fromEntries(versions) };
}
