import { MirrorError } from '../errors';
import { mirror as layout, mutableCacheControl } from '../job/layout';
import { checkIndex } from '../simplestreams/contract/check-index';
import { checkProducts } from '../simplestreams/contract/check-products';
import { jsonPathOf, makeIndex, plainIndexOf, sealDocument } from '../simplestreams/documents';
import { writeJson } from '../simplestreams/json';
import { type Addition, addVersions } from '../simplestreams/merge';
import type { Signer } from '../simplestreams/openpgp/signer';
import type { Products } from '../simplestreams/types';
import type { Store } from '../store/store';
import { refuse, requireObjects } from './gate';
import { type PublishedView, readDocumentText, readIndex, readView } from './published-view';

/** What publishing needs: where the mirror lies, who signs, and what time it is. */
export interface Press {
  readonly mirror: Store;
  readonly signer: Signer;
  readonly now: () => Date;
}

/** What to add, decided afresh from what the view holds at that moment; none means that there is nothing to commit. */
export type Additions = (document: Products | undefined) => readonly Addition[];

/**
 * Adds versions to a view: writes the new documents, then moves the index to them if it is still the one that was
 * read, else reads, merges and tries again. Whoever reads meanwhile sees the old state or the new one.
 * @returns false where there was nothing to add
 * @throws ContractBroken where MAAS would refuse the result; nothing is then committed
 */
export async function commit(view: string, contentId: string, additions: Additions, press: Press): Promise<boolean> {
  for (;;) {
    const before = await readView(view, press);
    const current = before.documents.get(contentId)?.document;
    const added = additions(current);
    if (added.length === 0) return false;
    const document = addVersions(current, contentId, added, press.now());
    if (document === current) return false;
    refuse(checkProducts(document, contentId));
    await requireObjects(added, press.mirror);
    if (await moveIndex(before, document, press)) return true;
  }
}

/** @returns false where somebody else has moved the index since it was read */
async function moveIndex(before: PublishedView, document: Products, press: Press): Promise<boolean> {
  const { mirror, signer } = press;
  const at = press.now();
  const sealed = await sealDocument(document, signer, at);
  await mirror.create(layout.document(before.view, sealed.json.path), sealed.json.bytes, json);
  await mirror.create(layout.document(before.view, sealed.sjson.path), sealed.sjson.bytes, text);
  // Signed anew, the same JSON gets another signature: the one object of a document that may change.
  await mirror.replace(layout.document(before.view, sealed.signature.path), sealed.signature.bytes, mutableText);

  const others = [...before.documents.values()].filter((one) => one.document.content_id !== document.content_id);
  const index = makeIndex([...others, { document, path: sealed.sjson.path }], at);
  refuse(checkIndex(index));
  const signed = Buffer.from(await signer.clearsign(writeJson(index), at));
  try {
    await mirror.replace(layout.index(before.view), signed, { ...mutableText, ifMatch: before.tag });
    return true;
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'PreconditionFailed') return false;
    throw error;
  }
}

/** Brings index.json and its signature after index.sjson, for readers that want them unsigned or detached. */
export async function followIndex(view: string, press: Press): Promise<void> {
  for (;;) {
    const { index, tag } = await readIndex(view, press);
    if (index === undefined) return;
    const paths = new Map<string, string>();
    // one after the other, so that a large mirror lies in memory a document at a time
    for (const [id, { path }] of Object.entries(index.index)) {
      paths.set(id, jsonPathOf(await readDocumentText(view, path, press.mirror)));
    }
    const plain = Buffer.from(writeJson(plainIndexOf(index, (contentId) => paths.get(contentId) ?? '')));
    const signature = Buffer.from(await press.signer.detach(plain.toString(), new Date(index.updated)));
    await press.mirror.replace(layout.plainIndexSignature(view), signature, mutableText);
    await press.mirror.replace(layout.plainIndex(view), plain, { ...json, cacheControl: mutableCacheControl });
    if ((await readIndex(view, press)).tag === tag) return;
  }
}

const json = { contentType: 'application/json' };
const text = { contentType: 'text/plain; charset=utf-8' };
const mutableText = { ...text, cacheControl: mutableCacheControl };
