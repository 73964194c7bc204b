import { newestVersion } from '../merge';
import type { Product, Products } from '../types';
import { broken, type Violation } from './contract-rules';
import { maasKernelName } from './maas-kernel-name';
import { groupsOf, levelsOf, type NamedProduct } from './product-groups';

export interface ViewCheck {
  /** What the labels of products must be: the name of the view; in a snapshot, that of its source. */
  readonly label: string;
  /**
   * Ids of products: only they, and those that MAAS would mix up with them, are checked. An older fault elsewhere in a view
   * must not stop a change. @default - all
   */
  readonly touched?: ReadonlySet<string>;
}

/** Every rule of MAAS that the documents of a view break together, even if each is valid by itself. */
export function checkView(documents: ReadonlyMap<string, Products>, { label, touched }: ViewCheck): Violation[] {
  const products = [...documents.values()].flatMap((document) => Object.entries(document.products));
  const isTouched = (some: readonly NamedProduct[]) => touched === undefined || some.some(([id]) => touched.has(id));
  return [
    ...products.filter((named) => isTouched([named])).flatMap((named) => checkLabel(named, label)),
    ...[...resourcesOf(products)].filter(([, some]) => isTouched(some)).flatMap(([name, some]) => checkOne(name, some)),
    ...groupsOf(products, ([, product]) => levelsOf(product))
      .filter(isTouched)
      .flatMap(checkRoots),
  ];
}

/** One without a label breaks a rule of documents. */
function checkLabel([id, { label }]: NamedProduct, wanted: string): Violation[] {
  return label === undefined || label === wanted
    ? []
    : [broken('label-of-view', id, `label is ${label}, not ${wanted}`)];
}

/** Products by the name of the boot resource that MAAS makes of them. */
function resourcesOf(products: readonly NamedProduct[]): Map<string, NamedProduct[]> {
  const resources = new Map<string, NamedProduct[]>();
  for (const named of products) {
    const name = resourceName(named[1]);
    const others = resources.get(name);
    if (others === undefined) resources.set(name, [named]);
    else others.push(named);
  }
  return resources;
}

/** `ubuntu/noble/amd64/hwe-24.04-lowlatency`, `pxelinux/pxe/i386` */
function resourceName(product: Product): string {
  const { os, release, arch, 'bootloader-type': firmware } = product;
  return (firmware === undefined ? [os, release, arch, maasKernelName(product)] : [os, firmware, arch]).join('/');
}

function checkOne(resource: string, [first, ...others]: readonly NamedProduct[]): Violation[] {
  return others.map(([id]) => broken('flavour-repeated', id, `it is ${resource}, as is ${first?.[0]}`));
}

/** Only images have a squashfs; the oldest of Ubuntu, of which MAAS takes no other root, have none. */
function checkRoots(group: readonly NamedProduct[]): Violation[] {
  const [first, ...others] = group.flatMap(([id, product]) => newestRoot(id, product));
  return others
    .filter(({ root }) => root !== first?.root)
    .map(({ id, said }) => broken('root-differs', id, `${said}, but ${first?.said} of ${first?.id}`));
}

function newestRoot(id: string, product: Product): { id: string; root: string; said: string }[] {
  const newest = newestVersion(product);
  const root = newest === undefined ? undefined : product.versions[newest]?.items.squashfs?.sha256;
  return root === undefined ? [] : [{ id, root, said: `the root of ${newest} is ${root.slice(0, 12)}…` }];
}
