import { newestOf } from '../../simplestreams/merge';
import type { Product, Version } from '../../simplestreams/types';
import { offerGroups, sharesRoot } from '../offers/offer-groups';
import { contentDigest, tripleOf } from '../state/product-key';
import type { ProductPart } from '../state/product-parts';
import type { WithdrawnIndex } from '../state/withdrawals';
import type { SelectedProduct } from './selected-products';

/**
 * The products that may be offered, with the versions that may: what is withdrawn does not enter a view, even if a source
 * still offers it, and with it no version of a sister that has the same root, so that all keep one root. What the view offers
 * already stays as long as its source has it, but what is withdrawn does not become the newest again.
 * @param parts what the view has of each product, by its id
 */
export function suitableProducts(
  selected: readonly SelectedProduct[],
  parts: ReadonlyMap<string, ProductPart>,
  withdrawn: WithdrawnIndex,
): SelectedProduct[] {
  const isNew = ({ id }: SelectedProduct) => {
    const offered = new Set(Object.values(parts.get(id)?.product?.versions ?? {}).map(contentDigest));
    return (version: Version) => !offered.has(contentDigest(version));
  };
  return offerGroups(selected).flatMap((group) => {
    const all = group.map((one) => ({ one, added: addedIn(one.product, isNew(one)) }));
    const barred = all.map(({ one, added }) =>
      added.filter(([name, version]) => withdrawn.of(one.product, name, version)),
    );
    const roots = new Set(barred.flat().flatMap(([, version]) => tripleOf(version).root ?? []));
    const suitable = all.flatMap(({ one, added }, place) => {
      const own = new Set(barred[place]?.map(([name]) => name));
      const sharing = sharesRoot(one.product)
        ? added.filter(([, version]) => roots.has(tripleOf(version).root ?? ''))
        : [];
      return without(one, new Set([...own, ...sharing.map(([name]) => name)]));
    });
    const standing = new Map(group.map(({ id }) => [id, newestOf(parts.get(id)?.product)] as const));
    return withoutReturning(suitable, standing, withdrawn);
  });
}

/** Until no product of a group would get a withdrawn version as its newest that is not the newest in the view now. */
function withoutReturning(
  group: readonly SelectedProduct[],
  standing: ReadonlyMap<string, ReturnType<typeof newestOf>>,
  withdrawn: WithdrawnIndex,
): readonly SelectedProduct[] {
  const returning = group.flatMap(({ id, product }) => {
    const [newest, now] = [newestOf(product), standing.get(id)];
    if (newest === undefined || (now && contentDigest(now.version) === contentDigest(newest.version))) return [];
    return withdrawn.of(product, newest.name, newest.version) === undefined
      ? []
      : [{ product, version: newest.version }];
  });
  if (returning.length === 0) return group;
  const roots = new Set(returning.flatMap(({ product, version }) => (sharesRoot(product) ? rootOf(version) : [])));
  const left = group.flatMap((one) => {
    const newest = newestOf(one.product);
    const isOne = returning.some(({ product }) => product === one.product);
    const isSister = newest !== undefined && sharesRoot(one.product) && roots.has(rootOf(newest.version));
    return newest !== undefined && (isOne || isSister) ? without(one, new Set([newest.name])) : [one];
  });
  return withoutReturning(left, standing, withdrawn);
}

const rootOf = (version: Version) => tripleOf(version).root ?? '';

function addedIn({ versions }: Product, isNew: (version: Version) => boolean): (readonly [string, Version])[] {
  return Object.entries(versions).filter(([, version]) => isNew(version));
}

/** Nothing if no version is left. */
function without(one: SelectedProduct, names: ReadonlySet<string>): SelectedProduct[] {
  if (names.size === 0) return [one];
  const versions = Object.entries(one.product.versions).filter(([name]) => !names.has(name));
  return versions.length === 0 ? [] : [{ ...one, product: { ...one.product, versions: Object.fromEntries(versions) } }];
}
