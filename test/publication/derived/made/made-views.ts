import { mirror as layout } from '../../../../lib/job/layout';
import { type ChangedViews, changeAndFollow } from '../../../../lib/publication/derived/change-and-follow';
import type { Press } from '../../../../lib/publication/press';
import { readView } from '../../../../lib/publication/read-view';
import type { ViewChange } from '../../../../lib/publication/state/view-content';
import type { SelectedPart } from '../../../../lib/publication/state/view-state';
import type { Signer } from '../../../../lib/simplestreams/openpgp/signer';
import type { Item, Product, Products, Version } from '../../../../lib/simplestreams/types';
import { measureBytes } from '../../../../lib/store/digest';
import type { Store } from '../../../../lib/store/store';
import {
  bootloaderFields,
  bootloaderVersion,
  documentOf,
  imageFields,
  imageVersion,
} from '../../../simplestreams/made-documents';

/**
 * What a view offers: names of versions with the word that stands for their bytes, by flavour; `loader` is a bootloader, all
 * others are flavours of noble amd64. Versions of one word have one root.
 */
export type Offers = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Two flavours with these versions. */
export function images(versions: Readonly<Record<string, string>>) {
  return { 'ga-24.04': versions, 'hwe-24.04': versions };
}

export interface MadeViews {
  readonly press: Press;
  turnClockTo(time: string): void;
  /** Makes a view offer exactly this. */
  offer(view: string, offers: Offers, change?: (before: ViewChange) => Partial<ViewChange>): Promise<ChangedViews>;
  /** Makes a view one that is selected from others, and fills it. */
  select(view: string, select: readonly SelectedPart[], offers: Offers): Promise<ChangedViews>;
  /** What a view offers, in the same words. */
  offered(view: string): Promise<Offers>;
  /** The word that stands for these bytes. */
  wordOf(sha256: string | undefined): string;
}

export function madeViews(signer: Signer, mirror: Store): MadeViews {
  let time = new Date('2026-11-20T08:00:00Z');
  const words = new Map<string, string>();
  const press = { mirror, signer, now: () => time };
  const offer: MadeViews['offer'] = async (view, offers, more = () => ({})) => {
    const documents = await documentsOf(view, offers, mirror, words);
    return changeAndFollow(
      view,
      ({ state }) => {
        const change = { documents, state, note: { what: 'publish' } } as const;
        return { ...change, ...more(change) };
      },
      press,
    );
  };
  return {
    press,
    offer,
    turnClockTo: (at) => {
      time = new Date(at);
    },
    select: (view, select, offers) =>
      offer(view, offers, ({ state }) => (state ? { state: { ...state, kind: 'selected', source: { select } } } : {})),
    offered: async (view) => {
      const { documents } = await readView(view, press);
      const products = [...documents.values()].flatMap(({ document }) => Object.values(document.products));
      return Object.fromEntries(products.map((product) => [flavourOf(product), saidOf(product, words)]));
    },
    wordOf: (sha256 = '') => words.get(sha256) ?? 'none',
  };
}

function flavourOf(product: Product): string {
  return product['bootloader-type'] === undefined ? String(product.subarch) : 'loader';
}

function saidOf({ versions }: Product, words: ReadonlyMap<string, string>): Record<string, string> {
  const said = Object.entries(versions).map(([name, { items }]) => {
    const { sha256 = '' } = items['boot-kernel'] ?? items.syslinux ?? {};
    return [name, words.get(sha256) ?? ''];
  });
  return Object.fromEntries(said);
}

async function documentsOf(
  view: string,
  offers: Offers,
  mirror: Store,
  words: Map<string, string>,
): Promise<Map<string, Products>> {
  const documents = new Map<string, Products>();
  for (const [flavour, names] of Object.entries(offers)) {
    const { contentId, id, fields } = productOf(view, flavour);
    const versions: Record<string, Version> = {};
    for (const [name, word] of Object.entries(names)) versions[name] = await versionOf(flavour, word, mirror, words);
    const document = documents.get(contentId) ?? documentOf(contentId, {});
    documents.set(contentId, { ...document, products: { ...document.products, [id]: { ...fields, versions } } });
  }
  return documents;
}

function productOf(view: string, flavour: string) {
  if (flavour === 'loader') {
    return {
      contentId: `com.ubuntu.maas:${view}:1:bootloader-download`,
      id: `com.ubuntu.maas.${view}:1:pxelinux:pxe:i386`,
      fields: { ...bootloaderFields, label: view },
    };
  }
  return {
    contentId: `com.ubuntu.maas:${view}:v3:download`,
    id: `com.ubuntu.maas.${view}:v3:boot:24.04:amd64:${flavour}`,
    fields: { ...imageFields, subarch: flavour, label: view },
  };
}

async function versionOf(flavour: string, word: string, mirror: Store, words: Map<string, string>): Promise<Version> {
  const made = flavour === 'loader' ? bootloaderVersion(word) : imageVersion(word, flavour);
  const items: Record<string, Item> = {};
  for (const [key, item] of Object.entries(made.items)) {
    const bytes = Buffer.from(item.path.padEnd(100, '.'));
    await mirror.create(layout.pool(item.path), bytes);
    items[key] = { ...item, ...measureBytes(bytes) };
    words.set(items[key].sha256, word);
  }
  return { ...made, gate: 'passed', items };
}
