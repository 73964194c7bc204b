import { homedir } from 'node:os';
import { join } from 'node:path';
import { keyFile } from '../lib/machine/key-file';
import { makePrivateKey, openpgpSigner } from '../lib/simplestreams/openpgp-signer';
import type { Signer } from '../lib/simplestreams/signer';

/** Where a mirror's key lies unless told: with the user's data, never in the mirror's own folder. */
export function defaultKeyPath(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_DATA_HOME || join(homedir(), '.local/share'), 'maas-mirror', 'signing-key.asc');
}

/** The signer of a key file; an RSA-4096 key is made where there is none. */
export async function signerFrom(path: string): Promise<Signer> {
  return openpgpSigner(await keyFile(path, () => makePrivateKey({ at: new Date() })));
}
