import { createHash, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { verifyClearsigned } from '../../../lib/machine/gpgv';
import { armour } from '../../../lib/simplestreams/openpgp/armour';
import { verifyInProcess } from '../../../lib/simplestreams/openpgp/openpgp-verify';
import {
  fingerprintOf,
  publicKeyPackets,
  signatureSubpackets,
} from '../../../lib/simplestreams/openpgp/public-key-packet';
import { largeNumber, makeSignaturePacket, packetHeader } from '../../../lib/simplestreams/openpgp/signature-packet';
import { at, clearsignedFile, created, crlf, type Hand, hand, now } from './signed-by-hand';
import '../../fixtures/needs-seconds';

const text = '{\n "a": "ä",\n "b": [\n  1\n ]\n}';

let folder: string;
let own: Hand;
let other: Hand;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openpgp-verify-'));
  [own, other] = await Promise.all([hand(), hand()]);
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (parts: Parameters<typeof clearsignedFile>[0]) => clearsignedFile({ body: text, ...parts });

let files = 0;
/** Who takes a file; where both do, they must give out the same text. */
async function verdicts(signed: string | Buffer, keyring: Buffer): Promise<{ gpgv: boolean; inProcess: boolean }> {
  const [path, keys] = [join(folder, `${files++}.sjson`), join(folder, `${files}.gpg`)];
  writeFileSync(path, signed);
  writeFileSync(keys, keyring);
  const textOf = (verified: Promise<Buffer>) =>
    verified.catch((error: unknown) => {
      expect(error).toBeInstanceOf(MirrorError);
      expect((error as MirrorError).name).toMatch(/^Bad(Signature|Format)$/);
      return undefined;
    });
  const given = await textOf(verifyClearsigned(path, keys));
  const own = await textOf(verifyInProcess(Buffer.from(signed), keyring, now));
  if (own !== undefined) expect(own).toEqual(given);
  return { gpgv: given !== undefined, inProcess: own !== undefined };
}

type Case = [string, () => Promise<[signed: string | Buffer, keyring: Buffer]>];

const standalone = 2;
const good = async () => file({ packets: [await own.sign(crlf(text))] });
const seconds = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const subpacket = (type: number, content: Buffer) => Buffer.concat([Buffer.from([content.length + 1, type]), content]);

/** A key that openpgp.js makes, and what it signs. */
async function signedBy(
  options: object,
  signing: { hash?: number; date?: Date; change?: (key: openpgp.PrivateKey) => Promise<openpgp.PublicKey> } = {},
): Promise<[string, Buffer]> {
  const made = { userIDs: [{ name: 'x' }], date: created, format: 'object', subkeys: [], rsaBits: 2048, ...options };
  const { privateKey } = (await openpgp.generateKey(made as never)) as unknown as { privateKey: openpgp.PrivateKey };
  const { hash = openpgp.enums.hash.sha512, date = at, change = async (key) => key.toPublic() } = signing;
  const config = { preferredHashAlgorithm: hash, rejectHashAlgorithms: new Set<number>(), minRSABits: 1024 };
  const message = await openpgp.createCleartextMessage({ text });
  const signed = await openpgp.sign({ message, signingKeys: privateKey, date, config: config as never });
  return [signed.replaceAll('\r\n', '\n'), Buffer.from((await change(privateKey)).write())];
}

const taken: Case[] = [
  ['a signed text', async () => [await good(), own.keyring]],
  ['a key among several', async () => [await good(), Buffer.concat([other.keyring, own.keyring])]],
  ['a key that the keyring holds twice', async () => [await good(), Buffer.concat([own.keyring, own.keyring])]],
  ['an RSA key of openpgp.js', () => signedBy({ type: 'rsa' })],
  ['an Ed25519 key', () => signedBy({ type: 'ecc', curve: 'ed25519Legacy' })],
  ['a NIST curve', () => signedBy({ type: 'ecc', curve: 'nistP256' })],
  ['a subkey that signs', () => signedBy({ type: 'rsa', subkeys: [{ sign: true }] })],
  ['SHA-256', () => signedBy({ type: 'rsa' }, { hash: openpgp.enums.hash.sha256 })],
  ['SHA-384', () => signedBy({ type: 'rsa' }, { hash: openpgp.enums.hash.sha384 })],
  ['SHA-224', () => signedBy({ type: 'rsa' }, { hash: openpgp.enums.hash.sha224 })],
  ['a key that has expired since', () => signedBy({ type: 'rsa', keyExpirationTime: 20 * 86_400 })],
  [
    'a key that had expired',
    () => signedBy({ type: 'rsa', keyExpirationTime: 2 }, { date: new Date(created.getTime() + 1000) }),
  ],
  [
    'two signatures of the keyring',
    async () => [
      file({ packets: [await own.sign(crlf(text)), await other.sign(crlf(text))] }),
      Buffer.concat([own.keyring, other.keyring]),
    ],
  ],
  [
    'a signature of the kind for bytes',
    async () => [file({ packets: [await own.sign(crlf(text), { type: 0 })] }), own.keyring],
  ],
  [
    'a signature of the future',
    async () => [file({ packets: [await own.sign(crlf(text), { at: new Date('2090-01-01') })] }), own.keyring],
  ],
  [
    'a signature that has not expired',
    async () => [
      file({ packets: [await own.sign(crlf(text), { more: subpacket(3, seconds(4_000_000_000 - 2_000_000_000)) })] }),
      own.keyring,
    ],
  ],
  [
    'a signature that never expires',
    async () => [file({ packets: [await own.sign(crlf(text), { more: subpacket(3, seconds(0)) })] }), own.keyring],
  ],
  [
    'lines that begin with dashes',
    async () => [
      file({ body: '- - a\n- -----BEGIN x\n b', packets: [await own.sign('- a\r\n-----BEGIN x\r\n b')] }),
      own.keyring,
    ],
  ],
  [
    'blanks at the ends of lines',
    async () => [file({ body: text.replaceAll('\n', ' \t\n'), packets: [await own.sign(crlf(text))] }), own.keyring],
  ],
  [
    'a carriage return within a line',
    async () => [file({ body: 'a\rb\nc', packets: [await own.sign('a\rb\r\nc')] }), own.keyring],
  ],
  [
    'empty lines',
    async () => [file({ body: '\n\na\n\n', packets: [await own.sign('\r\n\r\na\r\n\r\n')] }), own.keyring],
  ],
  ['no text', async () => [file({ body: '', packets: [await own.sign('')] }), own.keyring]],
  [
    'a long line',
    async () => [file({ body: 'x'.repeat(19_900), packets: [await own.sign('x'.repeat(19_900))] }), own.keyring],
  ],
  [
    'two hashes in the header',
    async () => [file({ header: 'Hash: SHA256, SHA512\n', packets: [await own.sign(crlf(text))] }), own.keyring],
  ],
  [
    'two headers with a hash',
    async () => [file({ header: 'Hash: SHA256\nHash: SHA512\n', packets: [await own.sign(crlf(text))] }), own.keyring],
  ],
  ['armour without a checksum', async () => [(await good()).replace(/\n=....\n/, '\n'), own.keyring]],
  [
    'armour with a comment and a version',
    async () => [(await good()).replace(/(SIGNATURE-----\n)/, '$1Version: GnuPG v1\nComment: x\n'), own.keyring],
  ],
  ['armour in other columns', async () => [(await good()).replace(/(SIGNATURE-----\n\n.{32})/, '$1\n'), own.keyring]],
  ['a whole file with CRLF', async () => [crlf(await good()), own.keyring]],
  [
    'bytes that are not UTF-8',
    async () => {
      const body = Buffer.from([0xff]);
      const subpackets = signatureSubpackets(own.body, at);
      const signature = await makeSignaturePacket({ type: 1, subpackets, signed: body }, own.key.sign);
      return [Buffer.from(file({ body: '\u00ff', packets: [signature] }), 'latin1'), own.keyring];
    },
  ],
  ['blank lines at the very end', async () => [`${await good()}\n\n`, own.keyring]],
];

describe('verifyInProcess, as gpgv', () => {
  it.each(taken)('takes %s', async (_what, make) => {
    expect(await verdicts(...(await make()))).toEqual({ gpgv: true, inProcess: true });
  });

  const refused: Case[] = [
    ['a changed text', async () => [(await good()).replace('"a"', '"b"'), own.keyring]],
    ['another key', async () => [await good(), other.keyring]],
    ['an empty keyring', async () => [await good(), Buffer.alloc(0)]],
    ['an armoured keyring', async () => [await good(), Buffer.from(armour('PUBLIC KEY BLOCK', own.keyring))]],
    ['what is no keyring', async () => [await good(), Buffer.from('{}')]],
    ['a key without a user id', async () => [await good(), own.keyring.subarray(0, 3 + own.body.length)]],
    [
      'a key with a foreign word for itself',
      async () => {
        const forged = await publicKeyPackets(own.body, { userId: 'x', created }, other.key.sign);
        return [await good(), forged];
      },
    ],
    ['a text that nobody signed', async () => [`${text}\n`, own.keyring]],
    ['nothing', async () => ['', own.keyring]],
    [
      'a header and nothing signed',
      async () => [`-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n${text}\n`, own.keyring],
    ],
    [
      'a signature with one of nothing behind it',
      async () => [
        file({ packets: [await own.sign(crlf(text)), await own.sign('', { type: standalone })] }),
        own.keyring,
      ],
    ],
    [
      'a signature with a packet of another kind behind it',
      async () => [file({ packets: [await own.sign(crlf(text)), Buffer.from([0xcd, 1, 0x78])] }), own.keyring],
    ],
    ['an empty signature', async () => [file({ packets: [] }), own.keyring]],
    ['no hash in the header', async () => [file({ header: '', packets: [await own.sign(crlf(text))] }), own.keyring]],
    [
      'another hash in the header',
      async () => [file({ header: 'Hash: SHA256\n', packets: [await own.sign(crlf(text))] }), own.keyring],
    ],
    [
      'a comment in the header',
      async () => [file({ header: 'Hash: SHA512\nComment: x\n', packets: [await own.sign(crlf(text))] }), own.keyring],
    ],
    ['MD5', () => hashedWith('MD5', 1)],
    [
      'a signature that has expired',
      async () => [file({ packets: [await own.sign(crlf(text), { more: subpacket(3, seconds(60)) })] }), own.keyring],
    ],
    [
      'a signature older than its key',
      async () => [file({ packets: [await own.sign(crlf(text), { at: new Date('2026-09-01') })] }), own.keyring],
    ],
    [
      'two signatures, one of which is of another text',
      async () => [file({ packets: [await own.sign(crlf(text)), await own.sign('other')] }), own.keyring],
    ],
    [
      'two signatures, one of which is by an unknown key',
      async () => [file({ packets: [await own.sign(crlf(text)), await other.sign(crlf(text))] }), own.keyring],
    ],
    [
      'the same the other way round',
      async () => [file({ packets: [await other.sign(crlf(text)), await own.sign(crlf(text))] }), own.keyring],
    ],
    ['a signature of nothing', async () => [file({ packets: [await own.sign('', { type: 2 })] }), own.keyring]],
    ['a time stamp', async () => [file({ packets: [await own.sign('', { type: 0x40 })] }), own.keyring]],
    [
      'a key’s word for a user id',
      async () => {
        const certification = own.keyring.subarray(3 + own.body.length + 2 + 'hand'.length);
        return [file({ packets: [certification] }), own.keyring];
      },
    ],
    [
      'something critical that nobody knows',
      async () => [
        file({ packets: [await own.sign(crlf(text), { more: subpacket(0x80 | 99, Buffer.from([1])) })] }),
        own.keyring,
      ],
    ],
    [
      'a final line end that is signed',
      async () => [file({ packets: [await own.sign(`${crlf(text)}\r\n`)] }), own.keyring],
    ],
    ['line ends that are not CRLF', async () => [file({ packets: [await own.sign(text, { type: 0 })] }), own.keyring]],
    [
      'a line that gpgv cuts off',
      async () => [file({ body: 'x'.repeat(20_100), packets: [await own.sign('x'.repeat(20_100))] }), own.keyring],
    ],
    ['a byte order mark', async () => [`\ufeff${await good()}`, own.keyring]],
    ['a key that may only certify', () => signedBy({ type: 'rsa', subkeys: [] }, { change: certifyOnly })],
    ['a second signed text', async () => [`${await good()}${await good()}`, own.keyring]],
    ['a wrong checksum', async () => [(await good()).replace(/\n=....\n/, '\n=AAAA\n'), own.keyring]],
    ['armour that is cut', async () => [(await good()).slice(0, -200), own.keyring]],
  ];

  it.each(refused)('refuses %s', async (_what, make) => {
    expect(await verdicts(...(await make()))).toEqual({ gpgv: false, inProcess: false });
  });
});

/** What gpgv takes, and a reader that wants exactly what was signed does not. */
describe('verifyInProcess, where gpgv is easier', () => {
  const stricter: Case[] = [
    ['text before what is signed', async () => [`{}\n${await good()}`, own.keyring]],
    ['text after the signature', async () => [`${await good()}{}\n`, own.keyring]],
    ['a dash that is not escaped', async () => [file({ body: '-a', packets: [await own.sign('-a')] }), own.keyring]],
    ['SHA-1', () => hashedWith('SHA1', 2)],
    [
      'RSA of 1024 bits',
      async () => {
        const weak = await hand(1024);
        return [file({ packets: [await weak.sign(crlf(text))] }), weak.keyring];
      },
    ],
    ['a key that was revoked', () => signedBy({ type: 'rsa' }, { change: revoked })],
  ];

  it.each(stricter)('refuses %s', async (_what, make) => {
    expect(await verdicts(...(await make()))).toEqual({ gpgv: true, inProcess: false });
  });
});

describe('the keyrings that we ship', () => {
  it.each(['ubuntu-cloudimage-keyring.gpg', 'ubuntu-archive-keyring.gpg'])('%s can be verified with', async (name) => {
    const keyring = readFileSync(join(__dirname, '../../../buildspecs/keyrings', name));
    for (const key of await openpgp.readKeys({ binaryKeys: keyring })) {
      // Nothing that they signed is at hand: a signature in their name shows that the key is found and counts.
      const forged = inTheNameOf(key, await own.sign(crlf(text)));
      expect(forged.equals(await own.sign(crlf(text)))).toBe(false);
      await expect(verifyInProcess(Buffer.from(file({ packets: [forged] })), keyring, now)).rejects.toMatchObject({
        name: 'BadSignature',
        message: 'the signature is not valid: Signed digest did not match',
      });
    }
  });
});

/** A signature of ours that names another key as its maker. */
function inTheNameOf(key: openpgp.Key, signature: Buffer): Buffer {
  const forged = Buffer.from(signature);
  const [ours, theirs] = [fingerprintOf(own.body), Buffer.from(key.getFingerprint(), 'hex')];
  theirs.copy(forged, forged.indexOf(ours));
  theirs.copy(forged, forged.indexOf(ours.subarray(-8)), 12);
  return forged;
}

/** A text signed with a digest that nobody should use any more. */
async function hashedWith(name: string, number: number): Promise<[string, Buffer]> {
  const subpackets = signatureSubpackets(own.body, at);
  const hashed = Buffer.concat([Buffer.from([4, 1, 1, number, 0, subpackets.length]), subpackets]);
  const data = Buffer.concat([Buffer.from(crlf(text)), hashed, Buffer.from([4, 0xff, 0, 0, 0, hashed.length])]);
  const front = createHash(name).update(data).digest().subarray(0, 2);
  const body = Buffer.concat([hashed, Buffer.alloc(2), front, largeNumber(sign(name, data, own.key.privateKey))]);
  return [file({ header: `Hash: ${name}\n`, packets: [packetHeader(2, body.length), body] }), own.keyring];
}

async function revoked(key: openpgp.PrivateKey): Promise<openpgp.PublicKey> {
  const { publicKey } = await openpgp.revokeKey({ key, date: at, format: 'object' });
  return publicKey;
}

/** The same key, which says of itself that it signs no texts. */
async function certifyOnly(key: openpgp.PrivateKey): Promise<openpgp.PublicKey> {
  const [user] = key.users;
  const certification = new openpgp.SignaturePacket();
  certification.signatureType = openpgp.enums.signature.certPositive;
  certification.publicKeyAlgorithm = openpgp.enums.publicKey.rsaEncryptSign;
  certification.hashAlgorithm = openpgp.enums.hash.sha512;
  certification.keyFlags = new Uint8Array([openpgp.enums.keyFlags.certifyKeys]);
  await (certification.sign as unknown as (...words: unknown[]) => Promise<void>).call(
    certification,
    key.keyPacket,
    { userID: user?.userID, key: key.keyPacket },
    created,
    true,
    openpgp.config,
  );
  const list = new openpgp.PacketList();
  list.push(...key.toPublic().toPacketList().slice(0, 2), certification);
  return openpgp.readKey({ binaryKey: list.write() });
}
