import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import { changeView } from '../../../lib/publication/change-view';
import { signView } from '../../../lib/publication/sign-view';
import type { Change } from '../../../lib/publication/state/view-content';
import { writeJson } from '../../../lib/simplestreams/json';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { splitClearsigned } from '../../../lib/simplestreams/openpgp/split-clearsigned';
import type { Index, Product, Products, Version } from '../../../lib/simplestreams/types';
import { publishBootloaders } from '../../../lib/stages/publish-bootloaders';
import { makeBuiltLoaders } from '../../fixtures/mirrors/built-loaders';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { imageContentId, imageId } from '../../simplestreams/made-documents';
import { MemoryStore } from '../made/memory-store';
import { smallPress } from '../made/small-press';
import { loaderContentId, madeVersion, publishing } from '../made/small-view';
import { recordingStore, wrappedStore } from '../made/wrapped-store';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const squashfs = 'pool/bookworm/amd64/20261121.083000/squashfs';

describe('the gate', () => {
  it.each([
    ['is not there', (path: string, press: ReturnType<typeof smallPress>) => press.mirror.remove(path), 'is missing'],
    [
      'is cut',
      async (path: string, press: ReturnType<typeof smallPress>) => writeFileSync(join(press.mirror.root, path), 'cut'),
      'is 3 bytes with sha256 ',
    ],
    [
      'has as many other bytes',
      async (path: string, press: ReturnType<typeof smallPress>) => {
        const { size = 0 } = (await press.mirror.head(path)) ?? {};
        writeFileSync(join(press.mirror.root, path), Buffer.alloc(size));
      },
      '\\d+ bytes with sha256 ',
    ],
  ])('refuses to commit where an object of the pool %s, and leaves the index alone', async (_, harm, said) => {
    const press = smallPress(signer);
    await press.publish();
    const before = await press.bytes(layout.index('candidate'));
    const mirror = wrappedStore(press.mirror, async ({ method, key }, go) => {
      const done = await go();
      if (method === 'adopt' && key === squashfs) await harm(key, press);
      return done;
    });

    await expect(press.publish({ serial: '20261121' }, { mirror })).rejects.toMatchObject({
      name: 'ContractBroken',
      message: expect.stringMatching(new RegExp(`^${squashfs} .*${said}.*the document lists \\d+ bytes with sha256`)),
    });
    expect(await press.bytes(layout.index('candidate'))).toEqual(before);
  });
});

describe('the gate, whatever the change is', () => {
  const at = new Date('2026-11-21T00:00:00Z');
  const now = () => at;

  /** A view in memory with one image and one loader, and a store that records what is written. */
  async function madeView() {
    const inner = new MemoryStore();
    for (const content of ['images', 'loaders'] as const) {
      const version = await madeVersion(inner, content, `first-${content}`);
      await changeView('candidate', publishing(content, version), { mirror: inner, signer, now });
    }
    const { store: mirror, writes } = recordingStore(inner);
    return { inner, mirror, writes, press: { mirror, signer, now } };
  }

  const note = { what: 'publish' } as const;
  const removing = (id: string): Change => {
    return ({ documents }) => ({ documents: new Map([...documents].filter(([one]) => one !== id)), note });
  };
  const changed = (with_: (document: Products) => Products): Change => {
    return ({ documents }) => ({ documents: new Map([...documents].map(([id, one]) => [id, with_(one)])), note });
  };

  const adding = (name: string, version: Version): Change =>
    changed((one) => {
      if (one.content_id !== imageContentId) return one;
      const [[id, product] = ['', undefined]] = Object.entries(one.products);
      if (product === undefined) return one;
      return { ...one, products: { [id]: { ...product, versions: { ...product.versions, [name]: version } } } };
    });

  it.each<[string, Change, string]>([
    ['leaves a document without products', changed((one) => ({ ...one, products: {} })), '[products-empty]'],
    [
      'gives a document another content id',
      changed((one) => ({ ...one, content_id: 'other' })),
      'has content_id other',
    ],
    ['leaves out what MAAS needs', changed((one) => withoutLabels(one)), 'label is missing'],
    ['promises other bytes than there are', changed((one) => largerItems(one)), 'the document lists'],
  ])('refuses one that %s, and nothing is written', async (_, change, said) => {
    const { press, writes } = await madeView();
    await expect(changeView('candidate', change, press)).rejects.toMatchObject({
      name: 'ContractBroken',
      message: expect.stringContaining(said),
      hint: 'nothing was published; the view is unchanged',
    });
    expect(writes).toEqual([]);
  });

  it('refuses one that leaves nothing, and says how a view is ended', async () => {
    const { press, writes } = await madeView();
    await expect(changeView('candidate', () => ({ documents: new Map(), note }), press)).rejects.toMatchObject({
      name: 'ContractBroken',
      message: 'candidate would be empty: MAAS rejects a source without products',
      hint: 'to end the view, if no other view follows it: maas-mirror view delete candidate',
    });
    expect(writes).toEqual([]);
  });

  it('refuses one that breaks two rules, and names each with its place and the value', async () => {
    const { press, writes } = await madeView();
    const twofold = changed(({ products, ...one }) => {
      const ids = Object.entries(products).map(([id, product]) => [
        id,
        id === imageId ? { ...product, kflavor: '', label: 'a/b' } : product,
      ]);
      return { ...one, products: Object.fromEntries(ids) };
    });
    const place = `${imageContentId} / ${imageId}`;
    await expect(changeView('candidate', twofold, press)).rejects.toMatchObject({
      name: 'ContractBroken',
      message: [
        'MAAS would refuse this mirror:',
        `${place}: label is "a/b": MAAS uses the label in boot addresses [label-unsafe]`,
        `${place}: kflavor is "": MAAS would name the kernel after \`None\`; plain kernels are \`generic\` [kflavor-missing]`,
      ].join('\n'),
      hint: 'nothing was published; the view is unchanged',
    });
    expect(writes).toEqual([]);
  });

  it('refuses a first publication of what is not in the pool', async () => {
    const version = await madeVersion(new MemoryStore(), 'images', 'lost');
    const { store: mirror, writes } = recordingStore(new MemoryStore());
    await expect(changeView('candidate', publishing('images', version), { mirror, signer, now })).rejects.toMatchObject(
      { name: 'ContractBroken', message: expect.stringContaining('is missing') },
    );
    expect(writes).toEqual([]);
  });

  it('refuses to sign by another key what MAAS would refuse', async () => {
    const { inner, mirror, writes, press } = await madeView();
    const found = await inner.read(layout.index('candidate'));
    const { text } = splitClearsigned(found?.bytes ?? Buffer.alloc(0));
    const index = JSON.parse(text) as Index;
    const named = Object.entries(index.index).map(([id, entry]) => [id, { ...entry, name: 'a name' }]);
    const bad = writeJson({ ...index, index: Object.fromEntries(named) });
    await inner.replace(layout.index('candidate'), Buffer.from(await signer.clearsign(bad, at)), {});

    const next = await smallSigner('next');
    await expect(signView('candidate', { ...press, mirror, signer: next, former: signer })).rejects.toMatchObject({
      name: 'ContractBroken',
      message: expect.stringContaining('[forbidden-key]'),
    });
    expect(writes).toEqual([]);
  });

  it('refuses bootloaders that got lost on their way', async () => {
    const press = smallPress(signer);
    const request = { view: 'candidate', execution: 'loaders', inputs: '' };
    const loaders = await makeBuiltLoaders(press.work, { execution: 'loaders' });
    const mirror = wrappedStore(press.mirror, async ({ method, key }, go) => {
      const done = await go();
      if (method === 'adopt') await press.mirror.remove(key);
      return done;
    });
    await expect(publishBootloaders({ ...request, ...loaders }, { ...press, mirror })).rejects.toMatchObject({
      name: 'ContractBroken',
      message: expect.stringContaining('is missing'),
    });
    expect(await press.bytes(layout.index('candidate'))).toBeUndefined();
  });

  it('refuses a new version of what an older one promises and what is not there any more', async () => {
    const { inner, press, writes } = await madeView();
    const first = await madeVersion(new MemoryStore(), 'images', 'first-images');
    const lost = first.items.squashfs?.path ?? '';
    await inner.remove(layout.pool(lost));
    for (const version of [
      { ...first, token: 'second' },
      { ...first, items: { ...first.items } },
    ]) {
      await expect(changeView('candidate', adding('20261122', version), press)).rejects.toMatchObject({
        name: 'ContractBroken',
        message: expect.stringContaining(`${layout.pool(lost)} is missing`),
      });
    }
    expect(writes).toEqual([]);
  });

  it.each(['first', 'last'])('refuses two promises of one path of which the %s is kept', async (kept) => {
    const { inner, press, writes } = await madeView();
    const made = await madeVersion(inner, 'images', 'second');
    const path = 'noble/amd64/second/provenance.json'; // no item, so no rule of the contract looks at it
    const { size, sha256 } = await inner.create(layout.pool(path), Buffer.from('{}'));
    const good = { ...made, provenance: path, provenance_sha256: sha256, provenance_size: String(size) };
    const bad = { ...good, provenance_sha256: '0'.repeat(64) };
    const [one, other] = kept === 'first' ? [good, bad] : [bad, good];
    const both: Change = (content, time) => {
      const first = { ...content, ...adding('20261122', one)(content, time) };
      return adding('20261123', other)(first, time);
    };
    await expect(changeView('candidate', both, press)).rejects.toMatchObject({
      name: 'ContractBroken',
      message: `${layout.pool(path)} is 2 bytes with sha256 ${sha256}, but the document lists 2 bytes with sha256 ${bad.provenance_sha256}`,
    });
    expect(writes).toEqual([]);
  });

  it('asks for nothing that the view promised before', async () => {
    const { inner, press } = await madeView();
    await inner.remove('pool/noble/amd64/first-images/squashfs');
    expect(await changeView('candidate', removing(loaderContentId), press)).toBe(true);
    const again = changed((one) => ({ ...structuredClone(one), later: 'kept' }) as Products);
    expect(await changeView('candidate', again, press)).toBe(true);
  });
});

function withoutLabels(document: Products): Products {
  const products = Object.entries(document.products).map(([id, { label: _, ...product }]) => [id, product]);
  return { ...document, products: Object.fromEntries(products) };
}

function largerItems(document: Products): Products {
  const { products } = structuredClone(document) as { products: Record<string, Product> };
  for (const { versions } of Object.values(products)) {
    for (const { items } of Object.values(versions)) {
      for (const item of Object.values(items)) Object.assign(item, { size: item.size + 1 });
    }
  }
  return { ...document, products };
}
