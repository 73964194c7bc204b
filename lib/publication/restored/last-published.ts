/* publication/restored: views whose index was restored or left behind. */

import { mirror as layout } from '../../job/layout';
import { jsonPathOf, plainIndexOf } from '../../simplestreams/documents';
import { parseProducts, writeJson } from '../../simplestreams/json';
import type { Index, Products } from '../../simplestreams/types';
import { DirectoryStore } from '../../store/directory/directory';
import { withNewest } from '../../store/directory/with-newest';
import type { Press } from '../press';
import { laterPlainIndex } from '../published-last';
import { readNamed } from '../read-index';
import { readRemembered } from '../read-state';
import { type PublishedDocument, type PublishedView, readView } from '../read-view';

/**
 * A view as it was published last, if its index was restored from a backup since; otherwise undefined. In a directory, the
 * store knows what it wrote last. In a bucket, index.json follows index.sjson, and knows it, too.
 * @param visible the view as it is
 */
export async function lastPublished(visible: PublishedView, press: Press): Promise<PublishedView | undefined> {
  const { view, index } = visible;
  const { mirror } = press;
  if (index === undefined) return undefined;
  if (mirror instanceof DirectoryStore) {
    const written = await withNewest(mirror, layout.index(view));
    return written && readView(view, { ...press, mirror: written });
  }
  const last = await laterPlainIndex(visible, press);
  return last && publishedUnder(last, visible, press);
}

async function publishedUnder(last: Index, visible: PublishedView, press: Press): Promise<PublishedView> {
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

/** The signed form of a document that only its JSON is known of is that of the visible view, if it is the same one. */
async function publishedAs(
  path: string,
  id: string,
  { view, documents }: PublishedView,
  press: Press,
): Promise<PublishedDocument> {
  const same = documents.get(id);
  if (same !== undefined && jsonPathOf(writeJson(same.document)) === path) return same;
  const document = parseProducts((await readNamed(view, path, press)).toString(), layout.document(view, path));
  const undated = (one: Products) => writeJson({ ...one, updated: '' });
  return same !== undefined && undated(same.document) === undated(document)
    ? same
    : { path, document, byFormer: false };
}

function signedForm(index: Index, documents: ReadonlyMap<string, PublishedDocument>): Index {
  return plainIndexOf(index, (id) => documents.get(id)?.path ?? '');
}
