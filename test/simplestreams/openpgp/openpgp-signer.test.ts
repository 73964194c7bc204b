import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyClearsigned, verifyDetached } from '../../../lib/machine/gpgv';
import { makePrivateKey, openpgpSigner } from '../../../lib/simplestreams/openpgp/openpgp-signer';
import { clearsigned } from '../../../lib/simplestreams/openpgp/signed-text';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { splitClearsigned } from '../../../lib/simplestreams/openpgp/split-clearsigned';
import { at } from '../made-documents';

const text = '{\n "a": 1\n}\n';
let privateKey: string;
let signer: Signer;
let folder: string;

beforeAll(async () => {
  privateKey = await makePrivateKey({ at, rsaBits: 2048, name: 'Test mirror' });
  signer = await openpgpSigner(privateKey);
  folder = mkdtempSync(join(tmpdir(), 'signer-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe('openpgpSigner', () => {
  it('makes an RSA-4096 key by default, whose signatures gpgv takes', async () => {
    const large = await openpgpSigner(await makePrivateKey({ at }));
    const keyring = written('large.gpg', large.keyring);
    await verifyClearsigned(written('large.sjson', await large.clearsign(text, at)), keyring);
    await verifyDetached(written('large.json.gpg', await large.detach(text, at)), written('large.json', text), keyring);
    const key = await openpgp.readKey({ binaryKey: large.keyring });
    expect(key.getAlgorithmInfo()).toEqual({ algorithm: 'rsaEncryptSign', bits: 4096 });
    expect(key.getUserIDs()).toEqual(['MAAS mirror']);
    expect(key.subkeys).toEqual([]);
  });

  it('gives out the public key only, in two forms, and its fingerprint', async () => {
    const key = await openpgp.readKey({ armoredKey: signer.armouredKeyring });
    expect(Buffer.from(key.write())).toEqual(signer.keyring);
    expect(key.isPrivate()).toBe(false);
    expect(signer.fingerprint).toBe(key.getFingerprint().toUpperCase());
    expect(signer.fingerprint).toMatch(/^[0-9A-F]{40}$/);
    expect(key.getUserIDs()).toEqual(['Test mirror']);
  });

  it('signs with SHA-512, as of the time it is told, with nothing left unsigned', async () => {
    const [packet] = (await openpgp.readSignature({ armoredSignature: await signer.detach(text, at) })).packets;
    expect(packet?.hashAlgorithm).toBe(openpgp.enums.hash.sha512);
    expect(packet?.created).toEqual(new Date('2026-10-12T04:11:09Z'));
    expect(packet?.unhashedSubpackets).toEqual([]);
  });

  it('repeats itself byte for byte', async () => {
    const again = await openpgpSigner(privateKey);
    expect(await again.clearsign(text, at)).toBe(await signer.clearsign(text, at));
    expect(await again.detach(text, at)).toBe(await signer.detach(text, at));
    expect(again.keyring).toEqual(signer.keyring);
  });

  it('refuses to sign as of a time before the key was made', async () => {
    await expect(signer.detach(text, new Date('2020-01-01'))).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringMatching(/^cannot sign with the date 2020-01-01T00:00:00\.000Z: ./),
      hint: 'the signing key was created at 2026-10-12T04:11:09.000Z and cannot sign anything dated earlier',
      cause: expect.any(Error),
    });
  });

  it('refuses what is no private key, without repeating it', async () => {
    const cut = privateKey.slice(0, 500);
    const error = await openpgpSigner(cut).catch((reason) => reason);
    expect(error).toMatchObject({
      ...{ name: 'BadInput', message: 'the signing key cannot be read' },
      hint: 'it must be an armoured OpenPGP private key',
    });
    expect(`${error.message} ${error.cause.message}`).not.toContain(cut.slice(100, 140));
    await expect(openpgpSigner(signer.armouredKeyring)).rejects.toMatchObject({ name: 'BadInput' });
  });

  it('refuses a key that is locked', async () => {
    const key = await openpgp.readPrivateKey({ armoredKey: privateKey });
    const locked = await openpgp.encryptKey({ privateKey: key, passphrase: 'secret' });
    await expect(openpgpSigner(locked.armor())).rejects.toMatchObject({
      name: 'BadInput',
      message: 'the signing key is protected by a passphrase',
      hint: 'export it without a passphrase, or create a new key',
    });
  });

  it('refuses a key that the gpgv of older machines cannot read', async () => {
    const userIDs = [{ name: 'x' }];
    const { privateKey: modern } = await openpgp.generateKey({ type: 'curve25519', userIDs, format: 'armored' });
    await expect(openpgpSigner(modern)).rejects.toMatchObject({
      name: 'BadInput',
      message: 'the signing key is of type ed25519',
      hint: 'use an RSA key: the gpgv of every MAAS release reads it',
    });
  });
});

describe('faultOf', () => {
  it('finds nothing in what the same key has signed, whenever it was', async () => {
    expect(await signer.faultOf(Buffer.from(await signer.clearsign(text, at)))).toBeUndefined();
    const future = Buffer.from(await signer.clearsign(text, new Date('2090-01-01')));
    expect(await signer.faultOf(future)).toBeUndefined();
  });

  it('refuses what another key has signed', async () => {
    const other = await openpgpSigner(await makePrivateKey({ at, rsaBits: 2048 }));
    expect(await signer.faultOf(Buffer.from(await other.clearsign(text, at)))).toMatch(/signing key/);
  });

  it('refuses a signature whose number is another’s', async () => {
    const { signature } = splitClearsigned(Buffer.from(await signer.clearsign(text, at)));
    const flipped = Buffer.from(signature);
    flipped.writeUInt8(flipped.readUInt8(flipped.length - 1) ^ 1, flipped.length - 1);
    expect(await signer.faultOf(Buffer.from(clearsigned(text, flipped)))).toMatch(/verification failed/);
  });

  it('refuses what is not written as a signer writes it', async () => {
    const file = await signer.clearsign(text, at);
    const otherColumns = file.replace(/(SIGNATURE-----\n\n.{32})/, '$1\n');
    expect(await signer.faultOf(Buffer.from(otherColumns))).toMatch(/not have the exact form/);
    expect(await signer.faultOf(Buffer.from(file.replace(/\n=..../, '\n=AAAA')))).toMatch(/checksum/);
  });
});
