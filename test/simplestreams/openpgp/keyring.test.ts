import * as openpgp from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { armouredKeyring, armouredKeyringFault, keyringAt, keysOf } from '../../../lib/simplestreams/openpgp/keyring';
import { binaryKeyring, publicKeyring } from '../../../lib/simplestreams/openpgp/public-keyring';
import { created, type Hand, hand } from './signed-by-hand';

let own: Hand;
beforeAll(async () => {
  own = await hand();
});

const whatItIs = 'create a keyring file with `gpg --export`';
const refused = (message: string | RegExp, hint = whatItIs) =>
  expect.objectContaining({
    ...{ name: 'BadFormat', hint, message: typeof message === 'string' ? message : expect.stringMatching(message) },
  });

describe('the keys of a keyring', () => {
  it('are told by their fingerprints, with what they are and when they were made', async () => {
    const { keyring } = own;
    const fingerprint = (await openpgp.readKey({ binaryKey: keyring })).getFingerprint().toUpperCase();

    expect(await keysOf(Buffer.concat([keyring, keyring]))).toEqual(
      Array(2).fill({ fingerprint, secret: false, created, keyring }),
    );
  });

  it('refuses what is longer than a keyring can be, and what is none', async () => {
    await expect(keysOf(Buffer.alloc(1024 * 1024 + 1))).rejects.toEqual(
      refused('not an OpenPGP keyring: it has 1048577 bytes', 'export one or a few keys with `gpg --export`'),
    );
    await expect(keysOf(Buffer.alloc(1024 * 1024))).rejects.toEqual(refused(/^not an OpenPGP keyring: (?!it has)./));
    await expect(keysOf(Buffer.from('{}'))).rejects.toEqual(refused(/^not an OpenPGP keyring: ./));
  });
});

describe('a keyring for people', () => {
  it('is armoured, and taken back, with Windows’ line ends, too', () => {
    const armoured = armouredKeyring(own.keyring);

    expect(armoured).toMatch(/^-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n/);
    for (const text of [armoured, armoured.replaceAll('\n', '\r\n')]) {
      expect(binaryKeyring(Buffer.from(text))).toEqual(own.keyring);
    }
    expect(binaryKeyring(own.keyring)).toEqual(own.keyring);
  });

  it('contradicts itself where its checksum or its columns are not ours', () => {
    const armoured = armouredKeyring(own.keyring);
    const faultOf = (text: string) => armouredKeyringFault(Buffer.from(text));

    expect(faultOf(armoured)).toBeUndefined();
    expect(faultOf(armoured.replace(/(BLOCK-----\n\n.{32})/, '$1\n'))).toBe(
      'its armour does not have the exact form that maas-mirror writes',
    );
    expect(faultOf(armoured.replace(/\n=..../, '\n=AAAA'))).toBe(
      'the checksum of the armoured PGP PUBLIC KEY BLOCK is wrong',
    );
    expect(faultOf('text')).toBe('it is not an armoured PGP PUBLIC KEY BLOCK and nothing else');
  });

  it('is read from its file, and refused by its path where that cannot be', async () => {
    expect(await keyringAt('key.gpg', async () => own.keyring)).toEqual(own.keyring);
    await expect(keyringAt('key.gpg', () => Promise.reject(new Error('gone')))).rejects.toMatchObject({
      ...{ name: 'BadInput', misuse: true, message: 'the keyring key.gpg cannot be read: gone' },
      hint: 'give the path of a keyring file, binary (`gpg --export`) or armoured',
    });
    await expect(keyringAt('key.gpg', async () => Buffer.from('-----BEGIN PGP'))).rejects.toMatchObject({
      message: 'the keyring key.gpg cannot be read: it is not an armoured PGP PUBLIC KEY BLOCK and nothing else',
    });
  });
});

/** A packet with a header in one of its forms. */
const packet = (header: readonly number[], length: number) =>
  Buffer.concat([Buffer.from(header), Buffer.alloc(length)]);

describe('a public keyring', () => {
  it.each<[string, Buffer]>([
    ['a length of one byte', packet([0xc6, 191], 191)],
    ['a length of two bytes', packet([0xc6, 192, 0], 192)],
    ['the longest length of two bytes', packet([0xc6, 223, 255], 8383)],
    ['a length of five bytes', packet([0xc6, 255, 0, 1, 0, 1], 65_537)],
    ['an old length of one byte', packet([0x98, 255], 255)],
    ['an old length of two bytes', packet([0x99, 1, 1], 257)],
    ['an old length of four bytes', packet([0x9a, 0, 1, 0, 1], 65_537)],
  ])('is read in packets with %s', (_, one) => {
    expect(publicKeyring(one)).toEqual(one);
    expect(publicKeyring(Buffer.concat([one, packet([0xcd, 3], 3)]))).toHaveLength(one.length + 5);
    expect(() => publicKeyring(one.subarray(0, -1))).toThrow(
      refused('not an OpenPGP keyring: incomplete packet at byte 0'),
    );
    expect(() => publicKeyring(Buffer.concat([one, packet([0xc7, 3], 3)]))).toThrow(
      refused('not a public OpenPGP keyring: it contains a private key'),
    );
  });

  it.each<[string, Buffer, string]>([
    ['no packet', Buffer.from([0x06, 0]), 'incomplete packet at byte 0'],
    ['a length in parts', packet([0xc6, 224], 224), 'incomplete packet at byte 0'],
    ['a length in parts, of the longest', packet([0xc6, 254], 254), 'incomplete packet at byte 0'],
    ['an old packet without a length', packet([0x9b], 9), 'incomplete packet at byte 0'],
    ['half a length', Buffer.from([0xc6, 255, 0, 0]), 'incomplete packet at byte 0'],
    ['half an old length', Buffer.from([0x99, 0]), 'incomplete packet at byte 0'],
    ['rubbish behind a key', Buffer.concat([packet([0xc6, 1], 1), Buffer.from('x')]), 'incomplete packet at byte 3'],
    ['a user without a key', packet([0xcd, 1], 1), 'it does not begin with a public key'],
    [
      'an old private key behind a key',
      Buffer.concat([packet([0xc6, 1], 1), packet([0x94, 1], 1)]),
      'it contains a private key',
    ],
    ['a private key in front', packet([0xc5, 1], 1), 'it contains a private key'],
    ['nothing', Buffer.alloc(0), 'it does not begin with a public key'],
  ])('refuses %s', (_, keyring, fault) => {
    expect(() => publicKeyring(keyring)).toThrow(
      refused(new RegExp(`^not an? (?:public )?OpenPGP keyring: ${fault}$`)),
    );
  });
});
