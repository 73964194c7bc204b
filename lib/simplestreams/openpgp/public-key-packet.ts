import { createHash } from 'node:crypto';
import { largeNumber, makeSignaturePacket, packetHeader, type SignDigest, signatureType } from './signature-packet';

/** The numbers of an RSA key, big-endian, and its creation time. */
export interface RsaPublicKey {
  readonly modulus: Buffer;
  readonly exponent: Buffer;
  /** Part of the fingerprint: the same numbers with another time are another key. */
  readonly created: Date;
}

/** The body of a version 4 public key packet. RFC 9580 section 5.5.2.2. */
export function publicKeyBody({ modulus, exponent, created }: RsaPublicKey): Buffer {
  const algorithm = Buffer.from([rsa]);
  return Buffer.concat([Buffer.from([4]), seconds(created), algorithm, largeNumber(modulus), largeNumber(exponent)]);
}

/** The 20 bytes that identify a key; the last 8 are its key id. RFC 9580 section 5.5.4.2. */
export function fingerprintOf(keyBody: Buffer): Buffer {
  return createHash('sha1').update(hashedKey(keyBody)).digest();
}

/**
 * A binary keyring of one key: the key, its user id, and a self-signature over both; gpgv requires all three. The
 * self-signature has the date of the key, so that the same key always gives the same keyring.
 */
export async function publicKeyPackets(
  keyBody: Buffer,
  { userId, created }: { readonly userId: string; readonly created: Date },
  sign: SignDigest,
): Promise<Buffer> {
  const id = Buffer.from(userId);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(id.length);
  const certification = await makeSignaturePacket(
    {
      type: signatureType.positiveCertification,
      subpackets: Buffer.concat([
        signatureSubpackets(keyBody, created),
        subpacket(preferredHashes, Buffer.from([sha512, sha256])),
        subpacket(keyFlags, Buffer.from([mayCertify | maySign])),
      ]),
      signed: Buffer.concat([hashedKey(keyBody), Buffer.from([0xb4]), length, id]),
    },
    sign,
  );
  return Buffer.concat([
    packetHeader(publicKeyTag, keyBody.length),
    keyBody,
    packetHeader(userIdTag, id.length),
    id,
    certification,
  ]);
}

/** Subpackets of every signature: its time, and its key in the forms that old and new readers use. */
export function signatureSubpackets(keyBody: Buffer, at: Date): Buffer {
  const fingerprint = fingerprintOf(keyBody);
  return Buffer.concat([
    subpacket(creationTime, seconds(at)),
    subpacket(issuerKeyId, fingerprint.subarray(-8)),
    subpacket(issuerFingerprint, Buffer.concat([Buffer.from([4]), fingerprint])),
  ]);
}

const publicKeyTag = 6;
const userIdTag = 13;
const rsa = 1;
const [sha256, sha512] = [8, 10];
const [mayCertify, maySign] = [0x01, 0x02];
const [creationTime, preferredHashes, issuerKeyId, keyFlags, issuerFingerprint] = [2, 21, 16, 27, 33];

/** All of ours are shorter than 192 bytes, so the length fits in one byte. RFC 9580 section 5.2.3.7. */
function subpacket(type: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([content.length + 1, type]), content]);
}

function hashedKey(keyBody: Buffer): Buffer {
  const front = Buffer.from([0x99, 0, 0]);
  front.writeUInt16BE(keyBody.length, 1);
  return Buffer.concat([front, keyBody]);
}

function seconds(time: Date): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Math.floor(time.getTime() / 1000));
  return bytes;
}
