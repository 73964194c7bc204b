import * as openpgp from 'openpgp';
import { MirrorError } from '../../errors';
import { armour, dearmour, isArmourOf } from './armour';
import { binaryKeyring, exportHint } from './public-keyring';

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

/**
 * The binary form of a keyring in a file that a user named, which may be armoured.
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
