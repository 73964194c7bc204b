import { MirrorError } from '../../errors';
import { mirror } from '../../job/layout';
import { readBytes } from '../../machine/bytes';
import { keyringAt } from '../../simplestreams/openpgp/keyring';
import type { Store } from '../../store/store';
import { checkKeyring, pinnedKey } from './check-keyring';
import type { Problem } from './problem';

export interface TrustOptions {
  /** Path of a keyring. */
  readonly keyring?: string;
  readonly fingerprint?: string;
}

/**
 * The keyring that signatures are checked with: the given one, otherwise the mirror's own; only its pinned key, if one is
 * pinned. Undefined if there is none, which is then one of the problems.
 * @throws BadInput if the given keyring cannot be read or lacks the pinned key
 */
export async function trustedKeyring(
  store: Store,
  { keyring: given, fingerprint }: TrustOptions,
): Promise<{ keyring: Buffer | undefined; problems: Problem[] }> {
  const own = (await store.read(mirror.keyring))?.bytes;
  const armoured = (await store.read(mirror.armouredKeyring))?.bytes;
  // a mirror may distribute its keyring elsewhere, as Canonical does in a package
  const elsewhere = given !== undefined && own === undefined && armoured === undefined;
  const problems = elsewhere ? [] : await checkKeyring(own, armoured);

  if (given !== undefined)
    return { keyring: await pinned(given, await keyringAt(given, readBytes), fingerprint), problems };
  if (own === undefined || fingerprint === undefined) return { keyring: own, problems };
  if (problems.some(({ object, rule }) => object === mirror.keyring && rule === 'keyring')) {
    return { keyring: undefined, problems };
  }
  const { key, held } = await pinnedKey(own, fingerprint);
  if (key !== undefined) return { keyring: key.keyring, problems };
  const message = `it contains ${held.join(', ')}, not the key ${fingerprint}`;
  return { keyring: undefined, problems: [...problems, { object: mirror.keyring, rule: 'fingerprint', message }] };
}

async function pinned(path: string, keyring: Buffer, fingerprint: string | undefined): Promise<Buffer> {
  if (fingerprint === undefined) return keyring;
  const { key, held } = await pinnedKey(keyring, fingerprint);
  if (key !== undefined) return key.keyring;
  throw new MirrorError('BadInput', `the keyring ${path} does not contain the key ${fingerprint}`, {
    hint: `it contains ${held.join(', ')}`,
    misuse: true,
  });
}
