import { isFrozenName, mirror as layout } from '../../../lib/job/layout';
import type { Change } from '../../../lib/publication/state/view-content';
import type { Products, Version } from '../../../lib/simplestreams/types';
import { measureBytes } from '../../../lib/store/digest';
import type { Store } from '../../../lib/store/store';
import {
  bootloaderFields,
  bootloaderId,
  bootloaderVersion,
  documentOf,
  imageContentId,
  imageFields,
  imageId,
  imageVersion,
} from '../../simplestreams/made-documents';

export const loaderContentId = 'com.ubuntu.maas:candidate:1:bootloader-download';

/** The two documents of the smallest view that has both kinds. */
const contents = {
  images: { contentId: imageContentId, productId: imageId, fields: imageFields, versionOf: imageVersion },
  loaders: {
    contentId: loaderContentId,
    productId: bootloaderId,
    fields: bootloaderFields,
    versionOf: bootloaderVersion,
  },
} as const;

type Content = keyof typeof contents;

/** A version whose items are there, in a folder that is named for what is published, so that no two share one. */
export async function madeVersion(store: Store, content: Content, token: string): Promise<Version> {
  const made = contents[content].versionOf(token);
  const items = Object.entries(made.items).map(async ([name, item]) => {
    const bytes = Buffer.from(`${item.path} of ${token}`);
    await store.create(layout.pool(item.path), bytes);
    return [name, { ...item, ...measureBytes(bytes) }] as const;
  });
  return { ...made, token, items: Object.fromEntries(await Promise.all(items)) };
}

/** Publishes a version under a name above all others, whatever is there; once. In a snapshot, as of `candidate`. */
export function publishing(content: Content, version: Version): Change {
  const { contentId, productId, fields } = contents[content];
  return ({ documents, state, view }) => {
    const product = documents.get(contentId)?.products[productId];
    const versions = product?.versions ?? {};
    if (Object.values(versions).some(({ token }) => token === version.token)) return undefined;
    const name = `20261120.${String(Object.keys(versions).length).padStart(6, '0')}`;
    const label = isFrozenName(view) ? 'candidate' : view;
    const next = { ...fields, ...product, label, versions: { ...versions, [name]: version } };
    const document = { ...(documents.get(contentId) ?? documentOf(contentId, {})), products: { [productId]: next } };
    return {
      documents: new Map([...documents, [contentId, document]]),
      ...(isFrozenName(view) && { state: { ...state, source: { snapshot: ofCandidate } } }),
      note: { what: 'publish' },
    };
  };
}

const ofCandidate = { from: 'candidate', index: '0'.repeat(64), at: '2026-11-20T00:00:00Z' };

/** What was published, by the tokens of versions. */
export function tokensIn(documents: Iterable<Products>): string[] {
  return [...documents]
    .flatMap(({ products }) => Object.values(products))
    .flatMap(({ versions }) => Object.values(versions))
    .map(({ token }) => String(token))
    .sort();
}
