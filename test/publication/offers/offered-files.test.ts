import { describe, expect, it } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import { type NamedFile, reuseIn } from '../../../lib/publication/offers/offered-files';
import type { Product, Products, Version } from '../../../lib/simplestreams/types';
import { measureBytes } from '../../../lib/store/digest';
import type { Store } from '../../../lib/store/store';
import { documentOf, imageContentId, imageFields } from '../../simplestreams/made-documents';
import { allStores } from '../made/all-stores';

const folder = 'noble/amd64/';
const root = Buffer.from('the root');
const fileAt = (path: string, bytes = root): NamedFile => ({ path, ...measureBytes(bytes) });
const wanted = fileAt('noble/amd64/9/squashfs');

/** A document whose versions have one file each, which is in the pool. */
async function offering(store: Store, paths: Readonly<Record<string, string>>, bytes = root) {
  const versions: Record<string, Version> = {};
  for (const [name, path] of Object.entries(paths)) {
    versions[name] = { items: { squashfs: { ftype: 'squashfs', ...fileAt(path, bytes) } } };
    await store.create(layout.pool(path), bytes);
  }
  const product: Product = { ...imageFields, versions };
  return new Map<string, Products>([[imageContentId, documentOf(imageContentId, { ga: product })]]);
}

describe.each(allStores)('a file of a new version, %s,', (_, make) => {
  const found = async (store: Store, documents: ReadonlyMap<string, Products>, file = wanted) =>
    (await reuseIn({ documents }, folder, [file], store))(file);

  it('is named where the view offers the same bytes, by the newest version that does', async () => {
    const store = await make();
    const paths = { '1': 'noble/amd64/1/squashfs', '3': 'noble/amd64/3/squashfs', '2': 'noble/amd64/2/squashfs' };
    expect(await found(store, await offering(store, paths))).toBe('noble/amd64/3/squashfs');
  });

  it.each([
    ['other bytes', fileAt('noble/amd64/9/squashfs', Buffer.from('not root'))],
    ['another size', { ...wanted, size: 9 }],
    ['another name, by which MAAS tells files apart', fileAt('noble/amd64/9/root.squashfs')],
  ])('has to be stored where what the view offers has %s', async (_, file) => {
    const store = await make();
    expect(await found(store, await offering(store, { '1': 'noble/amd64/1/squashfs' }), file)).toBeUndefined();
  });

  it('has to be stored where only another architecture or release has the same bytes', async () => {
    const store = await make();
    const paths = { '1': 'noble/arm64/1/squashfs', '2': 'jammy/amd64/2/squashfs' };
    expect(await found(store, await offering(store, paths))).toBeUndefined();
  });

  it.each([
    ['lost', async (store: Store, key: string) => store.remove(key)],
    ['cut short', async (store: Store, key: string) => store.replace(key, Buffer.from('the'), {})],
    ['changed', async (store: Store, key: string) => store.replace(key, Buffer.from('the rxxt'), {})],
  ])('has to be stored where the pool has what the view offers %s, unless there is another copy', async (_, harm) => {
    const store = await make();
    const paths = { '1': 'noble/amd64/1/squashfs', '2': 'noble/amd64/2/squashfs' };
    const documents = await offering(store, paths);
    await harm(store, 'pool/noble/amd64/2/squashfs');
    expect(await found(store, documents)).toBe('noble/amd64/1/squashfs');
    await harm(store, 'pool/noble/amd64/1/squashfs');
    expect(await found(store, documents)).toBeUndefined();
  });
});
