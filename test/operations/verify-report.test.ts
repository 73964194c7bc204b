import { beforeAll, describe, expect, it } from 'vitest';
import { type VerifyOptions, verifyMirror } from '../../lib/operations/verify';
import { changeView } from '../../lib/publication/change-view';
import { showKeyrings } from '../../lib/publication/mirror/keyring';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import type { Version } from '../../lib/simplestreams/types';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../fixtures/temporary-folder';
import { MemoryStore } from '../publication/made/memory-store';
import { madeVersion, publishing } from '../publication/made/small-view';
import { wrappedStore } from '../publication/made/wrapped-store';
import '../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const now = () => new Date('2026-11-22T00:00:00Z');

/** A mirror in memory: candidate has an image and a loader, stable the same image. */
async function madeMirror() {
  const mirror = new MemoryStore();
  await showKeyrings({ mirror, signer });
  const image = await madeVersion(mirror, 'images', 'image');
  const loader = await madeVersion(mirror, 'loaders', 'loader');
  const publish = (view: string, content: 'images' | 'loaders', version: Version) =>
    changeView(view, publishing(content, version), { mirror, signer, now });
  await publish('candidate', 'images', image);
  await publish('candidate', 'loaders', loader);
  await publish('stable', 'images', image);
  const bytesOf = ({ items }: Version) => Object.values(items).reduce((sum, { size }) => sum + size, 0);
  return { mirror, publish, image, bytes: { image: bytesOf(image), loader: bytesOf(loader) } };
}

const verified = (mirror: MemoryStore, options: Partial<VerifyOptions> = {}) =>
  verifyMirror(mirror, { scratch: folderInMemory(), ...options });

describe('the report on a mirror', () => {
  it('counts what each view offers, and what was read once', async () => {
    const { mirror, bytes } = await madeMirror();

    expect(await verified(mirror)).toEqual({
      views: [
        { view: 'candidate', products: 2, versions: 2, objects: 5, bytes: bytes.image + bytes.loader },
        { view: 'stable', products: 1, versions: 1, objects: 4, bytes: bytes.image },
      ],
      documents: 3,
      objects: 5,
      bytes: bytes.image + bytes.loader,
      problems: [],
    });
  });

  it('counts the versions of a product, and only the views that are named', async () => {
    const { mirror, publish } = await madeMirror();
    await publish('stable', 'images', await madeVersion(mirror, 'images', 'second'));

    const { views, documents } = await verified(mirror, { views: ['stable'] });
    expect(views).toMatchObject([{ view: 'stable', products: 1, versions: 2, objects: 8 }]);
    expect(documents).toBe(1);
  });

  it('has read nothing where only the metadata is asked for, and counts what is offered', async () => {
    const { mirror, bytes } = await madeMirror();
    const report = await verified(mirror, { objects: false });

    expect(report).toMatchObject({ objects: 0, bytes: 0, problems: [] });
    expect(report.views[1]).toMatchObject({ objects: 4, bytes: bytes.image });
  });

  it('reads four objects at once unless told otherwise, and tells of each', async () => {
    const { mirror } = await madeMirror();
    let [underWay, most] = [0, 0];
    const store = wrappedStore(mirror, async ({ method }, go) => {
      if (method !== 'head') return go();
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => void setImmediate(resolve));
      return go().finally(() => underWay--);
    });
    const progress: string[] = [];
    const onProgress = (done: number, total: number) => void progress.push(`${done}/${total}`);

    await verifyMirror(store, { scratch: folderInMemory(), onProgress });
    expect(most).toBe(4);
    expect(progress).toEqual(['1/5', '2/5', '3/5', '4/5', '5/5']);
  });

  it('tells of one object once, and twice where two views promise different things of it', async () => {
    const { mirror, image, bytes } = await madeMirror();
    const { squashfs } = image.items;
    const key = `pool/${squashfs?.path}`;
    const there = mirror.objects.get(key) ?? Buffer.alloc(0);
    mirror.objects.set(key, Buffer.from('cut'));
    const cut = { object: key, rule: 'size', message: `it has 3 bytes, but its document lists ${squashfs?.size}` };
    expect((await verified(mirror)).problems).toEqual([cut]);

    mirror.objects.set(key, there);
    const items = { ...image.items, squashfs: { ...squashfs, size: 7 } as never };
    const other = { ...image, token: 'other', items };
    const lying = wrappedStore(mirror, async (call, go) => {
      const found = await go();
      return call.method === 'head' && call.key === key ? ({ ...(found as object), size: 7 } as typeof found) : found;
    });
    await changeView('later', publishing('images', other), { mirror: lying, signer, now });
    const report = await verified(mirror);
    expect(report.problems).toEqual([{ ...cut, message: `it has ${there.length} bytes, but its document lists 7` }]);
    expect(report).toMatchObject({ objects: 5, bytes: bytes.image + bytes.loader });
  });

  it('calls what has no view no mirror', async () => {
    const mirror = new MemoryStore();
    await showKeyrings({ mirror, signer });

    expect(await verified(mirror)).toEqual({
      ...{ views: [], documents: 0, objects: 0, bytes: 0 },
      problems: [
        {
          object: '<view>/streams/v1/index.sjson',
          rule: 'missing',
          message: 'missing: no views found; this is not a mirror, or it is empty',
        },
      ],
    });
  });

  it('has problems in the order of keyring, views and objects', async () => {
    const { mirror, image } = await madeMirror();
    mirror.objects.delete('keyring.asc');
    mirror.objects.delete('candidate/streams/v1/index.json');
    mirror.objects.delete(`pool/${image.items.squashfs?.path}`);

    expect((await verified(mirror)).problems.map(({ object }) => object)).toEqual([
      ...['keyring.asc', 'candidate/streams/v1/index.json', `pool/${image.items.squashfs?.path}`],
    ]);
  });
});
