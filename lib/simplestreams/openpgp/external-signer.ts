import { createPublicKey, type KeyObject, publicDecrypt } from 'node:crypto';
import { MirrorError } from '../../errors';
import { armour } from './armour';
import { openpgpFault } from './openpgp-fault';
import { fingerprintOf, publicKeyBody, publicKeyPackets, signatureSubpackets } from './public-key-packet';
import { makeSignaturePacket, type SignDigest, signatureType } from './signature-packet';
import { clearsigned, clearsignedBytes } from './signed-text';
import type { Signer } from './signer';

/** A key whose private half cannot be exported: in a KMS or a hardware module. */
export interface ExternalKey {
  /** DER of its SubjectPublicKeyInfo. RSA of 4096 bits. */
  readonly publicKey: Buffer;
  /** When the key was created. Part of the fingerprint, so always the same for the same key. */
  readonly created: Date;
  /** Its user id. @default MAAS mirror */
  readonly name?: string;
  readonly sign: SignDigest;
}

/**
 * Signs with a key that offers only RSA: this function builds the OpenPGP packets, sends the digest out, and gets the
 * signature back. Such signatures are deterministic, so the keyring never changes.
 * @throws KeyUnusable if it is not an RSA key of 4096 bits, or if a returned signature is not by this key
 */
export async function externalSigner({ publicKey, created, name = 'MAAS mirror', sign }: ExternalKey): Promise<Signer> {
  const key = rsaKey(publicKey);
  const body = publicKeyBody({ ...numbersOf(key), created });
  const fingerprint = fingerprintOf(body).toString('hex').toUpperCase();
  const checkedSign: SignDigest = async (digest) => checked(await sign(digest), digest, key);
  const keyring = await publicKeyPackets(body, { userId: name, created }, checkedSign);
  const signature = (type: number, signed: Buffer, at: Date) => {
    requireLater(at, created);
    return makeSignaturePacket({ type, subpackets: signatureSubpackets(body, at), signed }, checkedSign);
  };

  return {
    fingerprint,
    keyring,
    armouredKeyring: armour('PUBLIC KEY BLOCK', keyring),
    clearsign: async (text, at) => clearsigned(text, await signature(signatureType.text, clearsignedBytes(text), at)),
    detach: async (text, at) => armour('SIGNATURE', await signature(signatureType.binary, Buffer.from(text), at)),
    faultOf: (bytes) => openpgpFault(bytes, keyring),
  };
}

function rsaKey(der: Buffer): KeyObject {
  const key = readKey(der);
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength === 4096) return key;
  const seen =
    key.asymmetricKeyType === 'rsa' ? `an RSA key of ${modulusLength} bits` : `of type ${key.asymmetricKeyType}`;
  throw new MirrorError('KeyUnusable', `the signing key is ${seen}`, {
    hint: 'use an RSA key of 4096 bits: the gpgv of every MAAS release reads it',
  });
}

function readKey(der: Buffer): KeyObject {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch (cause) {
    throw new MirrorError(
      'KeyUnusable',
      `the public half of the signing key cannot be read: ${(cause as Error).message}`,
      {
        hint: 'it must be a DER-encoded SubjectPublicKeyInfo',
        cause,
      },
    );
  }
}

function numbersOf(key: KeyObject): { modulus: Buffer; exponent: Buffer } {
  const { n = '', e = '' } = key.export({ format: 'jwk' });
  return { modulus: Buffer.from(n, 'base64url'), exponent: Buffer.from(e, 'base64url') };
}

/** Refuses a signature by another key under the same name: sites could not verify it. */
function checked(signature: Buffer, digest: Buffer, key: KeyObject): Buffer {
  try {
    if (publicDecrypt(key, signature).equals(Buffer.concat([sha512DigestInfo, digest]))) return signature;
  } catch (cause) {
    throw notByThisKey(cause);
  }
  throw notByThisKey();
}

function notByThisKey(cause?: unknown): MirrorError {
  return new MirrorError('KeyUnusable', 'the returned signature was not made by the signing key', {
    hint: 'the signer must use RSASSA-PKCS1-v1_5 with SHA-512 and the private key that belongs to this public key',
    ...(cause !== undefined && { cause }),
  });
}

/** The prefix of a SHA-512 digest in PKCS #1 v1.5. RFC 8017 section 9.2, note 1. */
const sha512DigestInfo = Buffer.from('3051300d060960864801650304020305000440', 'hex');

/** gpgv refuses a signature that is older than its key. */
function requireLater(at: Date, created: Date): void {
  if (Math.floor(at.getTime() / 1000) >= Math.floor(created.getTime() / 1000)) return;
  throw new MirrorError('BadInput', `cannot sign with the date ${at.toISOString()}`, {
    hint: `the signing key was created at ${created.toISOString()} and cannot sign anything dated earlier`,
  });
}
