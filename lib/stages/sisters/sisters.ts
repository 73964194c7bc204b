import { kernelsOf } from '../../catalog/kernels';
import { productId } from '../../catalog/products';
import type { Release } from '../../catalog/releases';
import type { Job } from '../../job/job';
import { offerGroups } from '../../publication/offers/offer-groups';
import { tripleOf } from '../../publication/state/product-key';
import type { Product, Products } from '../../simplestreams/types';
import { productOf } from '../updates/decisions';
import { newestName } from '../updates/updates';

/** A published product that shares its root with others. */
export interface Sister {
  readonly productId: string;
  /** The flavour. @default - the catalogue does not know it */
  readonly kernel?: string;
  readonly product: Product;
}

/**
 * The published products that must have the same root as some flavours, and whose newest version has another one: MAAS
 * installs the root of whichever of them it finds first.
 * @param flavours that get the new root
 * @param root sha256 of the new root
 */
export function sistersWithOtherRoot(
  document: Products | undefined,
  flavours: readonly string[],
  root: string,
  { release, job: { architecture, view } }: { readonly release: Release; readonly job: Job },
): Sister[] {
  const kernels = kernelsOf(release, architecture).map((kernel) => ({ kernel, id: productId(kernel, view) }));
  const made = kernels.filter(({ kernel }) => flavours.includes(kernel.name));
  const groups = offerGroups<Member>([
    ...made.map(({ kernel }) => ({ product: { ...productOf(kernel, view), versions: { '': withKernel } } })),
    ...Object.entries(document?.products ?? {}).map(([id, product]) => ({ id, product })),
  ]);
  const joined = groups.filter((members) => members.some(({ id }) => id === undefined));
  return joined.flat().flatMap(({ id, product }): Sister[] => {
    if (id === undefined || rootOf(product) === undefined || rootOf(product) === root) return [];
    const known = kernels.find((one) => one.id === id)?.kernel.name;
    return [{ productId: id, product, ...(known !== undefined && { kernel: known }) }];
  });
}

interface Member {
  readonly product: Product;
  /** @default - it is to be made */
  readonly id?: string;
}

const withKernel = { items: { 'boot-kernel': { ftype: 'boot-kernel', path: '', sha256: '', size: 0 } } };

/** The root of the newest version; undefined if the product has none. */
export function rootOf(product: Product | undefined): string | undefined {
  const version = product?.versions[newestName(product)];
  return version && tripleOf(version).root;
}
