import { beforeAll, describe, expect, it } from 'vitest';
import { changeView } from '../../../lib/publication/change-view';
import { contentOf } from '../../../lib/publication/next-content';
import { readView } from '../../../lib/publication/read-view';
import type { ViewContent } from '../../../lib/publication/state/view-content';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Version } from '../../../lib/simplestreams/types';
import type { Store } from '../../../lib/store/store';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { imageContentId } from '../../simplestreams/made-documents';
import { ga, hwe, offering, twoFlavours } from '../made/two-flavours';
import { wrappedStore } from '../made/wrapped-store';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const root = 'pool/noble/amd64/x/squashfs';

/** A view `candidate` of two flavours, and a mirror that records what is read of the pool. */
async function madeView() {
  const { inner, version, press } = twoFlavours(signer);
  const versions = { [ga.id]: await version('1', 'x'), [hwe.id]: await version('1', 'x', 'hwe-24.04') };
  const products = {
    [ga.id]: { ...ga, versions: { '1': versions[ga.id] as Version } },
    [hwe.id]: { ...hwe, versions: { '1': versions[hwe.id] as Version } },
  };
  await changeView('candidate', offering(products), press);
  const read: string[] = [];
  const seen = wrappedStore(inner, (call, go) => {
    if (call.method === 'head') read.push(call.key);
    return go();
  });
  const listed: string[] = [];
  const mirror: Store = {
    ...seen,
    listing: (prefix) => {
      listed.push(prefix);
      return inner.listing(prefix);
    },
  };
  const candidate = contentOf(await readView('candidate', press));
  const promoting = (offered: readonly ViewContent[]) => {
    const of = ({ fields, id }: typeof ga) => ({
      fields: { ...fields, label: 'stable' },
      versions: products[id]?.versions ?? {},
    });
    return offering({ [ga.id]: of(ga), [hwe.id]: of(hwe) }, { offered, note: { what: 'promote' } });
  };
  return { inner, version, press: { ...press, mirror }, candidate, promoting, read, listed };
}

describe('objects that a change adds', () => {
  it('are read where no view promises them', async () => {
    const { press, promoting, read, listed } = await madeView();
    expect(await changeView('stable', promoting([]), press)).toBe(true);
    expect(read).toContain(root);
    expect(listed).toEqual([]);
  });

  it('are listed and not read where another view promises them: one listing per folder', async () => {
    const { press, promoting, candidate, read, listed } = await madeView();
    expect(await changeView('stable', promoting([candidate]), press)).toBe(true);
    expect(read).toEqual([]);
    expect(listed).toEqual(['pool/noble/amd64/1/', 'pool/noble/amd64/x/']);
  });

  it('are listed and not read where the shelf of another view promises them', async () => {
    const { press, promoting, candidate, read } = await madeView();
    const products = Object.entries(candidate.documents.get(imageContentId)?.products ?? {}).map(
      ([id, { versions }]) => {
        const held = Object.entries(versions).map(([name, version]) => [
          name,
          { why: 'held', since: '2026-11-20T00:00:00Z', version },
        ]);
        return [id, { content_id: imageContentId, fields: {}, versions: Object.fromEntries(held) }];
      },
    );
    const shelf = { ...candidate.shelf, products: Object.fromEntries(products) };
    expect(await changeView('stable', promoting([{ ...candidate, documents: new Map(), shelf }]), press)).toBe(true);
    expect(read).toEqual([]);
  });

  it.each([
    ['is missing', undefined, `${root} is missing, but the document lists`],
    ['has another size', Buffer.from('cut'), `${root} is 3 bytes, but the document lists`],
  ])('refuses one that another view promises and that %s', async (_, bytes, said) => {
    const { inner, press, promoting, candidate } = await madeView();
    if (bytes === undefined) inner.objects.delete(root);
    else inner.objects.set(root, bytes);
    await expect(changeView('stable', promoting([candidate]), press)).rejects.toMatchObject({
      name: 'ContractBroken',
      message: expect.stringContaining(said),
    });
  });

  it('are read where another view promises other bytes at that path', async () => {
    const { press, promoting, candidate, read } = await madeView();
    const other = structuredClone(Object.fromEntries(candidate.documents)) as Record<string, never>;
    const text = JSON.stringify(other).replaceAll(/"sha256":"[0-9a-f]{64}"/g, `"sha256":"${'0'.repeat(64)}"`);
    const documents = new Map(Object.entries(JSON.parse(text))) as ViewContent['documents'];
    expect(await changeView('stable', promoting([{ ...candidate, documents }]), press)).toBe(true);
    expect(read).toContain(root);
  });

  it('of which one is new are read only where it is', async () => {
    const { version, press, read } = await madeView();
    const next = { [ga.id]: { fields: ga.fields, versions: { '2': await version('2', 'x') } } };
    expect(await changeView('candidate', offering(next), press)).toBe(true);
    expect(read).not.toContain(root);
    expect([...read].sort()).toEqual([
      'pool/noble/amd64/2/ga-24.04/generic/boot-initrd',
      'pool/noble/amd64/2/ga-24.04/generic/boot-kernel',
      'pool/noble/amd64/2/squashfs.manifest',
    ]);
  });
});
