import { mirror as layout } from '../../../lib/job/layout';
import { type OperationRequest, operationNeeds } from '../../../lib/job/operations/operation';
import type { OperationOutcome } from '../../../lib/job/operations/outcome';
import { type OperateBench, operate } from '../../../lib/operations/operate';
import { changeView } from '../../../lib/publication/change-view';
import { contentOf } from '../../../lib/publication/next-content';
import { readView } from '../../../lib/publication/read-view';
import type { HistoryEntry } from '../../../lib/publication/state/history';
import type { ViewContent } from '../../../lib/publication/state/view-content';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Item, Product, Version } from '../../../lib/simplestreams/types';
import { measureBytes } from '../../../lib/store/digest';
import type { Store } from '../../../lib/store/store';
import { fetchFrom } from '../../maas-model/reading/store-fetch';
import { StreamReader } from '../../maas-model/reading/stream-reader';
import { recordingStore } from '../../publication/made/wrapped-store';
import { bootloaderFields, documentOf, imageFields } from '../../simplestreams/made-documents';

/** What is published of noble amd64, in words: the same word is the same content. */
export interface Words {
  /** Root and kernel, by flavour: `{ 'ga-24.04': 'r1 g1' }`. */
  readonly flavours?: Readonly<Record<string, string>>;
  /** The bootloader of BIOS. */
  readonly loader?: string;
  /** Result of the boot test. @default passed */
  readonly gate?: string;
}

export interface OperationBench {
  readonly press: OperateBench;
  readonly reader: StreamReader;
  /** Everything that was written so far. */
  readonly writes: readonly string[];
  /** @default 2026-11-20T08:30:00Z */
  turnClockTo(time: string): void;
  /** Publishes a version to a view, as a build does. */
  publish(name: string, words: Words, view?: string): Promise<void>;
  /** Carries out an operation as anna, or only plans it. */
  operate(operation: OperationRequest, more?: { dryRun?: boolean; plan?: string }): Promise<OperationOutcome>;
  contentOf(view: string): Promise<ViewContent>;
  /** What the view's newest versions are made of, in words: `ga-24.04 20261120.083000 r1 g1`; also `pxe 2 l2`. */
  newestOf(view: string): Promise<string[]>;
  /** The last entry of the view's history. */
  lastEntry(view: string): Promise<HistoryEntry | undefined>;
}

/** A mirror without views, and an operator. */
export function operationBench(inner: Store, signer: Signer): OperationBench {
  const { store: mirror, writes } = recordingStore(inner);
  let time = new Date('2026-11-20T08:30:00Z');
  const press: OperateBench = { mirror, signer, now: () => time, log: () => undefined };
  const contentIn = async (view: string) => contentOf(await readView(view, press));
  return {
    ...{ press, writes },
    reader: new StreamReader({ fetch: fetchFrom(mirror, 'http://mirror'), keyring: signer.keyring }),
    turnClockTo: (at) => {
      time = new Date(at);
    },
    publish: async (name, words, view = 'candidate') => {
      const made = await productsOf(name, words, view, inner);
      await changeView(
        view,
        (content) => ({ documents: withProducts(content, made), note: { what: 'publish' } }),
        press,
      );
    },
    operate: (operation, { dryRun = false, plan } = {}) => {
      const asked = { operation, by: 'anna@ops1', reason: 'tested', dryRun, ...(plan !== undefined && { plan }) };
      return operate({ ...asked, tool: '0.0.0', needs: [...operationNeeds] }, press);
    },
    contentOf: contentIn,
    newestOf: async (view) => newestIn(await contentIn(view)),
    lastEntry: async (view) => (await readView(view, press)).head.newest?.block.entries.at(-1),
  };
}

type Made = readonly (readonly [contentId: string, id: string, product: Product])[];

async function productsOf(
  name: string,
  { flavours = {}, loader, gate = 'passed' }: Words,
  view: string,
  store: Store,
): Promise<Made> {
  const images = Object.entries(flavours).map(async ([subarch, words]) => {
    const [root = '', kernel = ''] = words.split(' ');
    const items = {
      ...(await item(store, `noble/amd64/${root}/squashfs`, root)),
      ...(await item(store, `noble/amd64/${root}/manifest`, root)),
      ...(await item(store, `noble/amd64/${kernel}/boot-kernel`, kernel)),
      ...(await item(store, `noble/amd64/${kernel}/boot-initrd`, kernel)),
    };
    const version: Version = { items, gate, words };
    const fields = { ...imageFields, subarch, label: view, subarches: 'generic,hwe-p,ga-24.04,hwe-24.04' };
    const id = `com.ubuntu.maas.${view}:v3:boot:24.04:amd64:${subarch}`;
    return [`com.ubuntu.maas:${view}:v3:download`, id, { ...fields, versions: { [name]: version } }] as const;
  });
  return [...(await Promise.all(images)), ...(loader === undefined ? [] : [await loaderOf(name, loader, view, store)])];
}

async function loaderOf(name: string, words: string, view: string, store: Store): Promise<Made[number]> {
  const source = { src_package: 'syslinux', src_release: 'noble', src_version: words };
  const items = await item(store, `bootloaders/pxe/i386/${words}/syslinux.tar.xz`, words, source);
  const fields = { ...bootloaderFields, label: view };
  const id = `com.ubuntu.maas.${view}:1:pxelinux:pxe:i386`;
  return [`com.ubuntu.maas:${view}:1:bootloader-download`, id, { ...fields, versions: { [name]: { items, words } } }];
}

/** An item whose file is in the pool. It has a hundred bytes, so that a slow line takes a while. */
async function item(
  store: Store,
  path: string,
  words: string,
  more: Partial<Item> = {},
): Promise<Record<string, Item>> {
  const file = path.slice(path.lastIndexOf('/') + 1);
  const key = file.replace('.tar.xz', '');
  const bytes = Buffer.from(`${key} of ${words}`.padEnd(100, '.'));
  await store.create(layout.pool(path), bytes);
  return { [key]: { ftype: file.endsWith('.xz') ? 'archive.tar.xz' : key, path, ...measureBytes(bytes), ...more } };
}

function withProducts({ documents }: ViewContent, made: Made): ViewContent['documents'] {
  const next = new Map(documents);
  for (const [contentId, id, product] of made) {
    const document = next.get(contentId) ?? documentOf(contentId, {});
    const versions = { ...document.products[id]?.versions, ...product.versions };
    next.set(contentId, { ...document, products: { ...document.products, [id]: { ...product, versions } } });
  }
  return next;
}

function newestIn({ documents }: ViewContent): string[] {
  const products = [...documents.values()].flatMap((document) => Object.values(document.products));
  const said = products.map(({ versions, subarch, 'bootloader-type': loader }) => {
    const newest = Object.keys(versions).sort().at(-1) ?? '';
    return `${subarch ?? String(loader)} ${newest} ${String(versions[newest]?.words)}`;
  });
  return said.sort();
}
