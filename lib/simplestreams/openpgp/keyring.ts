import * as openpgp from 'openpgp';
import { MirrorError } from '../../errors';
import { armour, dearmour, isArmourOf } from './armour';

/** One primary key of a keyring. */
export interface KeyringKey {
  /** Upper-case hex. */
  readonly fingerprint: string;
  /** Whether the keyring contains its private part: then everyone who can read it can sign. */
  readonly secret: boolean;
  /** When it was created; it cannot sign anything dated earlier. */
  readonly created: Date;
  /** The public key alone, as a binary keyring. */
  readonly keyring: Buffer;
}

/** The keys of a binary keyring, in its order. @throws BadFormat if it is not a keyring, or contains no key */
export async function keysOf(keyring: Buffer): Promise<KeyringKey[]> {
  if (keyring.length > longestKeyring) {
    throw new MirrorError('BadFormat', `not an OpenPGP keyring: it has ${keyring.length} bytes`, {
      hint: 'export one or a few keys with `gpg --export`',
    });
  }
  const keys = await openpgp.readKeys({ binaryKeys: keyring }).catch((cause: unknown) => {
    throw new MirrorError('BadFormat', `not an OpenPGP keyring: ${(cause as Error).message}`, {
      hint: exportHint,
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

/** Bytes: a hundred times the largest keyring of an archive. Reading millions of small packets would take hours. */
const longestKeyring = 1024 * 1024;

const exportHint = 'create a keyring file with `gpg --export`';

/** Converts a keyring that may be armoured to the binary form that gpgv needs. @throws BadFormat for broken armour */
export function binaryKeyring(keyring: Buffer): Buffer {
  const text = keyring.toString('latin1');
  return text.startsWith('-----BEGIN PGP') ? dearmour('PUBLIC KEY BLOCK', text.replaceAll('\r\n', '\n')) : keyring;
}

/**
 * The same, from a file that a user named.
 * @param read returns the bytes of a file
 * @throws BadInput (misuse) if it cannot be read
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
 * The same, for a keyring that must contain only public keys, because it goes into requests and the execution history.
 * @throws BadFormat otherwise
 */
export function publicKeyring(keyring: Buffer): Buffer {
  const binary = binaryKeyring(keyring);
  const tags = packetTags(binary);
  const { publicKey, secretKey, secretSubkey } = packetTag;
  if (tags[0] === publicKey && !tags.includes(secretKey) && !tags.includes(secretSubkey)) return binary;
  const seen = tags.includes(secretKey) || tags.includes(secretSubkey) ? 'it contains a private key' : undefined;
  throw new MirrorError('BadFormat', `not a public OpenPGP keyring: ${seen ?? 'it does not begin with a public key'}`, {
    hint: exportHint,
  });
}

const packetTag = { secretKey: 5, publicKey: 6, secretSubkey: 7 };

/** The tags of the packets, in order. RFC 9580 section 4.2. @throws BadFormat for anything but a sequence of packets */
function packetTags(binary: Buffer): number[] {
  const tags: number[] = [];
  for (let at = 0; at < binary.length; ) {
    const packet = packetAt(binary, at);
    if (packet === undefined || packet.end > binary.length) {
      throw new MirrorError('BadFormat', `not an OpenPGP keyring: incomplete packet at byte ${at}`, {
        hint: exportHint,
      });
    }
    tags.push(packet.tag);
    at = packet.end;
  }
  return tags;
}

/** Reads both header formats. Packets of unknown length occur in messages, not in keys. */
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

/** A binary keyring as text, to read and copy. */
export function armouredKeyring(keyring: Buffer): string {
  return armour('PUBLIC KEY BLOCK', keyring);
}

/** What is wrong with the armour of a keyring, by its checksum and form, whatever it contains; or undefined. */
export function armouredKeyringFault(armoured: Buffer): string | undefined {
  const text = armoured.toString('latin1');
  try {
    const packets = dearmour('PUBLIC KEY BLOCK', text);
    return isArmourOf('PUBLIC KEY BLOCK', packets, text)
      ? undefined
      : 'its armour does not have the exact form that maas-mirror writes';
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'BadFormat') return error.message;
    throw error;
  }
}
