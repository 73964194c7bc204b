import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import { changeView } from '../../lib/publication/change-view';
import type { KeyChange } from '../../lib/publication/press';
import { readView } from '../../lib/publication/read-view';
import { isSignedByNext, signView } from '../../lib/publication/sign-view';
import { makePrivateKey, openpgpSigner } from '../../lib/simplestreams/openpgp/openpgp-signer';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { splitClearsigned } from '../../lib/simplestreams/openpgp/split-clearsigned';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { MemoryStore } from './made/memory-store';
import { madeVersion, publishing } from './made/small-view';
import { recordingStore } from './made/wrapped-store';

const view = 'candidate';
const published = new Date('2026-11-21T00:00:00Z');
const created = new Date('2026-11-25T10:00:00Z');
const now = new Date('2026-12-24T18:00:00Z');
let old: Signer;
let next: Signer;
let stranger: Signer;
beforeAll(async () => {
  [old, stranger] = await Promise.all([smallSigner('old'), smallSigner('stranger')]);
  next = await openpgpSigner(await makePrivateKey({ name: 'next', at: created, rsaBits: 2048 }));
});

/** A view with two documents that the old key has signed, and what changes its key. */
async function madeView(): Promise<KeyChange & { readonly mirror: MemoryStore }> {
  const mirror = new MemoryStore();
  for (const content of ['images', 'loaders'] as const) {
    const change = publishing(content, await madeVersion(mirror, content, `first-${content}`));
    await changeView(view, change, { mirror, signer: old, now: () => published });
  }
  return { mirror, signer: next, former: old, now: () => now };
}

const documentsOf = async (change: KeyChange) => [...(await readView(view, change)).documents.values()];

describe('a view whose key is changed', () => {
  it('is signed by the new key whole, says what it said, and is then left alone', async () => {
    const change = await madeView();
    expect(await isSignedByNext(view, change)).toBe(false);
    const before = await documentsOf(change);

    expect(await signView(view, change)).toBe(true);

    expect(await isSignedByNext(view, change)).toBe(true);
    const { mirror } = change;
    const after = [...(await readView(view, { mirror, signer: next })).documents.values()];
    expect(after.map(({ document }) => document)).toEqual(before.map(({ document }) => document));
    for (const { path } of after) expect(before.map((one) => one.path)).not.toContain(path);
    const { store, writes } = recordingStore(mirror);
    expect(await signView(view, { ...change, mirror: store })).toBe(false);
    expect(writes).toEqual([]);
  });

  it('has its documents dated as they were, or as the key was made where that is later', async () => {
    for (const [signer, dated] of [
      [next, created],
      [stranger, new Date(published.getTime() + 1000)], // of the second publication in this second
    ] as const) {
      const change = { ...(await madeView()), signer };
      await signView(view, change);

      const [{ path } = { path: '' }] = await documentsOf(change);
      const bytes = change.mirror.objects.get(layout.document(view, path)) ?? Buffer.alloc(0);
      const again = await signer.clearsign(splitClearsigned(bytes).text, dated);
      expect(again).toBe(bytes.toString());
    }
  });

  it('is not signed by the new key while only its index is', async () => {
    const change = await madeView();
    const signed = await next.clearsign(await textOf(change), now);
    await change.mirror.replace(layout.index(view), Buffer.from(signed), {});

    expect(await isSignedByNext(view, change)).toBe(false);
    expect(await signView(view, change)).toBe(true);
    expect(await isSignedByNext(view, change)).toBe(true);
  });

  it('refuses where there is none', async () => {
    const change = { mirror: new MemoryStore(), signer: next, former: old, now: () => now };
    for (const refused of [signView(view, change), isSignedByNext(view, change)]) {
      await expect(refused).rejects.toMatchObject({
        name: 'NoSuchObject',
        message: 'memory has no candidate/streams/v1/index.sjson',
        hint: 'restore it from a backup or another copy of the mirror; `maas-mirror verify` lists all missing files',
      });
    }
  });

  it('refuses one that neither key has signed', async () => {
    const change = await madeView();
    const index = layout.index(view);
    const foreign = await stranger.clearsign(await textOf(change), published);
    await change.mirror.replace(index, Buffer.from(foreign), {});

    for (const refused of [signView(view, change), isSignedByNext(view, change)]) {
      await expect(refused).rejects.toMatchObject({
        name: 'BadSignature',
        message: expect.stringMatching(
          /^candidate\/streams\/v1\/index\.sjson of memory has no valid signature by either key: ./,
        ),
        hint: 'give the old key with --key; `maas-mirror verify` reports what else is wrong',
      });
    }
  });
});

async function textOf({ mirror }: KeyChange): Promise<string> {
  const found = await mirror.read(layout.index(view));
  return splitClearsigned(found?.bytes ?? Buffer.alloc(0)).text;
}
