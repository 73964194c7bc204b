import * as openpgp from 'openpgp';
import { MirrorError } from '../../errors';
import { armour } from './armour';
import { openpgpFault } from './openpgp-fault';
import { clearsigned, clearsignedBytes } from './signed-text';
import type { Signer } from './signer';

const config = {
  preferredHashAlgorithm: openpgp.enums.hash.sha512,
  // otherwise openpgp.js adds random bytes, and signing the same text twice gives different files
  nonDeterministicSignaturesViaNotation: false,
};

/**
 * Creates a signing key: armoured, without a passphrase. RSA in the version 4 format, because gpgv 2.2 reads no newer one, and
 * without subkeys, because nothing is encrypted.
 */
export async function makePrivateKey(options: {
  /** Its user id. @default MAAS mirror */
  readonly name?: string;
  /** Creation time; the key cannot sign anything dated earlier. */
  readonly at: Date;
  /** @default 4096 */
  readonly rsaBits?: number;
}): Promise<string> {
  const { privateKey } = await openpgp.generateKey({
    type: 'rsa',
    rsaBits: options.rsaBits ?? 4096,
    userIDs: [{ name: options.name ?? 'MAAS mirror' }],
    date: options.at,
    subkeys: [],
    format: 'armored',
    config,
  });
  return privateKey;
}

/** Signs with a private key in this process. @throws BadInput if the key is unreadable, protected or not RSA */
export async function openpgpSigner(armouredPrivateKey: string): Promise<Signer> {
  const key = await readKey(armouredPrivateKey);
  const keyring = Buffer.from(key.toPublic().write());

  return {
    fingerprint: key.getFingerprint().toUpperCase(),
    keyring,
    armouredKeyring: armour('PUBLIC KEY BLOCK', keyring),
    clearsign: async (text, at) => {
      const message = await openpgp.createMessage({ text: clearsignedBytes(text).toString() });
      return clearsigned(text, await signatureOf(message, key, at));
    },
    detach: async (text, at) => {
      const message = await openpgp.createMessage({ binary: Buffer.from(text) });
      return armour('SIGNATURE', await signatureOf(message, key, at));
    },
    faultOf: (bytes) => openpgpFault(bytes, keyring),
  };
}

async function readKey(armouredKey: string): Promise<openpgp.PrivateKey> {
  const key = await openpgp.readPrivateKey({ armoredKey: armouredKey }).catch((cause: unknown) => {
    throw unusable('cannot be read', 'it must be an armoured OpenPGP private key', cause);
  });
  if (!key.isDecrypted())
    throw unusable('is protected by a passphrase', 'export it without a passphrase, or create a new key');
  // null: ignore the current time
  const { algorithm } = (await key.getSigningKey(undefined, null)).getAlgorithmInfo();
  if (algorithm !== 'rsaEncryptSign' && algorithm !== 'rsaSign') {
    throw unusable(`is of type ${algorithm}`, 'use an RSA key: the gpgv of every MAAS release reads it');
  }
  return key;
}

async function signatureOf(
  message: openpgp.Message<string | Uint8Array>,
  key: openpgp.PrivateKey,
  at: Date,
): Promise<Buffer> {
  try {
    const options = { signingKeys: key, detached: true, date: at, config } as const;
    return Buffer.from(await openpgp.sign({ ...options, message, format: 'binary' }));
  } catch (cause) {
    const made = key.getCreationTime().toISOString();
    throw new MirrorError('BadInput', `cannot sign with the date ${at.toISOString()}: ${(cause as Error).message}`, {
      hint: `the signing key was created at ${made} and cannot sign anything dated earlier`,
      cause,
    });
  }
}

function unusable(what: string, hint: string, cause?: unknown): MirrorError {
  return new MirrorError('BadInput', `the signing key ${what}`, { hint, cause });
}
