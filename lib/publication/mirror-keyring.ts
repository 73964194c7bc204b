import { MirrorError } from '../errors';
import { mirror, mutableCacheControl } from '../job/layout';
import { armouredKeyring, keysOf } from '../simplestreams/openpgp/keyring';
import type { Store } from '../store/store';

/** The keyring that a mirror hands out now. */
export interface MirrorKeyring {
  /** Of its keys, in its order. */
  readonly fingerprints: readonly string[];
  readonly bytes: Buffer;
  /** For whoever changes it. */
  readonly tag: string;
}

/** @throws NoSuchObject where the mirror has none, BadFormat where it is none */
export async function readKeyring(store: Store): Promise<MirrorKeyring> {
  const found = await store.read(mirror.keyring);
  if (found === undefined) {
    throw new MirrorError('NoSuchObject', `${store.name} has no ${mirror.keyring}`, {
      hint: 'a mirror gets its keyring with its first publication; is this the address of a mirror?',
    });
  }
  return { ...found, fingerprints: (await keysOf(found.bytes)).map(({ fingerprint }) => fingerprint) };
}

/**
 * Writes both forms, if the keyring is still the one that was read; one that is right already is left alone.
 * @throws PreconditionFailed where somebody else has changed it
 */
export async function writeKeyring(store: Store, before: MirrorKeyring, keyring: Buffer): Promise<void> {
  if (!before.bytes.equals(keyring)) {
    await store.replace(mirror.keyring, keyring, { ...binary, ifMatch: before.tag });
  }
  // a crash between the two is healed by doing it again
  await store.replace(mirror.armouredKeyring, Buffer.from(armouredKeyring(keyring)), binary);
}

const binary = { contentType: 'application/octet-stream', cacheControl: mutableCacheControl };
