import { flavourSaid } from '../catalog/names';
import { parseProductId } from '../catalog/products';
import { MirrorError } from '../errors';
import { mirror } from '../job/layout';
import { readView } from '../publication/read-view';
import { viewsOf } from '../publication/views';
import type { Product, Products, Version } from '../simplestreams/types';
import { byBytes } from '../simplestreams/version-order';
import type { Store } from '../store/store';

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
  /** `20261120` */
  readonly version: string;
  /** Version of the kernel package. */
  readonly kernelVersion: string;
  /** Only for bootloaders. */
  readonly bootloader?: Bootloader;
  /** Last days of standard and extended support of an image's release. */
  readonly support?: { readonly supportEol: string; readonly supportEsmEol: string };
  /** How the boot test went: `passed`, `impossible`, `waived`. */
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

/**
 * The versions in a mirror, newest first. They are read, not verified.
 * @param options.views @default all
 * @throws BadFormat if an index or document cannot be read; NoSuchObject if one is missing
 */
export async function listMirror(
  store: Store,
  options: { readonly views?: readonly string[] } = {},
): Promise<MirrorRow[]> {
  const views = options.views ?? (await viewsOf(store));
  const rows = await Promise.all(views.map((view) => rowsOf(store, view)));
  return rows.flat().sort(newestFirst);
}

async function rowsOf(store: Store, view: string): Promise<MirrorRow[]> {
  const { index, documents } = await readView(view, { mirror: store, unchecked: true });
  if (index !== undefined) return [...documents.values()].flatMap(({ document }) => rowsOfDocument(view, document));
  throw new MirrorError('NoSuchObject', `${store.name} has no ${mirror.index(view)}`, {
    hint: 'check the name of the view; `maas-mirror verify` lists all missing files',
  });
}

function rowsOfDocument(view: string, { products }: Products): MirrorRow[] {
  return Object.entries(products).flatMap(([id, product]) =>
    Object.entries(product.versions).map(([name, version]) => rowOf(view, id, product, name, version)),
  );
}

function rowOf(view: string, id: string, product: Product, name: string, version: Version): MirrorRow {
  return {
    view,
    product: id,
    os: product.os ?? '',
    release: product.release ?? '',
    releaseVersion: product.version ?? '',
    architecture: product.arch ?? '',
    kernel: kernelOf(id),
    version: name,
    kernelVersion: version.kernel_version ?? '',
    ...bootloaderOf(product, version),
    ...supportOf(product),
    gate: version.gate ?? '',
    sizes: sizesOf(version),
    files: Object.values(version.items).map(({ path, size }) => ({ path, size })),
  };
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

/** By version, then by view, os, release, architecture and kernel. */
function newestFirst(a: MirrorRow, b: MirrorRow): number {
  if (a.version !== b.version) return byBytes(b.version, a.version);
  const place = (row: MirrorRow) => [row.view, row.os, row.releaseVersion, row.architecture, row.product].join('\n');
  return byBytes(place(a), place(b));
}
