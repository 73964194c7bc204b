import { mirror as layout, mutableCacheControl } from '../../job/layout';
import { jsonPathOf, plainIndexOf } from '../../simplestreams/documents';
import { writeJson } from '../../simplestreams/json';
import type { Index } from '../../simplestreams/types';
import type { Store, WriteOptions } from '../../store/store';
import type { Press } from '../press';
import { readDocumentText, readIndex } from '../read-index';

/**
 * Updates index.json and its signature from index.sjson, for readers that want the index unsigned or its signature
 * detached. Files that are correct are not written again; files that a crash left outdated are. If the view is deleted at the
 * same time, they are removed again.
 */
export async function followIndex(view: string, press: Press): Promise<void> {
  for (let hasWritten = false; ; hasWritten = true) {
    const { index, tag } = await readIndex(view, press);
    if (index === undefined) {
      if (hasWritten) await removePlain(view, press);
      return;
    }
    const plain = writeJson(await plainTwinOf(view, index, press));
    const signature = Buffer.from(await press.signer.detach(plain, new Date(index.updated)));
    await put(press.mirror, layout.plainIndexSignature(view), signature, { contentType: 'text/plain; charset=utf-8' });
    await put(press.mirror, layout.plainIndex(view), Buffer.from(plain), { contentType: 'application/json' });
    if ((await readIndex(view, press)).tag === tag) return;
  }
}

async function removePlain(view: string, { mirror }: Press): Promise<void> {
  await mirror.remove(layout.plainIndex(view));
  await mirror.remove(layout.plainIndexSignature(view));
}

/** One document after the other, so that only one document of a large mirror is in memory. */
async function plainTwinOf(view: string, index: Index, press: Press): Promise<Index> {
  const paths = new Map<string, string>();
  for (const [id, { path }] of Object.entries(index.index)) {
    paths.set(id, press.known?.facts(view, path)?.jsonPath ?? jsonPathOf(await readDocumentText(view, path, press)));
  }
  return plainIndexOf(index, (contentId) => paths.get(contentId) ?? '');
}

async function put(mirror: Store, key: string, bytes: Buffer, options: WriteOptions): Promise<void> {
  if ((await mirror.read(key))?.bytes.equals(bytes)) return;
  await mirror.replace(key, bytes, { ...options, cacheControl: mutableCacheControl });
}
