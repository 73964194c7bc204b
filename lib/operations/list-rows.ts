import { flavourSaid } from '../catalog/names';
import { parseProductId } from '../catalog/products';
import { untestedKernel } from '../publication/offers/untested-kernel';
import { heldBy } from '../publication/state/holds';
import type { LedgerRow } from '../publication/state/ledger';
import { contentDigest, maasName } from '../publication/state/product-key';
import type { ViewState } from '../publication/state/view-state';
import type { WithdrawnIndex } from '../publication/state/withdrawals';
import { newestVersion } from '../simplestreams/merge';
import type { Product, Version } from '../simplestreams/types';
import { byBytes } from '../simplestreams/version-order';

/** One version of one product in one view. Fields that a document leaves out are empty. */
export interface MirrorRow {
  readonly view: string;
  /** Its id. */
  readonly product: string;
  readonly os: string;
  /** `noble` */
  readonly release: string;
  /** Of the release: `24.04`. */
  readonly releaseVersion: string;
  readonly architecture: string;
  /** Kernel flavour as it is requested, `hwe-edge`; empty for a bootloader. */
  readonly kernel: string;
  /** MAAS's name of it, `hwe-24.04-edge`; that of a bootloader, `pxelinux`. */
  readonly flavour: string;
  /** `20261120.083000` */
  readonly version: string;
  /** Serial of the cloud image that it was made from. */
  readonly serial: string;
  /** When it was built; ISO 8601, UTC. */
  readonly built: string;
  /** Offered by the documents, or waiting outside them: held back, or taken back. */
  readonly state: 'offered' | 'pending' | 'withdrawn';
  /**
   * `newest`, `held`, `pending`, `withdrawn`, `attested:CHECK`, `failed:CHECK`, `waived`, `kernel:VERSION`, `origin:VIEW`, in
   * this order. `kernel`: kernel and initrd are those of that older version; `origin`: it was built in that other view.
   */
  readonly marks: readonly string[];
  /** Version of the kernel package. */
  readonly kernelVersion: string;
  /** Only for bootloaders. */
  readonly bootloader?: Bootloader;
  /** Last days of standard and extended support of an image's release. */
  readonly support?: { readonly supportEol: string; readonly supportEsmEol: string };
  /** How the boot test went: `passed`, `impossible`, `waived`; `untested` where a rollback took an older kernel. */
  readonly gate: string;
  /** Bytes, of the files that the version has. */
  readonly sizes: { readonly kernel?: number; readonly initrd?: number; readonly squashfs?: number };
  /** Paths and sizes of all its files, relative to the view. Versions share files. */
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

interface Bootloader {
  /** `uefi` */
  readonly firmware: string;
  /** The source packages that it is made of, by name. */
  readonly sources: readonly { readonly package: string; readonly version: string; readonly release: string }[];
}

/** A product of a view, with what was decided about it. */
export interface ListedProduct {
  readonly view: string;
  readonly id: string;
  readonly product: Product;
  readonly state: Pick<ViewState, 'holds'>;
  readonly withdrawn: WithdrawnIndex;
  readonly row?: LedgerRow | undefined;
}

/** The row of a version that the documents offer, or that waits outside them. */
export function rowOf(
  { view, id, product, ...decided }: ListedProduct,
  name: string,
  version: Version,
  state: MirrorRow['state'] = 'offered',
): MirrorRow {
  return {
    view,
    product: id,
    os: product.os ?? '',
    release: product.release ?? '',
    releaseVersion: product.version ?? '',
    architecture: product.arch ?? '',
    kernel: kernelOf(id),
    flavour: maasName(product),
    version: name,
    serial: version.serial === undefined ? '' : String(version.serial),
    built: version.built === undefined ? '' : String(version.built),
    state,
    marks: marksOf(product, name, version, { ...decided, view, is: state }),
    kernelVersion: version.kernel_version ?? '',
    ...bootloaderOf(product, version),
    ...supportOf(product),
    gate: untestedKernel(version) === undefined ? (version.gate ?? '') : 'untested',
    sizes: sizesOf(version),
    files: Object.values(version.items).map(({ path, size }) => ({ path, size })),
  };
}

type Decided = Pick<ListedProduct, 'view' | 'state' | 'withdrawn' | 'row'> & { readonly is: MirrorRow['state'] };

function marksOf(product: Product, name: string, version: Version, decided: Decided): string[] {
  const { view, state, withdrawn, row, is } = decided;
  const isNewest = is === 'offered' && newestVersion(product) === name;
  const isHeld = isNewest && heldBy(state, product) !== undefined;
  const isWithdrawn = is === 'withdrawn' || withdrawn.of(product, name, version) !== undefined;
  const results = (row?.attested[contentDigest(version)] ?? []).map(({ check, passed }) => {
    return passed ? `attested:${check}` : `failed:${check}`;
  });
  const { gate, origin, kept_from: kernel } = version;
  const isWaived = gate === 'waived' && untestedKernel(version) === undefined;
  const from = typeof origin === 'string' ? origin.slice(0, origin.lastIndexOf('/')) : '';
  return [
    ...(isNewest ? ['newest'] : []),
    ...(isHeld ? ['held'] : []),
    ...(is === 'pending' ? ['pending'] : []),
    ...(isWithdrawn ? ['withdrawn'] : []),
    ...results,
    ...(isWaived ? ['waived'] : []),
    ...(typeof kernel === 'string' ? [`kernel:${kernel}`] : []),
    ...(from === '' || from === view ? [] : [`origin:${from}`]),
  ];
}

/** The catalogue's name, or the flavour in the product's id if the catalogue does not have it (any more). */
function kernelOf(id: string): string {
  const { kernel, version, kernelPart = '' } = parseProductId(id) ?? {};
  if (kernel !== undefined) return kernel.name;
  const said = flavourSaid(kernelPart);
  return said?.version === version && said !== undefined ? said.name : kernelPart;
}

function supportOf({ support_eol: supportEol, support_esm_eol: esm }: Product): Pick<MirrorRow, 'support'> {
  if (typeof supportEol !== 'string' || supportEol === '') return {};
  return { support: { supportEol, supportEsmEol: typeof esm === 'string' && esm !== '' ? esm : supportEol } };
}

function bootloaderOf(product: Product, { items }: Version): { bootloader?: Bootloader } {
  const { 'bootloader-type': firmware } = product;
  if (typeof firmware !== 'string') return {};
  const sources = Object.values(items).map(({ src_package = '', src_version = '', src_release = '' }) => ({
    package: src_package,
    version: src_version,
    release: src_release,
  }));
  return { bootloader: { firmware, sources: sources.sort((a, b) => byBytes(a.package, b.package)) } };
}

function sizesOf({ items }: Version): MirrorRow['sizes'] {
  const named = { kernel: 'boot-kernel', initrd: 'boot-initrd', squashfs: 'squashfs' };
  const sizes = Object.entries(named).map(([name, item]) => [name, items[item]?.size] as const);
  return Object.fromEntries(sizes.filter(([, size]) => size !== undefined));
}
