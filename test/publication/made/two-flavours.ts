import { mirror as layout } from '../../../lib/job/layout';
import type { Change, ViewChange, ViewContent } from '../../../lib/publication/state/view-content';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Item, Product, Version } from '../../../lib/simplestreams/types';
import { measureBytes } from '../../../lib/store/digest';
import type { Store } from '../../../lib/store/store';
import { documentOf, imageContentId, imageFields, imageId, imageVersion } from '../../simplestreams/made-documents';
import { MemoryStore } from './memory-store';
import { recordingStore } from './wrapped-store';

/** Product ids and fields of two flavours of noble on amd64, of which MAAS may use either root. */
export const ga = { id: imageId, fields: imageFields };
export const hwe = { id: imageId.replace('ga-', 'hwe-'), fields: { ...imageFields, subarch: 'hwe-24.04' } };

/** A mirror in memory, its press, what is written to it from now on, and a maker of versions whose objects are there. */
export function twoFlavours(signer: Signer) {
  const inner = new MemoryStore();
  const { store: mirror, writes } = recordingStore(inner);
  const version = (name: string, root: string, subarch?: string) => versionWithRoot(inner, name, root, subarch);
  return { inner, writes, version, press: { mirror, signer, now: () => new Date('2026-11-21T00:00:00Z') } };
}

/** A version whose items are in the pool, where every item but the root is of its own name. */
async function versionWithRoot(store: Store, name: string, root: string, subarch = 'ga-24.04'): Promise<Version> {
  const { squashfs, ...others } = imageVersion(name, subarch).items;
  const items: Record<string, Item> = { ...others };
  if (squashfs !== undefined) items.squashfs = { ...squashfs, path: `noble/amd64/${root}/squashfs` };
  for (const [key, item] of Object.entries(items)) {
    const bytes = Buffer.from(item.path);
    await store.create(layout.pool(item.path), bytes);
    items[key] = { ...item, ...measureBytes(bytes) };
  }
  return { items };
}

type Fields = Readonly<Record<string, string>>;

/** Gives products of images these versions, by name, beside those that they have. */
export function offering(
  products: Readonly<Record<string, { readonly fields: Fields; readonly versions: Readonly<Record<string, Version>> }>>,
  more: Partial<ViewChange> | ((content: ViewContent) => Partial<ViewChange>) = {},
): Change {
  return (content) => {
    const document = content.documents.get(imageContentId) ?? documentOf(imageContentId, {});
    const added = Object.entries(products).map(([id, { fields, versions }]): [string, Product] => {
      return [id, { ...fields, versions: { ...document.products[id]?.versions, ...versions } }];
    });
    const next = { ...document, products: { ...document.products, ...Object.fromEntries(added) } };
    return {
      documents: new Map([...content.documents, [imageContentId, next]]),
      note: { what: 'publish' },
      ...(typeof more === 'function' ? more(content) : more),
    };
  };
}
