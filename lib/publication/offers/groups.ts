import type { Product } from '../../simplestreams/types';
import { productKey } from '../state/product-key';

/**
 * Products that must have one root, by group: all multi-file products of one os, release and architecture whose `subarches`
 * overlap, also through a third one. MAAS installs the root of whichever of them it finds first, in no order
 * (maasserver/models/bootresource.py). Every other product is a group of its own. A product may be given several times, as
 * two views have it.
 * @returns the groups in the order of their first products
 */
export function groupsOf<One extends { readonly product: Product }>(all: readonly One[]): One[][] {
  const groups = new Map<string, One[]>();
  const joined = new Joined();
  for (const { product } of all) joined.join(tokensOf(product));
  for (const one of all) {
    const [token] = tokensOf(one.product);
    const group = token === undefined ? `alone ${productKey(one.product)}` : joined.headOf(token);
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [one]);
    else members.push(one);
  }
  return [...groups.values()];
}

/** Whether the product has several files of which the root is one, so that MAAS may install it with another's kernel. */
export function sharesRoot({ versions, subarches, 'bootloader-type': loader }: Product): boolean {
  if (typeof subarches !== 'string' || loader !== undefined) return false;
  return Object.values(versions).some(({ items }) => items['boot-kernel'] !== undefined);
}

function tokensOf(product: Product): string[] {
  if (!sharesRoot(product)) return [];
  const { os, release, arch, subarches } = product;
  const words = String(subarches).split(',');
  return words.map((word) => [os, release, arch, word.trim()].join('/'));
}

/** Which words belong together. */
class Joined {
  readonly #parents = new Map<string, string>();

  join([first, ...others]: readonly string[]): void {
    if (first === undefined) return;
    for (const other of others) {
      const [head, tail] = [this.headOf(first), this.headOf(other)];
      if (head !== tail) this.#parents.set(tail, head);
    }
  }

  headOf(word: string): string {
    let head = word;
    for (let up = this.#parents.get(head); up !== undefined; up = this.#parents.get(head)) head = up;
    return head;
  }
}
