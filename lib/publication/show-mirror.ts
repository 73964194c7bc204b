import { MirrorError } from '../errors';
import { mirror as layout, mutableCacheControl } from '../job/layout';
import { armouredKeyring, binaryKeyring, keysOf } from '../simplestreams/openpgp/keyring';
import type { Press } from './commit';
import { frontPage } from './front-page';

/** Puts what readers need beside the views: the keyring in both forms, a front page, and the way into the pool. */
export async function showMirror(view: string, release: string, { mirror, signer }: Press): Promise<void> {
  await showKeyrings({ mirror, signer });
  await mirror.replace(layout.frontPage, Buffer.from(frontPage(signer.fingerprint, layout)), html);
  await mirror.expose(view, release);
}

/**
 * The keyring in both forms, which sites can be given before anything is published.
 * @throws BadSignature where the mirror lacks our key: sites would refuse what this one signs
 */
export async function showKeyrings({ mirror, signer }: Pick<Press, 'mirror' | 'signer'>): Promise<void> {
  const held = await showKeyring(layout.keyring, signer.keyring, { mirror, signer });
  await showKeyring(layout.armouredKeyring, Buffer.from(armouredKeyring(held)), { mirror, signer });
}

/** @returns what the mirror has now */
async function showKeyring(
  key: string,
  bytes: Buffer,
  { mirror, signer }: Pick<Press, 'mirror' | 'signer'>,
): Promise<Buffer> {
  const found = await mirror.read(key);
  if (found !== undefined) {
    await refuseOtherKey(found.bytes, bytes, key, { mirror, signer });
    return found.bytes;
  }
  try {
    await mirror.replace(key, bytes, { ...keyring, ifMatch: null });
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
export async function requireOwnKey({ mirror, signer }: Pick<Press, 'mirror' | 'signer'>): Promise<void> {
  const found = await mirror.read(layout.keyring);
  if (found !== undefined) await refuseOtherKey(found.bytes, signer.keyring, layout.keyring, { mirror, signer });
}

/** While the key is changed, the keyring holds two: the one before and the one to come. */
async function refuseOtherKey(
  found: Buffer,
  own: Buffer,
  key: string,
  { mirror, signer }: Pick<Press, 'mirror' | 'signer'>,
): Promise<void> {
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

const keyring = { contentType: 'application/octet-stream', cacheControl: mutableCacheControl };
const html = { contentType: 'text/html; charset=utf-8', cacheControl: mutableCacheControl };
