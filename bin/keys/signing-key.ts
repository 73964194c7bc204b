/* bin/keys: signing keys and secrets of a command: files of this machine, or in AWS. */

import { userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { MirrorError } from '../../lib/errors';
import { shownText } from '../../lib/given-address';
import { isUrlLike } from '../../lib/job/sources/file-path';
import { keyFile } from '../../lib/machine/secrets/key-file';
import { makePrivateKey, openpgpSigner } from '../../lib/simplestreams/openpgp/openpgp-signer';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { isWithin } from '../preflight/folders';

/**
 * Default path of a mirror's key: below XDG_DATA_HOME (by default ~/.local/share), never in the folder of the mirror. A
 * relative XDG_DATA_HOME is ignored, as its specification says.
 * @throws BadInput if this user has no home folder
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
    throw new MirrorError('BadInput', 'this user has no home folder for the signing key', {
      hint: 'name a file with --key, or set HOME',
      cause,
      misuse: true,
    });
  }
}

/**
 * A key as given with --key: a file by its absolute path, a KMS key or a secret unchanged.
 * @throws BadInput (misuse) for a URL, an ARN or the alias of a KMS key: a new key file would get this name
 */
export function keyPlace(key: string, option = '--key'): string {
  if (!isKeyFile(key)) return key;
  if (isUrlLike(key) || /^(?:arn:|alias\/|kms:|secret:)/i.test(key)) throw noKeyFile(key, option);
  return resolve(key);
}

function noKeyFile(key: string, option: string): MirrorError {
  const ways = 'kms:ID with the id, ARN or alias of an AWS KMS key, or secret:ARN with the ARN of a secret';
  const file = isUrlLike(key) ? '' : ` (for a file of this name, write ./${key})`;
  return new MirrorError('BadInput', `${option} ${shownText(key)} is not a file of this machine`, {
    hint: `give the path of a file, ${ways}${file}`,
    misuse: true,
  });
}

/** @throws KeyExposed if a private key would be inside the folder of a mirror */
export function requireOutside(mirror: string, key: string): void {
  if (!isKeyFile(key) || !isWithin(mirror, key)) return;
  throw new MirrorError('KeyExposed', `the private key ${key} would be inside ${mirror}, which is served`, {
    hint: 'name a file outside the mirror with --key',
    misuse: true,
  });
}

/** Whether a key is a file of this machine. */
export function isKeyFile(key: string): boolean {
  return !isOfKms(key) && !key.startsWith(secret);
}

/**
 * The signer of a key: a file, in which an RSA-4096 key is created if it is missing, or `kms:` and the id, ARN or alias of
 * an AWS KMS key, or `secret:` and the ARN of a secret that contains a private key.
 * @param make what to do if the file is missing @default create a key
 */
export async function signerFrom(key: string, make = () => makePrivateKey({ at: new Date() })): Promise<Signer> {
  if (key === '') {
    throw new MirrorError('BadInput', 'no signing key given', {
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
    throw new MirrorError('BadInput', `${key} is incomplete: the id of the key is missing`, {
      hint: 'use kms:alias/mirror, kms:<id> or kms:<ARN>',
      misuse: true,
    });
  }
  // Loaded on demand: the SDK loads slowly, and key files do not need it.
  const { kmsSigner } = await import('../../lib/cloud/keys/kms-signer.js');
  return kmsSigner(id);
}

/** The signer of an existing key. @throws BadInput if the file does not exist; what signerFrom throws */
export function existingSigner(key: string): Promise<Signer> {
  return signerFrom(key, async () => {
    throw new MirrorError('BadInput', `key file ${key} does not exist`, { hint: 'check the path', misuse: true });
  });
}

const kms = 'kms:';
const secret = 'secret:';

function isOfKms(key: string): boolean {
  return key.startsWith(kms);
}
