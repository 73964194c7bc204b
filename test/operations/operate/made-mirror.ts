import { mirror as layout } from '../../../lib/job/layout';
import type { OperationRequest } from '../../../lib/job/operations/operation';
import type { OperationOutcome } from '../../../lib/job/operations/outcome';
import { type OperateBench, operate } from '../../../lib/operations/operate';
import { changeView } from '../../../lib/publication/change-view';
import { readHistory } from '../../../lib/publication/read-state';
import { type PublishedView, readView } from '../../../lib/publication/read-view';
import { tripleOf } from '../../../lib/publication/state/product-key';
import { newestVersion } from '../../../lib/simplestreams/merge';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Item, Product, Products, Version } from '../../../lib/simplestreams/types';
import { measureBytes } from '../../../lib/store/digest';
import type { Store } from '../../../lib/store/store';
import { type Around, wrappedStore } from '../../publication/made/wrapped-store';
import { bootloaderFields, documentOf, imageFields } from '../../simplestreams/made-documents';

/** What versions are made of: `good` gives `root good`, `kernel ga-24.04 good`, … */
export type Words = Readonly<Record<string, string>>;

export interface Publication {
  /** Words by flavour. */
  readonly images?: Words;
  /** Words of the root, which all flavours share. @default those of the first flavour */
  readonly root?: string;
  /** Words of BIOS's bootloader. */
  readonly loader?: string;
}

/** A mirror with images of noble on amd64 and a bootloader, in a store of any kind. */
export class MadeMirror {
  readonly bench: OperateBench;
  /** Called instead of each call of the store that looks at an object or changes it. */
  around: Around = (_, go) => go();
  /** What was written, in order: `create pool/…`. */
  readonly writes: string[] = [];
  #now = new Date('2026-11-20T08:30:00Z');

  constructor(
    readonly store: Store,
    readonly signer: Signer,
  ) {
    const mirror = wrappedStore(store, async (call, go) => {
      const done = await this.around(call, go);
      if (call.method !== 'head' && call.method !== 'read') this.writes.push(`${call.method} ${call.key}`);
      return done;
    });
    this.bench = { mirror, signer, now: () => this.#now, log: () => {} };
  }

  turnClockTo(time: string): void {
    this.#now = new Date(time);
  }

  /** Publishes a version, as a build does, under one name. */
  async publish(view: string, name: string, { images = {}, root, loader }: Publication): Promise<void> {
    const [first = ''] = Object.values(images);
    const products = await Promise.all(
      Object.entries(images).map(async ([flavour, words]) => {
        return [imageId(view, flavour), await this.#image(view, flavour, name, words, root ?? first)] as const;
      }),
    );
    const loaders = loader === undefined ? [] : [[loaderId(view), await this.#loader(view, name, loader)] as const];
    await changeView(
      view,
      ({ documents }) => {
        const images = withProducts(documents, `com.ubuntu.maas:${view}:v3:download`, products);
        const both = withProducts(images, `com.ubuntu.maas:${view}:1:bootloader-download`, loaders);
        return { documents: both, note: { what: 'publish' } };
      },
      this.bench,
    );
  }

  operate(operation: OperationRequest, more: { dryRun?: boolean; plan?: string } = {}): Promise<OperationOutcome> {
    const { dryRun = false, plan } = more;
    const asked = { operation, by: 'anna@ops1', reason: 'NIC driver lost', dryRun, tool: '0', needs: [] };
    return operate({ ...asked, ...(plan !== undefined && { plan }) }, this.bench);
  }

  read(view: string): Promise<PublishedView> {
    return readView(view, { mirror: this.store, signer: this.signer });
  }

  /** What is the newest of each product, in words: `ga-24.04: bad/bad`, kernel and root. */
  async newest(view: string): Promise<Record<string, string>> {
    const products = productsOf(await this.read(view));
    return Object.fromEntries(products.map((product) => [product.subarch ?? product.os, newestIn(product)]));
  }

  /** The history of a view, oldest first. */
  async history(view: string) {
    const { head } = await this.read(view);
    const path = head.newest?.path;
    const block = path === undefined ? undefined : await readHistory(view, path, { mirror: this.store });
    return block?.entries ?? [];
  }

  async #image(view: string, flavour: string, name: string, words: string, root: string): Promise<Product> {
    const folder = `noble/amd64/${name}`;
    const items = {
      manifest: await this.#item('manifest', `${folder}/squashfs.manifest`, `manifest ${root}`),
      squashfs: await this.#item('squashfs', `${folder}/squashfs`, `root ${root}`),
      'boot-kernel': await this.#item('boot-kernel', `${folder}/${flavour}/boot-kernel`, `kernel ${flavour} ${words}`),
      'boot-initrd': await this.#item('boot-initrd', `${folder}/${flavour}/boot-initrd`, `initrd ${flavour} ${words}`),
    };
    const made = { base_sha256: items.squashfs.sha256, packages: `packages ${words}`, recipe: 'recipe' };
    const version: Version = { items, gate: 'passed', ...made };
    const subarches = flavour.startsWith('hwe-') ? 'generic,ga-24.04,hwe-24.04' : 'generic,ga-24.04';
    return { ...imageFields, subarch: flavour, subarches, label: view, versions: { [name]: version } };
  }

  async #loader(view: string, name: string, words: string): Promise<Product> {
    const source = { src_package: 'syslinux', src_release: 'noble', src_version: words };
    const path = `bootloaders/${name}/syslinux.tar.xz`;
    const syslinux = { ...(await this.#item('archive.tar.xz', path, `loader ${words}`)), ...source };
    return { ...bootloaderFields, label: view, versions: { [name]: { items: { syslinux } } } };
  }

  async #item(ftype: string, path: string, words: string): Promise<Item> {
    const bytes = bytesOf(words);
    await this.store.create(layout.pool(path), bytes);
    wordsOf.set(measureBytes(bytes).sha256, words);
    return { ftype, path, ...measureBytes(bytes) };
  }
}

/** What files are made of, by sha256. */
export const wordsOf = new Map<string, string>();

const bytesOf = (words: string) => Buffer.from(words.padEnd(100, '.'));
const imageId = (view: string, flavour: string) => `com.ubuntu.maas.${view}:v3:boot:24.04:amd64:${flavour}`;
const loaderId = (view: string) => `com.ubuntu.maas.${view}:1:pxelinux:pxe:i386`;

export function productsOf({ documents }: Pick<PublishedView, 'documents'>): Product[] {
  return [...documents.values()].flatMap(({ document }) => Object.values(document.products));
}

/** Kernel and root of the newest version, or the loader, in the last of their words. */
function newestIn(product: Product): string {
  const version = product.versions[newestVersion(product) ?? ''];
  if (version === undefined) return 'none';
  const { root, kernel } = tripleOf(version);
  const digests = root === undefined ? [version.items.syslinux?.sha256] : [kernel, root];
  return digests.map((digest) => lastWordOf(digest)).join('/');
}

export function lastWordOf(digest = ''): string {
  return wordsOf.get(digest)?.split(' ').at(-1) ?? 'unknown';
}

function withProducts(
  documents: ReadonlyMap<string, Products>,
  id: string,
  products: readonly (readonly [string, Product])[],
): ReadonlyMap<string, Products> {
  if (products.length === 0) return documents;
  const document = documents.get(id) ?? documentOf(id, {});
  const added = products.map(([key, product]) => {
    const versions = { ...document.products[key]?.versions, ...product.versions };
    return [key, { ...product, versions }] as const;
  });
  return new Map([
    ...documents,
    [id, { ...document, products: { ...document.products, ...Object.fromEntries(added) } }],
  ]);
}
