import { MirrorError } from '../../errors';
import { mirror } from '../../job/layout';
import { armouredKeyringFault, type KeyringKey, keysOf } from '../../simplestreams/openpgp/keyring';
import { keyringFault } from '../../simplestreams/openpgp/signed-text';
import { missing, type Problem } from './problem';

/** Checks the two forms of the keyring that a mirror serves to its readers. */
export async function checkKeyring(binary: Buffer | undefined, armoured: Buffer | undefined): Promise<Problem[]> {
  return [
    ...(binary === undefined ? [missing(mirror.keyring, 'readers need it to check signatures')] : []),
    ...(armoured === undefined ? [missing(mirror.armouredKeyring, 'it is the keyring in text form')] : []),
    ...(binary === undefined ? [] : await checkKeys(binary)),
    ...(armoured === undefined ? [] : checkForms(binary, armoured)),
  ];
}

/**
 * The key of a keyring that the operator pinned. Only this one is accepted: otherwise a second key, added to the keyring,
 * could sign as well.
 * @throws BadFormat if it is not a keyring
 */
export async function pinnedKey(
  keyring: Buffer,
  fingerprint: string,
): Promise<{ key: KeyringKey | undefined; held: string[] }> {
  const keys = await keysOf(keyring);
  const wanted = fingerprint.replaceAll(' ', '').replace(/^0x/i, '').toUpperCase();
  return { key: keys.find((each) => each.fingerprint === wanted), held: keys.map((each) => each.fingerprint) };
}

async function checkKeys(binary: Buffer): Promise<Problem[]> {
  try {
    const secret = (await keysOf(binary)).filter((key) => key.secret);
    return secret.map(({ fingerprint }) => ({
      object: mirror.keyring,
      rule: 'secret-key',
      message: `it contains the private key of ${fingerprint}: remove it and rotate to a new key`,
    }));
  } catch (error) {
    if (!(error instanceof MirrorError) || error.name !== 'BadFormat') throw error;
    return [{ object: mirror.keyring, rule: 'keyring', message: error.message }];
  }
}

/** An armoured keyring has a checksum, which usually shows which of the two was changed. */
function checkForms(binary: Buffer | undefined, armoured: Buffer): Problem[] {
  const broken = armouredKeyringFault(armoured);
  if (broken !== undefined) return [{ object: mirror.armouredKeyring, rule: 'keyring', message: broken }];
  if (binary === undefined || keyringFault(binary, armoured) === undefined) return [];
  const message = `it does not match ${mirror.armouredKeyring}, which is intact: one of the two was changed`;
  return [{ object: mirror.keyring, rule: 'keyring', message }];
}
