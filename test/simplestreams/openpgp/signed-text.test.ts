import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyClearsigned, verifyDetached } from '../../../lib/machine/gpgv';
import { armour, dearmour } from '../../../lib/simplestreams/openpgp/armour';
import { makePrivateKey, openpgpSigner } from '../../../lib/simplestreams/openpgp/openpgp-signer';
import {
  clearsigned,
  clearsignedFault,
  detachedFault,
  keyringFault,
  signableText,
} from '../../../lib/simplestreams/openpgp/signed-text';
import { splitClearsigned } from '../../../lib/simplestreams/openpgp/split-clearsigned';
import { at } from '../made-documents';
import { gpgvTakes, type SignedIndex, signedIndex, text } from '../signed-index';

const index = signedIndex();
let { signer, signed, signature, folder, keyring } = {} as SignedIndex;
beforeAll(() => {
  ({ signer, signed, signature, folder, keyring } = index());
});

const gpgvReads = (file: Buffer) => gpgvTakes(index(), file, (path) => verifyClearsigned(path, keyring));

describe('a signed file of ours', () => {
  it('passes our check and gpgv’s as it is', async () => {
    expect(clearsignedFault(signed)).toBeUndefined();
    expect(await gpgvReads(signed)).toBe(true);
    expect(detachedFault(signature, Buffer.from(text))).toBeUndefined();
    expect(await gpgvTakes(index(), signature, (file) => verifyDetached(file, join(folder, 'text'), keyring))).toBe(
      true,
    );
    expect(keyringFault(signer.keyring, Buffer.from(signer.armouredKeyring))).toBeUndefined();
  });
});

describe('our check', () => {
  /** The clearsigned file with its signature packet changed. */
  const withPacket = (change: (packet: Buffer) => Buffer) =>
    Buffer.from(clearsigned(text, change(splitClearsigned(signed).signature)));

  /** Where the parts of our signature packet begin; its header has three bytes. */
  const hashedEnd = (packet: Buffer) => 3 + 6 + packet.readUInt16BE(3 + 4);

  const badHeader = 'it is not exactly one signature packet with the shortest header';
  const changes: [string, string, (packet: Buffer) => Buffer][] = [
    [
      'something unhashed in it',
      'the signature contains unsigned fields',
      (packet) => {
        const end = hashedEnd(packet);
        const unhashed = Buffer.from([0, 3, 2, 100, 1]);
        const body = Buffer.concat([packet.subarray(3, end), unhashed, packet.subarray(end + 2)]);
        return Buffer.concat([Buffer.from([0xc2, 192 + ((body.length - 192) >> 8), (body.length - 192) & 255]), body]);
      },
    ],
    [
      'a header of the old format',
      badHeader,
      (packet) => Buffer.concat([oldHeader(packet.length - 3), packet.subarray(3)]),
    ],
    ['a longer header', badHeader, (packet) => Buffer.concat([longHeader(packet.length - 3), packet.subarray(3)])],
    [
      'another beginning of the digest',
      'the signature covers other content: its digest prefix is different',
      (packet) => {
        const place = hashedEnd(packet) + 2;
        return Buffer.concat([
          packet.subarray(0, place),
          Buffer.from([packet.readUInt8(place) ^ 1]),
          packet.subarray(place + 1),
        ]);
      },
    ],
    [
      'another length of the number',
      'the stated length of the RSA number is wrong',
      (packet) => {
        const place = hashedEnd(packet) + 4;
        const bits = Buffer.alloc(2);
        const honest = packet.readUInt16BE(place) - 1;
        bits.writeUInt16BE(honest - (honest % 8) + ((honest + 1) % 8) + 1); // of as many bytes
        return Buffer.concat([packet.subarray(0, place), bits, packet.subarray(place + 2)]);
      },
    ],
  ];

  it.each(changes)('refuses a signature with %s, which gpgv takes', async (_what, fault, change) => {
    const file = withPacket(change);
    expect(clearsignedFault(file)).toBe(fault);
    expect(await gpgvReads(file)).toBe(true);
  });

  const notOurs = /^it does not have the exact form that maas-mirror writes$/;
  const texts: [string, (file: string) => string, RegExp][] = [
    ['text after it', (file) => `${file}more\n`, /^it is not an armoured PGP SIGNATURE and nothing else$/],
    ['another Hash line', (file) => file.replace('SHA512', 'SHA256'), notOurs],
    ['a second Hash line', (file) => file.replace('Hash: SHA512\n', 'Hash: SHA512\nHash: SHA256\n'), notOurs],
    ['blanks at the end of a line', (file) => file.replace(/\n "format"/, ' \n "format"'), notOurs],
    [
      'CRLF line ends',
      (file) => file.replaceAll('\n', '\r\n'),
      /^line 1 has trailing white space or a carriage return$/,
    ],
    ['a header in its armour', (file) => file.replace('SIGNATURE-----\n', 'SIGNATURE-----\nComment: hello\n'), notOurs],
    [
      'a wrong checksum',
      (file) => file.replace(/\n=..../, '\n=AAAA'),
      /^the checksum of the armoured PGP SIGNATURE is wrong$/,
    ],
    ['other columns', (file) => file.replace(/(SIGNATURE-----\n\n.{32})/, '$1\n'), notOurs],
  ];

  it.each(texts)('refuses a clearsigned file with %s', (_what, change, fault) => {
    const changed = change(signed.toString());
    expect(changed).not.toBe(signed.toString());
    expect(clearsignedFault(Buffer.from(changed))).toMatch(fault);
  });

  it('takes armour without a checksum, which the standard allows', async () => {
    const without = Buffer.from(signed.toString().replace(/\n=....\n/, '\n'));
    expect(clearsignedFault(without)).toBeUndefined();
    expect(await gpgvReads(without)).toBe(true);
  });

  it.each([0, 2, 5, 20, 100])('refuses a packet cut to %i bytes', (length) => {
    const cut = Buffer.from(clearsigned(text, splitClearsigned(signed).signature.subarray(0, length)));
    expect(clearsignedFault(cut)).toEqual(expect.any(String));
  });

  it('refuses a short packet with an honest header', () => {
    const packet = Buffer.from([0xc2, 12, 4, 1, 1, 10, 0, 40, 0, 0, 0, 0, 0, 0]);
    expect(clearsignedFault(Buffer.from(clearsigned(text, packet)))).toBe('the signature packet is truncated');
    expect(clearsignedFault(Buffer.from(clearsigned(text, Buffer.from([0xc2, 1, 4]))))).toBe(
      'the signature packet is truncated',
    );
  });

  it('refuses a detached signature of another text, and one that is made of a clearsigned text', () => {
    expect(detachedFault(signature, Buffer.from(`${text} `))).toMatch(/covers other content/);
    const ofText = Buffer.from(armour('SIGNATURE', splitClearsigned(signed).signature));
    expect(detachedFault(ofText, Buffer.from(text))).toMatch(/not a version 4 RSA signature of type 0/);
  });

  it('refuses an armoured keyring of another key', async () => {
    const other = await openpgpSigner(await makePrivateKey({ at, rsaBits: 2048 }));
    expect(keyringFault(signer.keyring, Buffer.from(other.armouredKeyring))).toBe(
      'the armoured keyring does not match the binary one',
    );
  });
});

describe('splitClearsigned', () => {
  it('gives back text and signature', () => {
    expect(splitClearsigned(signed)).toEqual({ text, signature: expect.any(Buffer), hashes: ['SHA512'] });
  });

  it('undoes the escapes of dashes', async () => {
    const dashes = '-----BEGIN PGP SIGNATURE-----\n- a\n-\nb - c\n';
    const file = Buffer.from(await signer.clearsign(dashes, at));
    expect(splitClearsigned(file).text).toBe(dashes);
    expect(clearsignedFault(file)).toBeUndefined();
    expect(await gpgvReads(file)).toBe(true);
  });

  it('reads what others sign: comments, several Hash lines, other columns, no blanks that nobody signed', () => {
    const foreign =
      '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\nHash: SHA256\n\n{"ü": 1} \n-----BEGIN PGP SIGNATURE-----\nVersion: GnuPG v1\nComment: x\n\nAQID\nBA==\n=eHjN\n-----END PGP SIGNATURE-----\n\n';
    expect(splitClearsigned(Buffer.from(foreign))).toEqual({
      text: '{"ü": 1}\n',
      signature: Buffer.from([1, 2, 3, 4]),
      hashes: ['SHA512', 'SHA256'],
    });
    const several = foreign.replace('Hash: SHA512\nHash: SHA256\n', 'Hash: SHA512, SHA256,SHA384\n');
    expect(splitClearsigned(Buffer.from(several)).hashes).toEqual(['SHA512', 'SHA256', 'SHA384']);
  });

  const refused: [string, (file: string) => string | Buffer, RegExp][] = [
    [
      'text before it',
      (file) => `x\n${file}`,
      /^it does not begin with the header of a clearsigned text and a Hash line$/,
    ],
    [
      'a byte order mark',
      (file) => `\ufeff${file}`,
      /^it does not begin with the header of a clearsigned text and a Hash line$/,
    ],
    [
      'no Hash line',
      (file) => file.replace('Hash: SHA512\n', ''),
      /^it does not begin with the header of a clearsigned text and a Hash line$/,
    ],
    ['no signature', (file) => file.slice(0, 200), /^it has no signature$/],
    ['text after it', (file) => `${file}x`, /it is not an armoured PGP SIGNATURE and nothing else/],
    ['a second message', (file) => file + file, /it is not an armoured PGP SIGNATURE and nothing else/],
    [
      'a wrong checksum',
      (file) => file.replace(/\n=....\n/, '\n=AAAA\n'),
      /^the checksum of the armoured PGP SIGNATURE is wrong$/,
    ],
    [
      'an unescaped dash',
      (file) => file.replace('\n "format"', '\n-"format"'),
      /^a line begins with a dash that is not escaped$/,
    ],
    ['a NUL', (file) => file.replace('format', 'for\0mat'), /^it contains a NUL byte$/],
    ['a signature without an end', (file) => `${file}${' '.repeat(256 * 1024)}`, /^its signature is too long$/],
    [
      'bytes that are not UTF-8',
      (file) => Buffer.from(file.replace('updated', 'upd\u00e4ted'), 'latin1'),
      /^it is not UTF-8$/,
    ],
  ];

  it.each(refused)('refuses a file with %s', (_what, change, message) => {
    const file = Buffer.from(change(signed.toString()) as string);
    expect(() => splitClearsigned(file)).toThrow(
      expect.objectContaining({ name: 'BadFormat', message: expect.stringMatching(message) }),
    );
  });
});

describe('signableText', () => {
  it.each([
    ['no newline at its end', '{}', /^the text to sign does not end with a newline$/],
    ['an empty line at its end', '{}\n\n', /^the text to sign ends with an empty line$/],
    ['nothing but an empty line', '\n', /^the text to sign ends with an empty line$/],
    ['blanks at the end of a line', '{\n "a": \n1}\n', /^line 2 has trailing white space or a carriage return$/],
    ['a carriage return', '{\r}\n', /^line 1 has trailing white space or a carriage return$/],
    ['a tab at the end of a line', '{\t\n}\n', /^line 1 has trailing/],
    ['a carriage return at the end of a line', '{\r\n}\n', /^line 1 has trailing/],
    ['a line that gpgv does not read', `${'x'.repeat(19_001)}\n`, /^line 1 is longer than gpgv reads$/],
    ['a line whose bytes gpgv does not read', `a\n${'ä'.repeat(9_501)}\n`, /^line 2 is longer than gpgv reads$/],
  ])('refuses a text with %s, and so does the signer', async (_what, unfit, message) => {
    const error = expect.objectContaining({ name: 'BadFormat', message: expect.stringMatching(message) });
    expect(() => signableText(unfit)).toThrow(error);
    await expect(signer.clearsign(unfit, at)).rejects.toThrow(error);
  });

  it('takes the longest line that it promises, and gpgv does too', async () => {
    const file = Buffer.from(await signer.clearsign(`${'x'.repeat(19_000)}\n`, at));
    expect(await gpgvReads(file)).toBe(true);
  });
});

describe('armour', () => {
  it('has the checksum of the standard', () => {
    expect(armour('SIGNATURE', Buffer.from('123456789'))).toContain('\n=Ic8C\n');
  });

  it('is undone for packets of any length', () => {
    for (let length = 1; length < 200; length++) {
      const packets = Buffer.alloc(length, length);
      expect(dearmour('PUBLIC KEY BLOCK', armour('PUBLIC KEY BLOCK', packets))).toEqual(packets);
    }
  });
});

function oldHeader(length: number): Buffer {
  return Buffer.from([0x89, length >> 8, length & 255]);
}

function longHeader(length: number): Buffer {
  return Buffer.from([0xc2, 255, 0, 0, length >> 8, length & 255]);
}
