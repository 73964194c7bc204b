import type { Product } from '../types';

export type NamedProduct = readonly [id: string, product: Product];

/**
 * Products of which MAAS may install any root on one machine: those of one os, release and architecture whose `subarches`
 * overlap, directly or through others. Products without `subarches`, as bootloaders are, are in no group. Each group is in
 * the order of the products.
 */
export function groupsOf(products: Iterable<NamedProduct>): NamedProduct[][] {
  const levels = new Joined();
  const named = [...products].flatMap((each) => {
    const keys = levelsOf(each[1]);
    const [first, ...others] = keys;
    for (const other of others) levels.join(first ?? '', other);
    return first === undefined ? [] : [{ each, first }];
  });
  const groups = new Map<string, NamedProduct[]>();
  for (const { each, first } of named) {
    const group = groups.get(levels.rootOf(first));
    if (group === undefined) groups.set(levels.rootOf(first), [each]);
    else group.push(each);
  }
  return [...groups.values()];
}

/** Compatibility levels, each with what it is a level of: `ubuntu/noble/amd64/ga-24.04`. */
function levelsOf({ os, release, arch, subarches }: Product): string[] {
  if (typeof subarches !== 'string' || subarches === '') return [];
  return subarches.split(',').map((level) => [os, release, arch, level.trim()].join('/'));
}

/** Words that are joined in sets (union-find): as fast for two thousand products as for two. */
class Joined {
  readonly #above = new Map<string, string>();

  rootOf(word: string): string {
    let root = word;
    for (let above = this.#above.get(root); above !== undefined; above = this.#above.get(root)) root = above;
    for (let one = word; one !== root; ) {
      const above = this.#above.get(one) ?? root;
      this.#above.set(one, root);
      one = above;
    }
    return root;
  }

  join(one: string, other: string): void {
    const [root, otherRoot] = [this.rootOf(one), this.rootOf(other)];
    if (root !== otherRoot) this.#above.set(otherRoot, root);
  }
}
