import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyClearsigned, verifyDetached } from '../../../lib/machine/gpgv';
import { externalSigner } from '../../../lib/simplestreams/openpgp/external-signer';
import { keysOf } from '../../../lib/simplestreams/openpgp/keyring';
import { clearsignedFault, detachedFault, keyringFault } from '../../../lib/simplestreams/openpgp/signed-text';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { makeExternalKey, signDigest } from '../../fixtures/keys/external-key';
import { at } from '../made-documents';
import '../../fixtures/needs-root';

const text = '{\n "a": 1,\n "b": "- c"\n}\n';
const created = new Date('2026-10-01T10:11:12.345Z');
let key: Awaited<ReturnType<typeof makeExternalKey>>;
let signer: Signer;
let folder: string;

beforeAll(async () => {
  key = await makeExternalKey(created);
  signer = await externalSigner(key);
  folder = mkdtempSync(join(tmpdir(), 'external-'));
  written('keyring.gpg', signer.keyring);
});

afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const keyring = () => join(folder, 'keyring.gpg');

describe('externalSigner', () => {
  it('signs what gpgv takes, in the one form that ours have', async () => {
    const clearsigned = Buffer.from(await signer.clearsign(text, at));
    const signature = Buffer.from(await signer.detach(text, at));

    await verifyClearsigned(written('text.sjson', clearsigned), keyring());
    await verifyDetached(written('text.json.gpg', signature), written('text.json', text), keyring());
    expect(clearsignedFault(clearsigned)).toBeUndefined();
    expect(detachedFault(signature, Buffer.from(text))).toBeUndefined();
    expect(await signer.faultOf(clearsigned)).toBeUndefined();
    expect(keyringFault(signer.keyring, Buffer.from(signer.armouredKeyring))).toBeUndefined();
  });

  it('asks for nothing but signatures of 64 byte digests', async () => {
    const asked: Buffer[] = [];
    const watched = await externalSigner({
      ...key,
      sign: async (digest) => {
        asked.push(digest);
        return signDigest(key.privateKey, digest);
      },
    });
    await watched.clearsign(text, at);
    expect(asked.map(({ length }) => length)).toEqual([64, 64]); // its word for itself, and the text
  });

  it.each([
    ['the text', '"a": 1', '"a": 2'],
    ['the signature', /(.)\n=(....)\n/, 'A\n=$2\n'],
  ])('has gpgv refuse it where %s was changed', async (_what, was, becomes) => {
    const file = written('changed.sjson', (await signer.clearsign(text, at)).replace(was, becomes));
    await expect(verifyClearsigned(file, keyring())).rejects.toMatchObject({ name: 'BadSignature' });
  });

  it('gives out a keyring of one key, whose fingerprint and word for itself others find right', async () => {
    expect(await keysOf(signer.keyring)).toEqual([
      {
        ...{ fingerprint: signer.fingerprint, secret: false, keyring: signer.keyring },
        created: new Date('2026-10-01T10:11:12Z'),
      },
    ]);
    const read = await openpgp.readKey({ binaryKey: signer.keyring });
    await read.verifyPrimaryKey();
    expect(read.getAlgorithmInfo()).toEqual({ algorithm: 'rsaEncryptSign', bits: 4096 });
    expect(read.getUserIDs()).toEqual(['MAAS mirror']);
    expect(read.getCreationTime()).toEqual(new Date('2026-10-01T10:11:12Z'));

    const shown = execFileSync('gpg', ['--with-colons', '--show-keys', keyring()], {
      encoding: 'utf8',
      env: { ...process.env, GNUPGHOME: folder },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(shown).toContain(`fpr:::::::::${signer.fingerprint}:`);
    expect(shown).toMatch(/^pub:-:4096:1:[0-9A-F]{16}:\d+:::-:::scSC:/m);
  });

  it('makes the same keyring and the same files again', async () => {
    const again = await externalSigner({ ...key });
    expect(again.keyring).toEqual(signer.keyring);
    expect(await again.clearsign(text, at)).toBe(await signer.clearsign(text, at));
    expect(await again.detach(text, at)).toBe(await signer.detach(text, at));
  });

  it('is another key where it was made at another time', async () => {
    const later = await externalSigner({ ...key, created: new Date('2026-10-01T10:11:13Z') });
    expect(later.fingerprint).not.toBe(signer.fingerprint);
    const file = written('later.sjson', await later.clearsign(text, at));
    await expect(verifyClearsigned(file, keyring())).rejects.toMatchObject({ name: 'BadSignature' });
  });

  it('signs as of the second in which the key was made, and refuses earlier ones', async () => {
    await verifyClearsigned(
      written('first.sjson', await signer.clearsign(text, new Date('2026-10-01T10:11:12Z'))),
      keyring(),
    );
    await expect(signer.detach(text, new Date('2026-10-01T10:11:11Z'))).rejects.toMatchObject({
      name: 'BadInput',
      message: 'cannot sign with the date 2026-10-01T10:11:11.000Z',
      hint: 'the signing key was created at 2026-10-01T10:11:12.345Z and cannot sign anything dated earlier',
    });
  });

  it('writes numbers that begin with zeros as OpenPGP wants them', async () => {
    // about one signature in 256 begins with a zero byte
    for (let minute = 0; ; minute++) {
      const signed = await signer.detach(text, new Date(at.getTime() + minute * 1000));
      const packet = Buffer.from(/\n\n([\s\S]+)\n=/.exec(signed)?.[1] ?? '', 'base64');
      expect(detachedFault(Buffer.from(signed), Buffer.from(text))).toBeUndefined();
      if (packet.length === 3 + 6 + packet.readUInt16BE(7) + 2 + 2 + 2 + 512) continue;
      await verifyDetached(written('zero.gpg', signed), written('zero.json', text), keyring());
      return;
    }
  });

  it('refuses a text that readers would not get back', async () => {
    await expect(signer.clearsign('a \n', at)).rejects.toMatchObject({ name: 'BadFormat' });
  });
});

describe('externalSigner with a key that is not right', () => {
  it.each([
    ['RSA of other sizes', 'an RSA key of 2048 bits', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['elliptic curves', 'of type ed25519', () => generateKeyPairSync('ed25519')],
  ])('refuses %s', async (_what, seen, make) => {
    const publicKey = make().publicKey.export({ format: 'der', type: 'spki' });
    await expect(externalSigner({ ...key, publicKey })).rejects.toMatchObject({
      name: 'KeyUnusable',
      message: `the signing key is ${seen}`,
      hint: 'use an RSA key of 4096 bits: the gpgv of every MAAS release reads it',
    });
  });

  it('refuses what is no public key', async () => {
    await expect(externalSigner({ ...key, publicKey: Buffer.alloc(0) })).rejects.toMatchObject({
      name: 'KeyUnusable',
      message: expect.stringMatching(/^the public half of the signing key cannot be read: ./),
      hint: 'it must be a DER-encoded SubjectPublicKeyInfo',
      cause: expect.any(Error),
    });
  });

  it.each<[string, (digest: Buffer) => Buffer]>([
    ['by another key', (digest) => signDigest(generateKeyPairSync('rsa', { modulusLength: 4096 }).privateKey, digest)],
    ['of something else', () => signDigest(key.privateKey, Buffer.alloc(64))],
    ['of the digest as if it were a text', (digest) => sign('sha512', digest, key.privateKey)],
    ['with another digest', (digest) => sign('sha256', createHash('sha256').update(digest).digest(), key.privateKey)],
    ['that is empty', () => Buffer.alloc(0)],
  ])('refuses a signature %s before it gets out', async (_what, answer) => {
    await expect(externalSigner({ ...key, sign: async (digest) => answer(digest) })).rejects.toMatchObject({
      name: 'KeyUnusable',
      message: 'the returned signature was not made by the signing key',
      hint: 'the signer must use RSASSA-PKCS1-v1_5 with SHA-512 and the private key that belongs to this public key',
    });
  });
});
