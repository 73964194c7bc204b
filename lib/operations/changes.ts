import { bootloadersRequest } from '../job/job';
import { readMarks } from '../publication/read-marks';
import { readView } from '../publication/read-view';
import { emptyLedger } from '../publication/state/ledger';
import { maasName } from '../publication/state/product-key';
import { emptyShelf } from '../publication/state/shelf';
import { emptyState } from '../publication/state/state-document';
import type { Product } from '../simplestreams/types';
import type { Store } from '../store/store';
import type { NameChanges } from './changes/modules';
import { type FromTo, type PackageChanges, packageChanges } from './changes/packages';
import { namedPairs, newestPairs, type Pair, pairsBetween, type Versions } from './changes/pairs';
import { modulesBetween, packagesBetween, type Reader, readerOf, sourcesBetween } from './changes/read-changes';
import type { SourceChanges } from './changes/sources';
import { chosenProducts, type ProductWords } from './plans/chosen-products';

/** What changed in the products of one release and architecture between two versions. */
export interface ReleaseChanges {
  /** `noble`, or `bootloaders`. */
  readonly release: string;
  readonly architecture: string;
  readonly old: { readonly view: string; readonly version: string };
  readonly next: { readonly view: string; readonly version: string };
  /** Of the cloud image. @default - the same, or not known */
  readonly serial?: FromTo<string>;
  /** Whether it was built in another way, or something else was requested. */
  readonly recipe: boolean;
  /** @default - not known */
  readonly sources?: SourceChanges;
  /** Of the root image; of bootloaders their source packages. @default - not known */
  readonly packages?: PackageChanges;
  readonly flavours: readonly FlavourChanges[];
}

export interface FlavourChanges {
  /** MAAS's name: `ga-24.04`. */
  readonly flavour: string;
  /** The older version that the newer one has kernel and initrd of. @default - they are its own */
  readonly kernelOf?: string;
  /** Version of the kernel. @default - the same, or not known */
  readonly kernel?: FromTo<string>;
  /** Bytes. @default - the same */
  readonly initrd?: FromTo<number>;
  /** Modules in the initrd. @default - not read */
  readonly modules?: NameChanges;
}

export interface Changes {
  readonly changes: readonly ReleaseChanges[];
  /** Products that only one of two views has. */
  readonly only: readonly { readonly view: string; readonly key: string }[];
}

export interface ChangesOptions extends ProductWords {
  /** Another view: what its newest versions differ in from those of this one. */
  readonly between?: string;
  /** Two names. @default - the newest version and the one before */
  readonly versions?: readonly [old: string, next: string];
  /** Folder for initrds, whose modules are then compared. @default - they are not read */
  readonly scratch?: string;
}

/**
 * What differs between two versions of the products of a view, or between the newest versions of two views. It is read, not
 * verified.
 * @throws NoSuchVersion (misuse); BadFormat, NoSuchObject
 */
export async function changesOf(store: Store, view: string, options: ChangesOptions): Promise<Changes> {
  const products = await versionsIn(store, view, options);
  const { pairs, only } = await pairsOf(store, products, options);
  const reader = await readerOf(store, options.scratch);
  const groups = [...Map.groupBy(pairs, groupOf).values()];
  const changes: ReleaseChanges[] = [];
  for (const group of groups) changes.push(await changesIn(group, reader)); // initrds are large
  return { changes, only };
}

async function pairsOf(store: Store, products: readonly Versions[], options: ChangesOptions) {
  const { between, versions } = options;
  if (between !== undefined) return pairsBetween(await versionsIn(store, between, options), products);
  return { pairs: versions === undefined ? newestPairs(products) : namedPairs(products, ...versions), only: [] };
}

async function versionsIn(store: Store, view: string, words: ProductWords): Promise<Versions[]> {
  const published = await readView(view, { mirror: store, unchecked: true });
  const documents = new Map([...published.documents].map(([id, { document }]) => [id, document]));
  const marks = (await readMarks(view, { mirror: store })) ?? {
    ...{ state: emptyState(view), shelf: emptyShelf, ledger: emptyLedger },
  };
  return chosenProducts({ view, documents, ...marks }, words).map(({ key, product, shelved }) => {
    const pending = Object.entries(shelved?.versions ?? {}).map(([name, { version }]) => [name, version] as const);
    return { view, key, product, offered: new Map(Object.entries(product.versions)), shelved: new Map(pending) };
  });
}

const isLoader = (product: Product) => product['bootloader-type'] !== undefined;

function groupOf({ product, old, next }: Pair): string {
  const { os, release, arch } = product;
  const what = isLoader(product) ? [bootloadersRequest, os, product['bootloader-type'], arch] : [os, release, arch];
  return JSON.stringify([...what, old.name, next.name]);
}

/** Of products with one root. */
async function changesIn(group: readonly Pair[], reader: Reader): Promise<ReleaseChanges> {
  const [first] = group as [Pair];
  const { product, old, next } = first;
  const [was, is] = [old.version.serial, next.version.serial];
  const serial = typeof was === 'string' && typeof is === 'string' && was !== is ? { from: was, to: is } : undefined;
  const sources = isLoader(product) ? undefined : await sourcesBetween(first, reader);
  const packages = isLoader(product) ? loaderChanges(first) : await packagesBetween(first, reader);
  const flavours: FlavourChanges[] = [];
  for (const pair of isLoader(product) ? [] : group) flavours.push(await flavourChanges(pair, reader));
  return {
    release: isLoader(product) ? bootloadersRequest : (product.release ?? ''),
    architecture: isLoader(product) ? `${product.os} ${product.arch}` : (product.arch ?? ''),
    ...{ old: { view: old.view, version: old.name }, next: { view: next.view, version: next.name } },
    ...(serial && { serial }),
    recipe: old.version.recipe !== next.version.recipe,
    ...(sources && { sources }),
    ...(packages && { packages }),
    flavours,
  };
}

async function flavourChanges(pair: Pair, reader: Reader): Promise<FlavourChanges> {
  const [old, next] = [pair.old.version, pair.next.version];
  const [was, is] = [old.kernel_version, next.kernel_version];
  const [before, after] = [old.items['boot-initrd'], next.items['boot-initrd']];
  const isOther = before !== undefined && after !== undefined && before.sha256 !== after.sha256;
  const modules = isOther ? await modulesBetween(pair, reader) : undefined;
  return {
    flavour: maasName(pair.product),
    ...(typeof next.kept_from === 'string' && { kernelOf: next.kept_from }),
    ...(was !== undefined && is !== undefined && was !== is && { kernel: { from: was, to: is } }),
    ...(isOther && { initrd: { from: before.size, to: after.size } }),
    ...(modules && { modules }),
  };
}

/** Source packages of bootloaders. */
function loaderChanges({ old, next }: Pair): PackageChanges {
  const packagesOf = ({ version }: Pair['old']) =>
    new Map(
      Object.values(version.items).map(({ src_package: name = '', src_version: version = '' }) => [name, version]),
    );
  return packageChanges(packagesOf(old), packagesOf(next));
}
