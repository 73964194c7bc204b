import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { MirrorError } from '../lib/errors';
import { keyFile } from '../lib/machine/key-file';
import { makePrivateKey, openpgpSigner } from '../lib/simplestreams/openpgp-signer';
import type { Signer } from '../lib/simplestreams/signer';

/** Where a mirror's key lies unless told: with the user's data, never in the mirror's own folder. */
export function defaultKeyPath(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_DATA_HOME || join(homedir(), '.local/share'), 'maas-mirror', 'signing-key.asc');
}

/** A key as it is given with --key: a file gets its whole path, a key of KMS stays as it is. */
export function keyPlace(key: string): string {
  return isKeyFile(key) ? resolve(key) : key;
}

/** Whether a key is a file of this machine. */
export function isKeyFile(key: string): boolean {
  return !isOfKms(key) && !key.startsWith(secret);
}

/**
 * The signer of a key: a file, in which an RSA-4096 key is made where there is none, or `kms:` and the id, ARN or alias
 * of a key of AWS KMS, or `secret:` and the ARN of a secret that holds a private key.
 */
export async function signerFrom(key: string): Promise<Signer> {
  if (key.startsWith(secret)) {
    const { secretKey } = await import('../lib/cloud/secret-key.js');
    return openpgpSigner(await secretKey(key.slice(secret.length)));
  }
  if (!isOfKms(key)) return openpgpSigner(await keyFile(key, () => makePrivateKey({ at: new Date() })));
  const id = key.slice(kms.length);
  if (id === '') {
    throw new MirrorError('BadInput', `${key} names no key`, {
      hint: 'kms:alias/mirror, kms:<id> or kms:<ARN>',
      misuse: true,
    });
  }
  // Loaded only now: the SDK takes its time, which nobody waits for whose key is a file.
  const { kmsSigner } = await import('../lib/cloud/kms-signer.js');
  return kmsSigner(id);
}

const kms = 'kms:';
const secret = 'secret:';

function isOfKms(key: string): boolean {
  return key.startsWith(kms);
}
