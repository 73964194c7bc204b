import * as openpgp from 'openpgp';
import { MirrorError } from '../../errors';
import { partsOf } from './split-clearsigned';
import { refuseLongLines } from './verified-text';

/**
 * Verifies a clearsigned file from anyone in process, for Lambda functions, which have no gpgv. It accepts nothing that gpgv
 * refuses, and returns the same bytes as `gpgv --output`: those that it hashed. As with gpgv, every signature must be valid,
 * and an expired key is accepted. It is stricter than gpgv in these points (test/simplestreams/openpgp/signed-corpus.ts has
 * an example of each):
 *
 * - the file contains only the signed text, from its first byte on; only blank lines may follow the signature
 * - its header has only Hash lines, each with complete SHA-2 names, separated by single spaces
 * - it has no NUL, every dash at the beginning of a line is escaped, and no line is longer than gpgv reads
 * - its armour is complete: only lines of base64, headers `Name: value`, a signature below 256 kB
 * - no hash is SHA-1 or RIPEMD-160, no RSA key is shorter than 2048 bits, and no key is revoked
 * - signatures are version 4
 *
 * @param keyring binary
 * @param now an expired signature is invalid
 * @returns the signed text
 * @throws BadSignature, BadFormat
 */
export async function verifyInProcess(clearsigned: Buffer, keyring: Buffer, now: Date): Promise<Buffer> {
  refuseLongLines(clearsigned);
  const { text, signature, hashes } = partsOf(clearsigned);
  const message = await openpgp.createMessage({ binary: hashedBytes(text) });
  const [packets, keys] = [await packetsIn(signature), await keysIn(keyring)];
  for (const packet of packets) {
    const hash = hashNames.get(packet.hashAlgorithm ?? 0);
    if (hash === undefined || !hashes.includes(hash)) {
      throw badSignature(`it uses ${hash ?? 'a hash that gpgv refuses'}, but the header says ${hashes.join(', ')}`);
    }
    await verifyPacket(packet, message, keys, now);
  }
  return text;
}

/** The bytes that a text signature covers: all line ends are CRLF, without the last one. */
function hashedBytes(text: Buffer): Buffer {
  let more = 0;
  for (let at = 0; at < text.length; at++) if (isBareNewline(text, at)) more += 1;
  const bytes = Buffer.allocUnsafe(text.length + more);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    if (isBareNewline(text, at)) bytes[length++] = 0x0d;
    bytes[length++] = text[at] ?? 0;
  }
  return bytes.subarray(0, Math.max(0, length - 2));
}

const isBareNewline = (text: Buffer, at: number) => text[at] === 0x0a && text[at - 1] !== 0x0d;

async function packetsIn(signature: Buffer): Promise<openpgp.SignaturePacket[]> {
  const { packets } = await openpgp.readSignature({ binarySignature: signature, config }).catch((cause: unknown) => {
    throw badSignature(`it cannot be read: ${(cause as Error).message}`, cause);
  });
  if (packets.length > 0 && packets.every(isOfText)) return [...packets];
  throw badSignature('it contains packets other than text signatures');
}

/** The list of openpgp.js may contain unknown packets, and signatures that do not cover a text. */
function isOfText(packet: openpgp.SignaturePacket): boolean {
  if (!(packet instanceof openpgp.SignaturePacket) || packet.version !== 4) return false;
  const { text, binary } = openpgp.enums.signature;
  return packet.signatureType === text || packet.signatureType === binary;
}

async function keysIn(keyring: Buffer): Promise<openpgp.PublicKey[]> {
  return openpgp.readKeys({ binaryKeys: keyring, config }).catch((cause: unknown) => {
    throw badSignature(`the keyring cannot be read: ${(cause as Error).message}`, cause);
  });
}

/** Several keys may have the same key id: one of them must have signed. */
async function verifyPacket(
  packet: openpgp.SignaturePacket,
  message: openpgp.Message<Uint8Array>,
  keys: readonly openpgp.PublicKey[],
  now: Date,
): Promise<void> {
  let fault = badSignature(`the keyring does not contain the key ${packet.issuerKeyID.toHex().toUpperCase()}`);
  for (const key of keys.filter((one) => one.getKeys(packet.issuerKeyID).length > 0)) {
    try {
      await verifyBy(key, packet, message, now);
      return;
    } catch (cause) {
      fault = badSignature((cause as Error).message, cause);
    }
  }
  throw fault;
}

async function verifyBy(
  key: openpgp.PublicKey,
  packet: openpgp.SignaturePacket,
  { packets: [literal] }: openpgp.Message<Uint8Array>,
  now: Date,
): Promise<void> {
  // null: ignore the current time. gpgv accepts signatures by expired keys, and from the future.
  const { keyPacket } = await key.getSigningKey(packet.issuerKeyID, null, undefined, config);
  const { created, signatureType } = packet;
  if (created === null || signatureType === null || literal === undefined) throw new Error('it is incomplete');
  await packet.verify(keyPacket, signatureType, literal, created, true, config);
  if (keyPacket.created > created) throw new Error('the key is newer than the signature');
  if (packet.getExpirationTime() <= now) throw new Error('the signature has expired');
}

/** As gpgv 2.2 does: keys without usage flags, which are older, may be used for anything. */
const config = { ...openpgp.config, allowMissingKeyFlags: true };
const hashNames: ReadonlyMap<number, string> = new Map([
  [openpgp.enums.hash.sha224, 'SHA224'],
  [openpgp.enums.hash.sha256, 'SHA256'],
  [openpgp.enums.hash.sha384, 'SHA384'],
  [openpgp.enums.hash.sha512, 'SHA512'],
]);

function badSignature(why: string, cause?: unknown): MirrorError {
  return new MirrorError('BadSignature', `the signature is not valid: ${why}`, {
    ...(cause !== undefined && { cause }),
  });
}
