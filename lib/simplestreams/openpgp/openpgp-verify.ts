import * as openpgp from 'openpgp';
import { MirrorError } from '../../errors';
import { partsOf } from './split-clearsigned';
import { refuseLongLines } from './verified-text';

/**
 * Checks a clearsigned file in process, also one that others signed, for where there is no gpgv: a Lambda function. It
 * takes nothing that gpgv refuses, and gives back the bytes that `gpgv --output` does: those that it hashed. As for gpgv,
 * every signature must hold, not one of several; and a key that has expired still does. It is stricter in this
 * (test/simplestreams/openpgp/signed-corpus.ts has an example of each):
 *
 * - nothing but the signed text may be in the file, from its first byte on; only blank lines may follow the signature
 * - its header has Hash lines and nothing else, each with whole names of SHA-2, with single spaces
 * - a NUL is nowhere, a dash at the beginning of a line is escaped, and no line is longer than gpgv reads
 * - its armour is whole: lines of base64 and nothing else, headers `Name: value`, a signature below 256 kB
 * - no text is hashed with SHA-1 or RIPEMD-160, no RSA key is shorter than 2048 bits, a revoked key signs nothing
 * - signatures are of version 4
 *
 * @param keyring binary
 * @param now an expired signature does not hold
 * @returns the text that is signed
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
      throw badSignature(
        `it was made with ${hash ?? 'a hash that gpgv refuses'}, its header says ${hashes.join(', ')}`,
      );
    }
    await verifyPacket(packet, message, keys, now);
  }
  return text;
}

/** What a signature of a text is made over: all line ends are CRLF, and the last is left out. */
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
  throw badSignature('it holds something else than signatures of a text');
}

/** openpgp.js leaves packets that it does not know in the list; and some kinds of signatures are of no text at all. */
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

/** One key id may be that of several keys: one of them must have signed. */
async function verifyPacket(
  packet: openpgp.SignaturePacket,
  message: openpgp.Message<Uint8Array>,
  keys: readonly openpgp.PublicKey[],
  now: Date,
): Promise<void> {
  let fault = badSignature(`the keyring does not hold the key ${packet.issuerKeyID.toHex().toUpperCase()}`);
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
  // null: whatever the time is. gpgv takes what an expired key signs, and what is signed in the future.
  const { keyPacket } = await key.getSigningKey(packet.issuerKeyID, null, undefined, config);
  const { created, signatureType } = packet;
  if (created === null || signatureType === null || literal === undefined) throw new Error('it is not whole');
  await packet.verify(keyPacket, signatureType, literal, created, true, config);
  if (keyPacket.created > created) throw new Error('the key is newer than the signature');
  if (packet.getExpirationTime() <= now) throw new Error('the signature has expired');
}

/** What gpgv 2.2 knows and takes. Older keys do not say what they are for; then gpgv takes them for everything. */
const config = { ...openpgp.config, allowMissingKeyFlags: true };
const hashNames: ReadonlyMap<number, string> = new Map([
  [openpgp.enums.hash.sha224, 'SHA224'],
  [openpgp.enums.hash.sha256, 'SHA256'],
  [openpgp.enums.hash.sha384, 'SHA384'],
  [openpgp.enums.hash.sha512, 'SHA512'],
]);

function badSignature(why: string, cause?: unknown): MirrorError {
  return new MirrorError('BadSignature', `the signature does not hold: ${why}`, {
    ...(cause !== undefined && { cause }),
  });
}
