import { MirrorError } from '../../errors';
import { mirror as layout, mutableCacheControl } from '../../job/layout';
import { armouredKeyring, keysOf } from '../../simplestreams/openpgp/keyring';
import { binaryKeyring } from '../../simplestreams/openpgp/public-keyring';
import type { Store } from '../../store/store';
import type { Press } from '../press';

/** The current keyring of a mirror. */
export interface MirrorKeyring {
  /** Of its keys, in its order. */
  readonly fingerprints: readonly string[];
  readonly bytes: Buffer;
  /** For a conditional write. */
  readonly tag: string;
}

/** @throws NoSuchObject if the mirror has no keyring; BadFormat if the file is not a keyring */
export async function readKeyring(store: Store): Promise<MirrorKeyring> {
  const found = await store.read(layout.keyring);
  if (found === undefined) {
    throw new MirrorError('NoSuchObject', `${store.name} has no ${layout.keyring}`, {
      hint: 'a mirror gets its keyring with its first publication; check that this is the address of a mirror',
    });
  }
  return { ...found, fingerprints: (await keysOf(found.bytes)).map(({ fingerprint }) => fingerprint) };
}

/**
 * Writes both forms, if the keyring is still the one that was read; a correct one is not written again.
 * @throws PreconditionFailed if another writer has changed it
 */
export async function writeKeyring(store: Store, before: MirrorKeyring, keyring: Buffer): Promise<void> {
  if (!before.bytes.equals(keyring)) {
    await store.replace(layout.keyring, keyring, { ...binary, ifMatch: before.tag });
  }
  // a crash between the two is repaired by calling this again
  await store.replace(layout.armouredKeyring, Buffer.from(armouredKeyring(keyring)), binary);
}

type Own = Pick<Press, 'mirror' | 'signer'>;

/**
 * Publishes the keyring in both forms, so that sites can install it before anything else is published.
 * @throws BadSignature if the mirror's keyring lacks our key: sites would refuse what it signs
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
 * Checks, before anything is built, that this key may publish to the mirror.
 * @throws BadSignature if the mirror has another key
 */
export async function requireOwnKey({ mirror, signer }: Own): Promise<void> {
  const found = await mirror.read(layout.keyring);
  if (found !== undefined) await refuseOtherKey(found.bytes, signer.keyring, layout.keyring, { mirror, signer });
}

/** During a key rotation the keyring contains two keys: the old one and the new one. */
async function refuseOtherKey(found: Buffer, own: Buffer, key: string, { mirror, signer }: Own): Promise<void> {
  if (found.equals(own) || (await isOneOfTwo(found, signer.fingerprint))) return;
  throw new MirrorError(
    'BadSignature',
    `${key} of ${mirror.name} does not match the signing key ${signer.fingerprint}`,
    {
      hint: 'sites trust only the keyring that they have installed; give the key that signs this mirror with --key',
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
