import * as openpgp from 'openpgp';
import { MirrorError } from '../../errors';
import { armour, dearmour, isArmourOf } from './armour';

/** One primary key of a keyring. */
export interface KeyringKey {
  /** Upper-case hex. */
  readonly fingerprint: string;
  /** Whether its private part lies in the keyring: then everybody who can read it can sign. */
  readonly secret: boolean;
  /** When it was made; it signs nothing dated earlier. */
  readonly created: Date;
  /** The public key alone, as a binary keyring. */
  readonly keyring: Buffer;
}

/** The keys of a binary keyring, in its order. @throws BadFormat where it is not one, or holds no key */
export async function keysOf(keyring: Buffer): Promise<KeyringKey[]> {
  if (keyring.length > longestKeyring) {
    throw new MirrorError('BadFormat', `this is no OpenPGP keyring: it has ${keyring.length} bytes`, {
      hint: 'a keyring is what `gpg --export` writes, of one key or a few',
    });
  }
  const keys = await openpgp.readKeys({ binaryKeys: keyring }).catch((cause: unknown) => {
    throw new MirrorError('BadFormat', `this is no OpenPGP keyring: ${(cause as Error).message}`, {
      hint: 'a keyring is what `gpg --export` writes',
      cause,
    });
  });
  return keys.map((key) => ({
    fingerprint: key.getFingerprint().toUpperCase(),
    secret: key.isPrivate(),
    created: key.getCreationTime(),
    keyring: Buffer.from(key.toPublic().write()),
  }));
}

/** Bytes. The largest of those that sign archives has a hundredth of it; millions of small packets take hours. */
const longestKeyring = 1024 * 1024;

/** A keyring as gpgv wants it, of one that may be armoured. @throws BadFormat for an armour that is broken */
export function binaryKeyring(keyring: Buffer): Buffer {
  const text = keyring.toString('latin1');
  return text.startsWith('-----BEGIN PGP') ? dearmour('PUBLIC KEY BLOCK', text.replaceAll('\r\n', '\n')) : keyring;
}

/**
 * The same, of a file that somebody has named.
 * @param read gives the bytes of a file
 * @throws BadInput (misuse) where it cannot be read
 */
export async function keyringAt(path: string, read: (path: string) => Promise<Buffer>): Promise<Buffer> {
  try {
    return binaryKeyring(await read(path));
  } catch (cause) {
    throw new MirrorError('BadInput', `the keyring ${path} cannot be read: ${(cause as Error).message}`, {
      hint: 'give the path of a keyring file, binary (`gpg --export`) or armoured',
      cause,
      misuse: true,
    });
  }
}

/**
 * The same, of what has to hold public keys and no private one: it goes into requests and the history of executions.
 * @throws BadFormat where it does not
 */
export function publicKeyring(keyring: Buffer): Buffer {
  const binary = binaryKeyring(keyring);
  const tags = packetTags(binary);
  const { publicKey, secretKey, secretSubkey } = packetTag;
  if (tags[0] === publicKey && !tags.includes(secretKey) && !tags.includes(secretSubkey)) return binary;
  const seen = tags.includes(secretKey) || tags.includes(secretSubkey) ? 'a private key is in it' : undefined;
  throw new MirrorError('BadFormat', `this is no OpenPGP keyring: ${seen ?? 'it begins with no public key'}`, {
    hint: 'a keyring is what `gpg --export` writes',
  });
}

const packetTag = { secretKey: 5, publicKey: 6, secretSubkey: 7 };

/** The tags of the packets, in their order. RFC 9580 section 4.2. @throws BadFormat for what is no row of packets */
function packetTags(binary: Buffer): number[] {
  const tags: number[] = [];
  for (let at = 0; at < binary.length; ) {
    const packet = packetAt(binary, at);
    if (packet === undefined || packet.end > binary.length) {
      throw new MirrorError('BadFormat', `this is no OpenPGP keyring: no whole packet at byte ${at}`, {
        hint: 'a keyring is what `gpg --export` writes',
      });
    }
    tags.push(packet.tag);
    at = packet.end;
  }
  return tags;
}

/** In both forms of a header; lengths that are not told at the beginning are for messages, not for keys. */
function packetAt(binary: Buffer, at: number): { tag: number; end: number } | undefined {
  const [first = 0, length = 0, second = 0] = binary.subarray(at, at + 3);
  const number = (from: number, bytes: number) =>
    at + from + bytes <= binary.length ? binary.readUIntBE(at + from, bytes) : Number.POSITIVE_INFINITY;
  if ((first & 0x80) === 0) return undefined;
  if ((first & 0x40) === 0) {
    const bytes = [1, 2, 4][first & 0x03];
    return bytes === undefined ? undefined : { tag: (first >> 2) & 0x0f, end: at + 1 + bytes + number(1, bytes) };
  }
  const tag = first & 0x3f;
  if (length < 192) return { tag, end: at + 2 + length };
  if (length < 224) return { tag, end: at + 3 + ((length - 192) << 8) + second + 192 };
  return length === 255 ? { tag, end: at + 6 + number(2, 4) } : undefined;
}

/** A binary keyring for people to read and copy. */
export function armouredKeyring(keyring: Buffer): string {
  return armour('PUBLIC KEY BLOCK', keyring);
}

/** Why an armoured keyring contradicts itself, whatever it holds, or undefined. Its checksum tells. */
export function armouredKeyringFault(armoured: Buffer): string | undefined {
  const text = armoured.toString('latin1');
  try {
    const packets = dearmour('PUBLIC KEY BLOCK', text);
    return isArmourOf('PUBLIC KEY BLOCK', packets, text)
      ? undefined
      : 'its armour is not written as our signers write it';
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'BadFormat') return error.message;
    throw error;
  }
}
