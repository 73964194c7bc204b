import { existsSync } from 'node:fs';
import { MirrorError } from '../../lib/errors';
import { mirror as layout } from '../../lib/job/layout';
import { viewsOf } from '../../lib/publication/views';
import { keysOf } from '../../lib/simplestreams/openpgp/keyring';
import { makePrivateKey } from '../../lib/simplestreams/openpgp/openpgp-signer';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import type { DirectoryStore } from '../../lib/store/directory/directory';
import { isKeyFile, signerFrom } from '../keys/signing-key';
import type { Terminal } from '../terminal/terminal';

/**
 * The signer of a mirror's key. A key is created only with a new mirror: a published mirror cannot continue with another.
 * @param mirror undefined if it does not exist yet
 * @throws KeyUnusable if the key of a mirror is missing; what signerFrom throws
 */
export async function signerOf(key: string, mirror: DirectoryStore | undefined): Promise<Signer | undefined> {
  if (!isKeyFile(key) || existsSync(key)) return signerFrom(key);
  const keys = mirror && (await signedBy(mirror));
  if (keys === undefined) return undefined; // to be created
  throw new MirrorError('KeyUnusable', `${mirror?.name} is signed with the key ${keys}, but ${key} does not exist`, {
    hint: 'give the key with --key, or restore it from a backup. If it is lost, nothing can be added to this mirror: build a new one in another folder, and install its keyring at every site',
  });
}

/** Creates the key of a new mirror, and prints its path. */
export async function makeSigner(key: string, terminal: Terminal): Promise<Signer> {
  let made = false;
  const signer = await signerFrom(key, () => {
    made = true;
    return makePrivateKey({ at: new Date() });
  });
  if (made) {
    terminal.err(`created signing key ${key} (${signer.fingerprint})`);
    terminal.err('  back it up: without it, nothing can be added to this mirror');
  }
  return signer;
}

/** Fingerprints, or undefined if nothing is published. */
async function signedBy(mirror: DirectoryStore): Promise<string | undefined> {
  const keyring = await mirror.read(layout.keyring);
  if (keyring === undefined) return (await viewsOf(mirror)).length === 0 ? undefined : 'of its last publication';
  return (await keysOf(keyring.bytes)).map(({ fingerprint }) => fingerprint).join(' or ');
}
