import { beforeAll, describe, expect, it } from 'vitest';
import { checkKeyring, pinnedKey } from '../../../lib/operations/verify/check-keyring';
import { armouredKeyring } from '../../../lib/simplestreams/openpgp/keyring';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { makePrivateKeyPackets } from '../../fixtures/keys/private-key-packets';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';

let signer: Signer;
let other: Signer;
beforeAll(async () => {
  [signer, other] = await Promise.all([smallSigner(), smallSigner('other')]);
});

const armoured = (keyring: Buffer) => Buffer.from(armouredKeyring(keyring));
const noBinary = {
  object: 'keyring.gpg',
  rule: 'missing',
  message: 'missing: readers need it to check signatures',
};
const noArmoured = { object: 'keyring.asc', rule: 'missing', message: 'missing: it is the keyring in text form' };

describe('the keyring of a mirror', () => {
  it('is right in both forms', async () => {
    expect(await checkKeyring(signer.keyring, armoured(signer.keyring))).toEqual([]);
  });

  it('is missing in one form or both', async () => {
    expect(await checkKeyring(undefined, armoured(signer.keyring))).toEqual([noBinary]);
    expect(await checkKeyring(signer.keyring, undefined)).toEqual([noArmoured]);
    expect(await checkKeyring(undefined, undefined)).toEqual([noBinary, noArmoured]);
  });

  it('holds a private key, which is named', async () => {
    const { secret, fingerprint } = await makePrivateKeyPackets();
    const both = Buffer.concat([signer.keyring, secret]);

    expect(await checkKeyring(both, armoured(both))).toEqual([
      {
        object: 'keyring.gpg',
        rule: 'secret-key',
        message: `it contains the private key of ${fingerprint}: remove it and rotate to a new key`,
      },
    ]);
  });

  it('is none, or not the one of the other form', async () => {
    const none = Buffer.from('none');
    expect(await checkKeyring(none, armoured(none))).toMatchObject([
      { object: 'keyring.gpg', rule: 'keyring', message: expect.stringMatching(/^not an OpenPGP keyring: ./) },
    ]);
    expect(await checkKeyring(signer.keyring, armoured(other.keyring))).toEqual([
      {
        object: 'keyring.gpg',
        rule: 'keyring',
        message: 'it does not match keyring.asc, which is intact: one of the two was changed',
      },
    ]);
  });

  it('is broken in the form for people, whatever the other is', async () => {
    const broken = Buffer.from('-----BEGIN');
    for (const binary of [signer.keyring, undefined]) {
      expect((await checkKeyring(binary, broken)).at(-1)).toEqual({
        ...{ object: 'keyring.asc', rule: 'keyring', message: expect.stringMatching(/./) },
      });
    }
  });
});

describe('the key that is pinned', () => {
  it.each<[string, (fingerprint: string) => string]>([
    ['as it is', (one) => one],
    ['in small letters', (one) => one.toLowerCase()],
    ['with blanks', (one) => one.replace(/.{4}/g, '$&  ')],
    ['with 0x', (one) => `0x${one}`],
    ['with 0X', (one) => `0X${one.toLowerCase()}`],
  ])('is found where its fingerprint is written %s', async (_, written) => {
    const both = Buffer.concat([other.keyring, signer.keyring]);
    const { key, held } = await pinnedKey(both, written(signer.fingerprint));

    expect(key?.keyring).toEqual(signer.keyring);
    expect(held).toEqual([other.fingerprint, signer.fingerprint]);
  });

  it.each<[string, (fingerprint: string) => string]>([
    ['less than it', (one) => one.slice(-16)],
    ['0x within', (one) => `${one.slice(0, 20)}0x${one.slice(20)}`],
  ])('is none by %s', async (_, written) => {
    expect((await pinnedKey(signer.keyring, written(signer.fingerprint))).key).toBeUndefined();
  });

  it('refuses what is no keyring', async () => {
    await expect(pinnedKey(Buffer.from('none'), signer.fingerprint)).rejects.toMatchObject({ name: 'BadFormat' });
  });
});
