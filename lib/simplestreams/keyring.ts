import * as openpgp from 'openpgp';
import { MirrorError } from '../errors';
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

/** A keyring as gpgv wants it, of one that may be armoured. @throws BadFormat for an armour that is broken */
export function binaryKeyring(keyring: Buffer): Buffer {
  const text = keyring.toString('latin1');
  return text.startsWith('-----BEGIN PGP') ? dearmour('PUBLIC KEY BLOCK', text.replaceAll('\r\n', '\n')) : keyring;
}

/** The same, of what has to begin with a public key. @throws BadFormat where it does not */
export function publicKeyring(keyring: Buffer): Buffer {
  const binary = binaryKeyring(keyring);
  const [first = 0] = binary;
  // RFC 9580 §4.2: the tag of a packet, in its newer and its older form; 6 is a public key.
  const tag = (first & 0x40) !== 0 ? first & 0x3f : (first >> 2) & 0x0f;
  if ((first & 0x80) !== 0 && tag === 6) return binary;
  throw new MirrorError('BadFormat', 'this is no OpenPGP keyring: it begins with no public key', {
    hint: 'a keyring is what `gpg --export` writes',
  });
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
