import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refusePrivateKeys } from '../../../lib/store/directory/private-keys';
import { temporaryFolder } from '../../fixtures/temporary-folder';

/** A mirror with this file. */
function mirrorWith(name: string, content: string | Buffer): string {
  const root = temporaryFolder();
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), content);
  return root;
}

const armoured = (kind: string) => `text before\n-----BEGIN ${kind}-----\nAAAA\n`;
const packet = (...bytes: number[]) => Buffer.from([...bytes, ...Array(20).fill(0)]);

describe('a mirror with a private key', () => {
  it.each<[string, string | Buffer]>([
    ['of OpenPGP, armoured', armoured('PGP PRIVATE KEY BLOCK')],
    ['of PEM', armoured('PRIVATE KEY')],
    ['of RSA', armoured('RSA PRIVATE KEY')],
    ['that is encrypted', armoured('ENCRYPTED PRIVATE KEY')],
    ['of OpenSSH', armoured('OPENSSH PRIVATE KEY')],
    ['of OpenPGP, with a length of one byte', packet(0xc5, 100, 4)],
    ['with a length of two bytes', packet(0xc5, 192, 1, 4)],
    ['with a length of five bytes', packet(0xc5, 255, 0, 0, 1, 0, 6)],
    ['with a length in parts', packet(0xc5, 224, 4)],
    ['of an old packet, with a length of one byte', packet(0x94, 100, 2)],
    ['of an old packet, with a length of two bytes', packet(0x95, 1, 0, 3)],
    ['of an old packet, with a length of four bytes', packet(0x96, 0, 0, 1, 0, 4)],
    ['of an old packet without a length', packet(0x97, 4)],
  ])('is refused: %s', async (_, content) => {
    const root = mirrorWith('keys/signing-key', content);

    await expect(refusePrivateKeys(root)).rejects.toMatchObject({
      name: 'KeyExposed',
      message: `${join(root, 'keys/signing-key')} contains a private key, which everyone with access to the mirror can read`,
      hint: 'move it out of the mirror; if the mirror was ever served or copied with it, rotate the key',
    });
  });

  it.each([
    'key',
    'candidate/key',
    'candidate/streams/v1/key',
    '.store/key',
    'poolside/key',
  ])('is refused where it is as %s', async (name) => {
    await expect(refusePrivateKeys(mirrorWith(name, armoured('PRIVATE KEY')))).rejects.toMatchObject({
      message: expect.stringContaining(`/${name} contains a private key`),
    });
  });

  it('is refused up to the length that a key can have', async () => {
    const key = armoured('PRIVATE KEY');
    const longest = mirrorWith('key', key.padEnd(64 * 1024));
    await expect(refusePrivateKeys(longest)).rejects.toMatchObject({ name: 'KeyExposed' });
    await refusePrivateKeys(mirrorWith('key', key.padEnd(64 * 1024 + 1)));
  });
});

describe('no private key', () => {
  it.each<[string, string | Buffer]>([
    ['a public key', armoured('PGP PUBLIC KEY BLOCK')],
    ['a certificate', armoured('CERTIFICATE')],
    ['a text about one', 'PRIVATE KEY'],
    ['a text in which one begins with small letters', armoured('rsa PRIVATE KEY')],
    ['an empty file', ''],
    ['a text that begins like a packet', 'Śniadanie'],
    ['a packet of a version that is none', packet(0xc5, 100, 1)],
    ['a packet of a version to come', packet(0xc5, 100, 7)],
    ['an old packet of a version that is none', packet(0x95, 4, 4, 1)],
    ['a public key in a packet', packet(0xc6, 100, 4)],
    ['an old public key in a packet', packet(0x98, 100, 4)],
    ['the header of a packet alone', Buffer.from([0xc5])],
  ])('is %s', async (_, content) => {
    await refusePrivateKeys(mirrorWith('keys/file', content));
  });

  it('is looked for among the images, or behind a link, or in an empty mirror', async () => {
    await refusePrivateKeys(mirrorWith('pool/noble/key', armoured('PRIVATE KEY')));
    const root = temporaryFolder();
    await refusePrivateKeys(root);
    symlinkSync(join(mirrorWith('key', armoured('PRIVATE KEY')), 'key'), join(root, 'link'));
    await refusePrivateKeys(root);
  });
});
