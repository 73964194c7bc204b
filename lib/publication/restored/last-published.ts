/* publication/restored: views whose index was restored or left behind. */

import { mirror as layout } from '../../job/layout';
import { jsonPathOf, plainIndexOf } from '../../simplestreams/documents';
import { parseIndex, parseProducts, writeJson } from '../../simplestreams/json';
import type { Index, Products } from '../../simplestreams/types';
import { DirectoryStore } from '../../store/directory/directory';
import type { Store } from '../../store/store';
import type { Press } from '../press';
import { readRemembered } from '../read-state';
import { type PublishedDocument, type PublishedView, readView } from '../read-view';

/**
 * A view as it was published last, if its index was restored from a backup since; otherwise undefined. In a directory, the
 * store knows what it wrote last. In a bucket, index.json follows index.sjson, so a newer one that our key has signed is of
 * what was published last.
 * @param visible the view as it is
 */
export async function lastPublished(visible: PublishedView, press: Press): Promise<PublishedView | undefined> {
  const { view, index } = visible;
  const { mirror } = press;
  if (index === undefined) return undefined;
  if (!(mirror instanceof DirectoryStore)) return lastByPlainIndex(visible, index, press);
  const key = layout.index(view);
  if ((await mirror.standing(key)).standing !== 'restored') return undefined;
  const bytes = await mirror.newest(key);
  return bytes && readView(view, { ...press, mirror: showing(mirror, key, bytes) });
}

/** The same store, with other bytes of one object. */
function showing(mirror: Store, shown: string, bytes: Buffer): Store {
  const read: Store['read'] = async (key) => (key === shown ? { bytes, tag: 'newest' } : mirror.read(key));
  return Object.assign(Object.create(mirror) as Store, { read });
}

async function lastByPlainIndex(
  visible: PublishedView,
  index: Index,
  press: Press,
): Promise<PublishedView | undefined> {
  const { view } = visible;
  const plain = (await press.mirror.read(layout.plainIndex(view)))?.bytes.toString();
  if (plain === undefined) return undefined;
  const last = parseIndex(plain, layout.plainIndex(view));
  if (Date.parse(last.updated) <= Date.parse(index.updated) || !(await isSigned(view, plain, last, press)))
    return undefined;
  const documents = new Map<string, PublishedDocument>();
  for (const [id, { path }] of Object.entries(last.index))
    documents.set(id, await publishedAs(path, id, visible, press));
  const published = new Map([...documents].map(([id, { document }]) => [id, document]));
  return {
    ...visible,
    index: signedForm(last, documents),
    documents,
    ...(await readRemembered({ ...visible, index: last }, published, press)),
  };
}

/** Our key signs the same text and time in the same way. */
async function isSigned(view: string, plain: string, { updated }: Index, { mirror, signer }: Press): Promise<boolean> {
  const signature = await mirror.read(layout.plainIndexSignature(view));
  return signature?.bytes.toString() === (await signer.detach(plain, new Date(updated)));
}

/** The signed form of a document that only its JSON is known of is that of the visible view, if it is the same one. */
async function publishedAs(
  path: string,
  id: string,
  { view, documents }: PublishedView,
  { mirror }: Press,
): Promise<PublishedDocument> {
  const same = documents.get(id);
  if (same !== undefined && jsonPathOf(writeJson(same.document)) === path) return same;
  const key = layout.document(view, path);
  const document = parseProducts((await mirror.read(key))?.bytes.toString() ?? '', key);
  const undated = (one: Products) => writeJson({ ...one, updated: '' });
  return same !== undefined && undated(same.document) === undated(document)
    ? same
    : { path, document, byFormer: false };
}

function signedForm(index: Index, documents: ReadonlyMap<string, PublishedDocument>): Index {
  return plainIndexOf(index, (id) => documents.get(id)?.path ?? '');
}
