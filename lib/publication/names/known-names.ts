import { sortsAbove } from '../../simplestreams/version-order';
import { highest } from '../state/highest';
import { contentDigest } from '../state/product-key';
import type { ViewContent } from '../state/view-content';

/** The names that a product ever had in a view. */
export interface KnownNames {
  /** Content by name, of all names that are known exactly: in the documents, on the shelf, or gone. */
  readonly contents: ReadonlyMap<string, string>;
  /** From there down, names that are not in `contents` may have been used. @default - all names are known */
  readonly forgotten?: string;
  /** The highest name. @default - the product is new */
  readonly top?: string;
}

export function knownNames(content: ViewContent, productId: string): KnownNames {
  const row = content.ledger.products[productId];
  const shelved = Object.entries(content.shelf.products[productId]?.versions ?? {});
  const there = [
    ...shelved.map(([name, { version }]) => [name, version] as const),
    ...productsOf(content, productId).flatMap(({ versions }) => Object.entries(versions)),
  ];
  const contents = there.map(([name, version]) => [name, contentDigest(version)] as const);
  const top = topAmong([productId], content);
  return {
    contents: new Map([...Object.entries(row?.gone ?? {}), ...contents]),
    ...(row?.forgotten !== undefined && { forgotten: row.forgotten }),
    ...(top !== undefined && { top }),
  };
}

/** The highest name that one of these products ever had in a view: also after a rollback, which leaves a lower one. */
export function topAmong(productIds: readonly string[], content: ViewContent): string | undefined {
  return highest(
    productIds.flatMap((id) => [
      ...(content.ledger.products[id] === undefined ? [] : [content.ledger.products[id].top]),
      ...Object.keys(content.shelf.products[id]?.versions ?? {}),
      ...productsOf(content, id).flatMap(({ versions }) => Object.keys(versions)),
    ]),
  );
}

/**
 * Whether bootloaders go forward under a name: MAAS unpacks only what it downloads, so their newest name never gets lower.
 * @param now the newest name in the documents; without one, `top` is what a MAAS may have unpacked last
 */
export function isForward(name: string, now: string | undefined, { top }: Pick<KnownNames, 'top'>): boolean {
  const last = now ?? top;
  return last === undefined || !sortsAbove(last, name);
}

/** Why a name may not be given to this content, or undefined. */
export function nameFault(name: string, content: string, { contents, forgotten, top }: KnownNames): string | undefined {
  const known = contents.get(name);
  if (known === content) return undefined;
  if (known !== undefined) {
    const [was, is] = [known, content].map((digest) => `${digest.slice(0, 12)}…`);
    return `the version ${name} was ${was} in this view and would be ${is}: a name never means two things [name-reused]`;
  }
  if (forgotten === undefined || sortsAbove(name, forgotten)) return undefined;
  return `names up to ${forgotten} are remembered only by their highest; ${name} may have been one: use a name above ${top} [name-forgotten]`;
}

function productsOf({ documents }: ViewContent, productId: string) {
  return [...documents.values()].flatMap(({ products }) => products[productId] ?? []);
}
