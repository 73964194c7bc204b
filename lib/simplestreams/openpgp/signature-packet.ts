import { createHash } from 'node:crypto';

/** The kind of content that a signature covers. */
export const signatureType = { binary: 0x00, text: 0x01, positiveCertification: 0x13 } as const;

/** The private operation, wherever the key is stored: an RSA signature (PKCS #1 v1.5) of a SHA-512 digest. */
export type SignDigest = (sha512: Buffer) => Promise<Buffer>;

/**
 * One signature packet in the form that `signaturePacketFault` requires.
 * @param subpackets all of them are signed
 * @param signed the bytes to sign (of a text: with CRLF line ends)
 */
export async function makeSignaturePacket(
  { type, subpackets, signed }: { readonly type: number; readonly subpackets: Buffer; readonly signed: Buffer },
  sign: SignDigest,
): Promise<Buffer> {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(subpackets.length);
  const hashedPart = Buffer.concat([Buffer.from([4, type, rsa, sha512]), length, subpackets]);
  const digest = signedDigest(signed, hashedPart);
  const number = largeNumber(await sign(digest));
  const body = Buffer.concat([hashedPart, nothingUnhashed, digest.subarray(0, 2), number]);
  return Buffer.concat([packetHeader(signatureTag, body.length), body]);
}

/** A number above 0 in OpenPGP's format: its length in bits, and its bytes without leading zeros. */
export function largeNumber(bytes: Buffer): Buffer {
  const number = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  const bits = Buffer.alloc(2);
  bits.writeUInt16BE(lengthInBits(number));
  return Buffer.concat([bits, number]);
}

/** The header of a packet: new format, shortest length. RFC 9580 section 4.2. */
export function packetHeader(tag: number, length: number): Buffer {
  const first = 0xc0 | tag;
  if (length < 192) return Buffer.from([first, length]);
  if (length < 8384) return Buffer.from([first, 192 + ((length - 192) >> 8), (length - 192) & 0xff]);
  const long = Buffer.from([first, 0xff, 0, 0, 0, 0]);
  long.writeUInt32BE(length, 2);
  return long;
}

/**
 * Why these bytes are not one signature packet as our signers write it, in which every bit is signed, or determined by the
 * rest, or part of the RSA number. gpgv also accepts other headers, a wrong length of the number, unhashed fields, and a wrong
 * digest prefix.
 * @param signed the bytes that were signed (of a text: with CRLF line ends)
 */
export function signaturePacketFault(packet: Buffer, type: number, signed: Buffer): string | undefined {
  const body = packet.subarray(headerLength(packet));
  if (!packet.subarray(0, -body.length).equals(packetHeader(signatureTag, body.length))) {
    return 'it is not exactly one signature packet with the shortest header';
  }
  if (body.length < 10) return 'the signature packet is truncated';
  if (body[0] !== 4 || body[1] !== type || body[2] !== rsa || body[3] !== sha512) {
    return `the signature is not a version 4 RSA signature of type ${type} with SHA-512`;
  }
  const hashedEnd = 6 + body.readUInt16BE(4);
  if (hashedEnd + 6 > body.length) return 'the signature packet is truncated';
  if (body.readUInt16BE(hashedEnd) !== 0) return 'the signature contains unsigned fields';
  const digest = signedDigest(signed, body.subarray(0, hashedEnd));
  if (!body.subarray(hashedEnd + 2, hashedEnd + 4).equals(digest.subarray(0, 2))) {
    return 'the signature covers other content: its digest prefix is different';
  }
  return numberFault(body.subarray(hashedEnd + 4));
}

const signatureTag = 2;
const rsa = 1;
const sha512 = 10;
const nothingUnhashed = Buffer.alloc(2);

function headerLength(packet: Buffer): number {
  const first = packet[1] ?? 0;
  if (first < 192) return 2;
  return first < 224 ? 3 : 6;
}

/** The digest that is signed: the content, the hashed part of the packet, and that part's length. */
function signedDigest(signed: Buffer, hashedPart: Buffer): Buffer {
  const trailer = Buffer.from([4, 0xff, 0, 0, 0, 0]);
  trailer.writeUInt32BE(hashedPart.length, 2);
  return createHash('sha512').update(signed).update(hashedPart).update(trailer).digest();
}

/** A number is preceded by its length in bits, and has no leading zeros. */
function numberFault(number: Buffer): string | undefined {
  const bytes = number.subarray(2);
  const honest = number.readUInt16BE(0) === lengthInBits(bytes) && bytes[0] !== 0;
  return honest ? undefined : 'the stated length of the RSA number is wrong';
}

/** The bytes must not have leading zeros. */
function lengthInBits(bytes: Buffer): number {
  return bytes.length * 8 - (Math.clz32(bytes[0] ?? 0) - 24);
}
