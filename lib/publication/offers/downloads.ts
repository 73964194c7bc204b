import type { Product, Products, Version } from '../../simplestreams/types';
import { byBytes } from '../../simplestreams/version-order';

/** What a MAAS selects: all flavours of a release and architecture. @default - everything, bootloaders too */
export interface Selection {
  readonly os?: string;
  readonly release?: string;
  readonly architecture?: string;
}

/** Bytes. */
export interface Download {
  /** What a MAAS downloads that has nothing yet. */
  readonly all: number;
  /** What a MAAS downloads that has the version before of each product. */
  readonly fresh: number;
}

/** What one MAAS downloads of the newest versions. Each content counts once: MAAS stores it once. */
export function downloadOf(documents: Iterable<Products>, selection: Selection = {}): Download {
  const products = [...documents].flatMap((document) => Object.values(document.products));
  const selected = products.filter((product) => isOf(selection, product)).map(newestFirst);
  const newest = filesOf(selected.flatMap(([first]) => first ?? []));
  const before = filesOf(selected.flatMap(([, second]) => second ?? []));
  const fresh = [...newest].filter(([sha256]) => !before.has(sha256));
  return { all: sumOf(newest), fresh: sumOf(fresh) };
}

/** The parts of documents that a MAAS selects together, by {@link selectionOf}: a large view is gone through only once. */
export function bySelection(documents: Iterable<Products>): Map<string, Products[]> {
  const parts = [...documents].flatMap((document) => {
    const groups = Map.groupBy(Object.entries(document.products), ([, product]) => selectionOf(product));
    return [...groups].map(([selection, some]) => {
      return { selection, part: { ...document, products: Object.fromEntries(some) } };
    });
  });
  const selections = Map.groupBy(parts, ({ selection }) => selection);
  return new Map([...selections].map(([selection, some]) => [selection, some.map(({ part }) => part)]));
}

export function selectionOf({ os, release, arch }: Pick<Product, 'os' | 'release' | 'arch'>): string {
  return [os, release, arch].join(' ');
}

/** Bytes that a MAAS downloads of the newest versions, if it has the newest ones of a view as it was before. */
export function newestDownload(before: Iterable<Products>, next: Iterable<Products>): number {
  const [had, wanted] = [before, next].map((documents) => {
    const products = [...documents].flatMap((document) => Object.values(document.products));
    return filesOf(products.flatMap((one) => newestFirst(one).slice(0, 1)));
  });
  return sumOf([...(wanted ?? [])].filter(([sha256]) => !had?.has(sha256)));
}

function isOf({ os, release, architecture }: Selection, product: Product): boolean {
  const isOne = (wanted: string | undefined, seen: string | undefined) => wanted === undefined || wanted === seen;
  return isOne(os, product.os) && isOne(release, product.release) && isOne(architecture, product.arch);
}

function newestFirst({ versions }: Product): Version[] {
  const names = Object.keys(versions).sort((one, other) => byBytes(other, one));
  return names.flatMap((name) => versions[name] ?? []);
}

/** Sizes of the files that MAAS downloads, by their sha256. It needs the manifest in the document, and does not read it. */
function filesOf(versions: readonly Version[]): Map<string, number> {
  const items = versions.flatMap((version) => Object.entries(version.items));
  const read = items.filter(([key]) => !ignored.includes(key));
  return new Map(read.map(([, { sha256, size }]) => [sha256, size]));
}

const ignored = ['manifest', 'boot-dtb'];

function sumOf(files: Iterable<readonly [string, number]>): number {
  return [...files].reduce((sum, [, size]) => sum + size, 0);
}
