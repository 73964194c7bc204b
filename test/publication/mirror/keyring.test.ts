import { beforeAll, describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { mirror as layout } from '../../../lib/job/layout';
import { readKeyring, requireOwnKey, showKeyrings, writeKeyring } from '../../../lib/publication/mirror/keyring';
import { armouredKeyring } from '../../../lib/simplestreams/openpgp/keyring';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { makePrivateKeyPackets } from '../../fixtures/keys/private-key-packets';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { MemoryStore } from '../made/memory-store';
import { storeWithOptions } from '../made/store-with-options';
import { recordingStore, wrappedStore } from '../made/wrapped-store';

let signer: Signer;
let other: Signer;
let third: Signer;
beforeAll(async () => {
  [signer, other, third] = await Promise.all([smallSigner(), smallSigner('other'), smallSigner('third')]);
});

const { keyring, armouredKeyring: armoured } = layout;

/** A mirror with this keyring, and this one for people. */
function holding(binary: Buffer, text: string | Buffer = armouredKeyring(binary)): MemoryStore {
  return new MemoryStore(
    new Map([
      [keyring, binary],
      [armoured, Buffer.from(text)],
    ]),
  );
}

const binary = { contentType: 'application/octet-stream', cacheControl: 'public, max-age=60' };
const refusal = (key: string = keyring) => ({
  name: 'BadSignature',
  message: `${key} of memory does not match the signing key ${signer.fingerprint}`,
  hint: 'sites trust only the keyring that they have installed; give the key that signs this mirror with --key',
});

describe('the keyring of a mirror', () => {
  it('is read with its keys, and the tag for whoever changes it', async () => {
    const both = Buffer.concat([other.keyring, signer.keyring]);
    const mirror = holding(both);

    expect(await readKeyring(mirror)).toEqual({
      ...{ bytes: both, tag: (await mirror.read(keyring))?.tag },
      fingerprints: [other.fingerprint, signer.fingerprint],
    });
  });

  it('refuses to be read where there is none, or what is none', async () => {
    await expect(readKeyring(new MemoryStore())).rejects.toMatchObject({
      name: 'NoSuchObject',
      message: 'memory has no keyring.gpg',
      hint: 'a mirror gets its keyring with its first publication; check that this is the address of a mirror',
    });
    await expect(readKeyring(holding(Buffer.from('no')))).rejects.toMatchObject({ name: 'BadFormat' });
  });

  it('is changed in both forms, as files that browsers do not show', async () => {
    const mirror = holding(signer.keyring);
    const { store, written } = storeWithOptions(mirror);
    const before = await readKeyring(mirror);
    await writeKeyring(store, before, other.keyring);

    expect(written).toEqual([
      [keyring, { ...binary, ifMatch: before.tag }],
      [armoured, binary],
    ]);
    expect(mirror.objects.get(keyring)).toEqual(other.keyring);
    expect(String(mirror.objects.get(armoured))).toBe(other.armouredKeyring);
  });

  it('is left alone where it is right, and only what people read is written again', async () => {
    const mirror = holding(signer.keyring, 'cut');
    const { store, writes } = recordingStore(mirror);
    await writeKeyring(store, await readKeyring(mirror), signer.keyring);

    expect(writes).toEqual([`replace ${armoured}`]);
    expect(String(mirror.objects.get(armoured))).toBe(signer.armouredKeyring);
  });

  it('refuses to be changed where somebody else has changed it', async () => {
    const mirror = holding(signer.keyring);
    const before = await readKeyring(mirror);
    mirror.objects.set(keyring, third.keyring);

    await expect(writeKeyring(mirror, before, other.keyring)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(mirror.objects.get(keyring)).toEqual(third.keyring);
  });
});

describe('the keyring that a publication shows', () => {
  it('is written in both forms where there is none, as files that nobody may have written meanwhile', async () => {
    const mirror = new MemoryStore();
    const { store, written } = storeWithOptions(mirror);
    await showKeyrings({ mirror: store, signer });

    expect(written).toEqual([
      [keyring, { ...binary, ifMatch: null }],
      [armoured, { ...binary, ifMatch: null }],
    ]);
    expect(mirror.objects).toEqual(holding(signer.keyring, signer.armouredKeyring).objects);
  });

  it('is left alone where it is there, and the other form is made of it', async () => {
    const both = Buffer.concat([other.keyring, signer.keyring]);
    const mirror = new MemoryStore(new Map([[keyring, both]]));
    const { store, writes } = recordingStore(mirror);
    await showKeyrings({ mirror: store, signer });

    expect(writes).toEqual([`replace ${armoured}`]);
    expect(String(mirror.objects.get(armoured))).toBe(armouredKeyring(both));
    await showKeyrings({ mirror: store, signer });
    expect(writes).toHaveLength(1);
  });

  it('may be written by another publication at the same time', async () => {
    const mirror = new MemoryStore();
    const between = wrappedStore(mirror, async ({ method, key }, go) => {
      if (method === 'replace')
        mirror.objects.set(key, key === keyring ? signer.keyring : Buffer.from(signer.armouredKeyring));
      return go();
    });
    await showKeyrings({ mirror: between, signer });

    expect(mirror.objects).toEqual(holding(signer.keyring, signer.armouredKeyring).objects);
  });

  it('refuses to be shown where another publication brought its own meanwhile', async () => {
    const mirror = new MemoryStore();
    const between = wrappedStore(mirror, async ({ method, key }, go) => {
      if (method === 'replace') mirror.objects.set(key, other.keyring);
      return go();
    });

    await expect(showKeyrings({ mirror: between, signer })).rejects.toMatchObject(refusal());
  });

  it.each([
    ['of ours', new MirrorError('StoreFailed', 'the disk is gone')],
    ['of another', Object.assign(new Error('the disk is gone'), { name: 'PreconditionFailed' })],
  ])('refuses where it cannot be written, by the error %s', async (_, error) => {
    const mirror = wrappedStore(new MemoryStore(), async ({ method }, go) => {
      if (method === 'replace') throw error;
      return go();
    });

    await expect(showKeyrings({ mirror, signer })).rejects.toBe(error);
  });

  it('refuses another one for people, though the first is right', async () => {
    const mirror = holding(signer.keyring, other.armouredKeyring);

    await expect(showKeyrings({ mirror, signer })).rejects.toMatchObject(refusal(armoured));
  });
});

describe('a key', () => {
  const publishes = (held: Buffer) => requireOwnKey({ mirror: holding(held), signer });

  it('may publish where there is no keyring, or its own', async () => {
    await requireOwnKey({ mirror: new MemoryStore(), signer });
    await publishes(signer.keyring);
  });

  it('may publish while it is changed: the keyring then holds it and one other, in any order and form', async () => {
    await publishes(Buffer.concat([signer.keyring, other.keyring]));
    await publishes(Buffer.concat([other.keyring, signer.keyring]));
    await publishes(Buffer.from(armouredKeyring(Buffer.concat([other.keyring, signer.keyring]))));
  });

  it('refuses to publish beside any other keyring', async () => {
    const { secret } = await makePrivateKeyPackets();
    const others: Buffer[] = [
      other.keyring,
      Buffer.concat([other.keyring, third.keyring]),
      Buffer.concat([signer.keyring, other.keyring, third.keyring]),
      Buffer.concat([signer.keyring, secret]),
      Buffer.from('no keyring'),
      Buffer.from(signer.armouredKeyring), // one key alone, and not as it is written
    ];
    for (const held of others) await expect(publishes(held)).rejects.toMatchObject(refusal());
  });
});
