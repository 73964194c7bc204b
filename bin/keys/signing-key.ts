/* bin/keys: signing keys and secrets of a command: files of this machine, or in AWS. */

import { userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { MirrorError } from '../../lib/errors';
import { keyFile } from '../../lib/machine/secrets/key-file';
import { makePrivateKey, openpgpSigner } from '../../lib/simplestreams/openpgp/openpgp-signer';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { isWithin } from '../preflight/folders';

/**
 * Where a mirror's key is unless told: with the user's data, never in the mirror's own folder. A relative XDG_DATA_HOME
 * does not count, as its specification says.
 * @throws BadInput where this user has no home folder
 */
export function defaultKeyPath(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_DATA_HOME: data = '' } = environment;
  return join(
    isAbsolute(data) ? data : join(homeFolder(environment), '.local/share'),
    'maas-mirror',
    'signing-key.asc',
  );
}

function homeFolder({ HOME: home = '' }: NodeJS.ProcessEnv): string {
  if (isAbsolute(home)) return home;
  try {
    return userInfo().homedir;
  } catch (cause) {
    throw new MirrorError('BadInput', 'this user has no home folder to keep the signing key in', {
      hint: 'say with --key where the key is, or set HOME',
      cause,
      misuse: true,
    });
  }
}

/** A key as it is given with --key: a file gets its whole path, a key of KMS stays as it is. */
export function keyPlace(key: string): string {
  return isKeyFile(key) ? resolve(key) : key;
}

/** @throws KeyExposed where a private key would lie in a mirror's folder */
export function requireOutside(mirror: string, key: string): void {
  if (!isKeyFile(key) || !isWithin(mirror, key)) return;
  throw new MirrorError('KeyExposed', `the private key ${key} would lie in the mirror that is served`, {
    hint: 'give it another place with --key',
    misuse: true,
  });
}

/** Whether a key is a file of this machine. */
export function isKeyFile(key: string): boolean {
  return !isOfKms(key) && !key.startsWith(secret);
}

/**
 * The signer of a key: a file, in which an RSA-4096 key is made where there is none, or `kms:` and the id, ARN or alias
 * of a key of AWS KMS, or `secret:` and the ARN of a secret that holds a private key.
 * @param make what to do where there is no such file @default a key is made
 */
export async function signerFrom(key: string, make = () => makePrivateKey({ at: new Date() })): Promise<Signer> {
  if (key === '') {
    throw new MirrorError('BadInput', 'no signing key is named', {
      hint: 'give the path of a file, kms:<ARN> or secret:<ARN>; a deployed mirror sets MIRROR_SIGNING_KEY',
      misuse: true,
    });
  }
  if (key.startsWith(secret)) {
    const { secretKey } = await import('../../lib/cloud/keys/secret-key.js');
    return openpgpSigner(await secretKey(key.slice(secret.length)));
  }
  if (!isOfKms(key)) return openpgpSigner(await keyFile(key, make));
  const id = key.slice(kms.length);
  if (id === '') {
    throw new MirrorError('BadInput', `${key} names no key`, {
      hint: 'kms:alias/mirror, kms:<id> or kms:<ARN>',
      misuse: true,
    });
  }
  // Loaded only now: the SDK takes its time, which nobody waits for whose key is a file.
  const { kmsSigner } = await import('../../lib/cloud/keys/kms-signer.js');
  return kmsSigner(id);
}

/** The signer of a key that is there already. @throws BadInput where there is no such file; what signerFrom throws */
export function existingSigner(key: string): Promise<Signer> {
  return signerFrom(key, async () => {
    throw new MirrorError('BadInput', `there is no key ${key}`, { hint: 'is the path right?', misuse: true });
  });
}

const kms = 'kms:';
const secret = 'secret:';

function isOfKms(key: string): boolean {
  return key.startsWith(kms);
}
