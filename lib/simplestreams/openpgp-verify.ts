import * as openpgp from 'openpgp';
import { MirrorError } from '../errors';
import { splitClearsigned, withoutUnsignedBlanks } from './signed-text';

/**
 * Checks a clearsigned file in process, also one that others signed, for where there is no gpgv: a Lambda function. What
 * this takes, gpgv takes. It is stricter where gpgv is too easy: nothing but the signed text may be in the file, a revoked
 * key signs nothing, and no text is hashed with SHA-1. As for gpgv, every signature must hold, not one of several; and a
 * key that has expired still does.
 * @param keyring binary
 * @param now an expired signature does not hold
 * @throws BadSignature, BadFormat
 */
export async function verifyInProcess(clearsigned: Buffer, keyring: Buffer, now: Date): Promise<void> {
  const { text, signature, hashes } = splitClearsigned(clearsigned);
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
}

/** The very bytes that gpgv hashes. */
function hashedBytes(text: string): Buffer {
  const long = text.split('\n').findIndex((line) => Buffer.byteLength(line) > longestLineBytes);
  if (long !== -1) throw new MirrorError('BadFormat', `line ${long + 1} is longer than gpgv reads`);
  return Buffer.from(withoutUnsignedBlanks(text).slice(0, -1).replaceAll('\n', '\r\n'));
}

/** gpgv takes a longer line for a changed one. */
const longestLineBytes = 19_990;

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
