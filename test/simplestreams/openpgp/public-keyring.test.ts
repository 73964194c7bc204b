import * as openpgp from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { publicKeyring } from '../../../lib/simplestreams/openpgp/public-keyring';
import { makePrivateKeyPackets } from '../../fixtures/keys/private-key-packets';

interface Forms {
  readonly open: Buffer;
  readonly armoured: string;
  readonly secret: Buffer;
  readonly armouredSecret: string;
}

describe('a keyring that is handed on', () => {
  let forms: Forms;
  beforeAll(async () => {
    const { secret } = await makePrivateKeyPackets();
    const key = await openpgp.readPrivateKey({ binaryKey: secret });
    const open = key.toPublic();
    forms = { open: Buffer.from(open.write()), armoured: open.armor(), secret, armouredSecret: key.armor() };
  });

  it('is taken binary, of several keys, and in the older form of a packet', () => {
    const { open } = forms;
    for (const keyring of [open, Buffer.concat([open, open]), olderForm(open)]) {
      expect(publicKeyring(keyring).equals(keyring)).toBe(true);
    }
  });

  it('is taken armoured, also on Windows, and is binary then', () => {
    const { open, armoured } = forms;
    for (const keyring of [armoured, armoured.replaceAll(/\r?\n/g, '\r\n')]) {
      expect(publicKeyring(Buffer.from(keyring)).equals(open)).toBe(true);
    }
  });

  it.each<[string, (forms: Forms) => Buffer, string]>([
    ['a private key', ({ secret }) => secret, 'it contains a private key'],
    ['a private key in the older form', ({ secret }) => olderForm(secret), 'it contains a private key'],
    ['a private key behind a public one', ({ open, secret }) => both(open, secret), 'it contains a private key'],
    ['a private subkey', ({ open, secret }) => both(open, subkeyOf(secret)), 'it contains a private key'],
    ['an armoured private key', ({ armouredSecret }) => Buffer.from(armouredSecret), 'not an armoured PGP PUBLIC KEY'],
    ['half a key', ({ open }) => open.subarray(0, -1), 'incomplete packet'],
    ['half a length', ({ open }) => both(open, Buffer.from([0x99, 1])), 'incomplete packet'],
    ['text behind a key', ({ open }) => both(open, Buffer.from('text')), 'incomplete packet'],
    ['nothing', () => Buffer.alloc(0), 'it does not begin with a public key'],
  ])('refuses %s', (_, keyring, message) => {
    expect(() => publicKeyring(keyring(forms))).toThrow(
      expect.objectContaining({ name: 'BadFormat', message: expect.stringContaining(message) }),
    );
  });
});

const both = (...parts: Buffer[]) => Buffer.concat(parts);

/** With headers as GnuPG writes them: `0x95` and two bytes of length. */
function olderForm(packets: Buffer): Buffer {
  const written: Buffer[] = [];
  for (let at = 0; at < packets.length; ) {
    const [first = 0, length = 0, second = 0] = packets.subarray(at, at + 3);
    const [header, size] = length < 192 ? [2, length] : [3, ((length - 192) << 8) + second + 192];
    written.push(Buffer.from([0x80 | ((first & 0x0f) << 2) | 1, size >> 8, size & 0xff]));
    written.push(packets.subarray(at + header, at + header + size));
    at += header + size;
  }
  return Buffer.concat(written);
}

/** From its first private subkey on, tag 7. */
const subkeyOf = (packets: Buffer) => Buffer.concat([Buffer.from([0xc0 | 7]), packets.subarray(1)]);
