import type { Product } from '../types';

export type NamedProduct = readonly [id: string, product: Product];

/**
 * Groups what has a level in common, directly or through others: with {@link levelsOf}, products of which MAAS may install
 * any root on one machine. What has no level is in no group.
 * @returns the groups in the order of their first members
 */
export function groupsOf<One>(all: Iterable<One>, levelsOfOne: (one: One) => readonly string[]): One[][] {
  const levels = new Joined();
  const named = [...all].flatMap((each) => {
    const [first, ...others] = levelsOfOne(each);
    for (const other of others) levels.join(first ?? '', other);
    return first === undefined ? [] : [{ each, first }];
  });
  const groups = new Map<string, One[]>();
  for (const { each, first } of named) {
    const group = groups.get(levels.rootOf(first));
    if (group === undefined) groups.set(levels.rootOf(first), [each]);
    else group.push(each);
  }
  return [...groups.values()];
}

/**
 * Compatibility levels of a product, each with what it is a level of: `ubuntu/noble/amd64/ga-24.04`. MAAS installs the root of
 * whichever product with the level it finds first, in no order (maasserver/models/bootresource.py). A product without
 * `subarches`, as a bootloader is, has none.
 */
export function levelsOf({ os, release, arch, subarches }: Product): string[] {
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
