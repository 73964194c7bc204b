import { MirrorError } from '../errors';
import { mirror as layout, mutableCacheControl } from '../job/layout';
import { armouredKeyring, binaryKeyring, keysOf } from '../simplestreams/openpgp/keyring';
import type { Store } from '../store/store';
import type { Press } from './press';

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
  const found = await store.read(layout.keyring);
  if (found === undefined) {
    throw new MirrorError('NoSuchObject', `${store.name} has no ${layout.keyring}`, {
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
    await store.replace(layout.keyring, keyring, { ...binary, ifMatch: before.tag });
  }
  // a crash between the two is healed by doing it again
  await store.replace(layout.armouredKeyring, Buffer.from(armouredKeyring(keyring)), binary);
}

type Own = Pick<Press, 'mirror' | 'signer'>;

/**
 * The keyring in both forms, which sites can be given before anything is published.
 * @throws BadSignature where the mirror lacks our key: sites would refuse what this one signs
 */
export async function showKeyrings({ mirror, signer }: Own): Promise<void> {
  const held = await showKeyring(layout.keyring, signer.keyring, { mirror, signer });
  await showKeyring(layout.armouredKeyring, Buffer.from(armouredKeyring(held)), { mirror, signer });
}

/** @returns what the mirror has now */
async function showKeyring(key: string, bytes: Buffer, { mirror, signer }: Own): Promise<Buffer> {
  const found = await mirror.read(key);
  if (found !== undefined) {
    await refuseOtherKey(found.bytes, bytes, key, { mirror, signer });
    return found.bytes;
  }
  try {
    await mirror.replace(key, bytes, { ...binary, ifMatch: null });
    return bytes;
  } catch (error) {
    if (!(error instanceof MirrorError && error.name === 'PreconditionFailed')) throw error;
    return showKeyring(key, bytes, { mirror, signer });
  }
}

/**
 * Looks before anything is built whether this key may publish here at all.
 * @throws BadSignature where the mirror has another key
 */
export async function requireOwnKey({ mirror, signer }: Own): Promise<void> {
  const found = await mirror.read(layout.keyring);
  if (found !== undefined) await refuseOtherKey(found.bytes, signer.keyring, layout.keyring, { mirror, signer });
}

/** While the key is changed, the keyring holds two: the one before and the one to come. */
async function refuseOtherKey(found: Buffer, own: Buffer, key: string, { mirror, signer }: Own): Promise<void> {
  if (found.equals(own) || (await isOneOfTwo(found, signer.fingerprint))) return;
  throw new MirrorError(
    'BadSignature',
    `${key} of ${mirror.name} is not the keyring of the key ${signer.fingerprint}`,
    {
      hint: 'sites trust the keyring that they have; give the key that has signed this mirror so far with --key',
    },
  );
}

async function isOneOfTwo(keyring: Buffer, fingerprint: string): Promise<boolean> {
  try {
    const keys = await keysOf(binaryKeyring(keyring));
    return (
      keys.length === 2 && keys.some((key) => key.fingerprint === fingerprint) && !keys.some(({ secret }) => secret)
    );
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'BadFormat') return false;
    throw error;
  }
}

const binary = { contentType: 'application/octet-stream', cacheControl: mutableCacheControl };
