import type { Remark } from '../../job/operations/outcome';
import type { Product, Products } from '../../simplestreams/types';
import { byBytes } from '../../simplestreams/version-order';
import { maasName, productKey } from '../state/product-key';

/** Something in a MAAS that depends on what a view drops. */
export type Dependent = Pick<Remark, 'about' | 'product' | 'release' | 'architecture' | 'why' | 'commands'>;

/**
 * What in a MAAS may depend on products that leave a view: only an operator of that MAAS can know whether it does. The
 * last one always: a MAAS keeps, offers and uses what it has.
 * @param left what the view still has
 */
export function dependentsOf(dropped: readonly Product[], left: ReadonlyMap<string, Products>): readonly Dependent[] {
  if (dropped.length === 0) return [];
  const kept = [...left.values()].flatMap(({ products }) => Object.values(products));
  const images = dropped.filter(({ 'bootloader-type': loader }) => loader === undefined);
  const releases = lostOf(images, kept, ({ os, release }) => [os, release]);
  const architectures = lostOf(images, kept, ({ os, release, arch }) => [os, release, arch]);
  const kernels = lostOf(images, kept, productWords).filter(({ subarch }) => subarch !== undefined);
  return [
    ...releases.filter(isCommissionable).map(ofCommissioning),
    ...architectures.flatMap(ofArchitecture),
    ...kernels.map(ofKernel),
    { about: 'keeps' },
  ];
}

/** The first product of each kind that is dropped, and of which nothing is left. */
function lostOf(
  dropped: readonly Product[],
  kept: readonly Product[],
  kindOf: (product: Product) => readonly unknown[],
): Product[] {
  const there = new Set(kept.map((product) => JSON.stringify(kindOf(product))));
  const lost = new Map<string, Product>();
  for (const product of [...dropped].sort((a, b) => byBytes(productKey(a), productKey(b)))) {
    const kind = JSON.stringify(kindOf(product));
    if (!there.has(kind) && !lost.has(kind)) lost.set(kind, product);
  }
  return [...lost.values()];
}

const productWords = (product: Product) => [productKey(product)];

/** MAAS commissions only with an LTS of Ubuntu that is in support (maasserver/models/bootresource.py). */
function isCommissionable({ os, release_title: title, support_eol: end }: Product): boolean {
  return os === 'ubuntu' && String(title).endsWith('LTS') && end !== undefined;
}

function ofCommissioning({ release = '' }: Product): Dependent {
  const commands = ['maas admin maas get-config name=commissioning_distro_series'];
  return { about: 'depends', release, why: 'commissioning release', commands };
}

/** Custom images boot the kernel of their base image (maasserver/rpc/boot.py), which is one of Ubuntu's here. */
function ofArchitecture({ os, release = '', arch = '' }: Product): Dependent[] {
  const where = { about: 'depends', release, architecture: arch } as const;
  const uploads = { ...where, why: `uploads with base_image ${os}/${release}` };
  return [...(os === 'ubuntu' ? [uploads] : []), { ...where, why: 'machines deployed to memory' }];
}

function ofKernel(product: Product): Dependent {
  const { release = '', arch = '' } = product;
  const why = `machines with ${maasName(product)} as hwe_kernel or min_hwe_kernel`;
  return { about: 'depends', product: productKey(product), release, architecture: arch, why };
}
