import * as openpgp from 'openpgp';
import { dearmour } from './armour';
import { clearsignedFault, detachedFault } from './signed-text';

/**
 * Why a clearsigned file is not, byte for byte, what one of our signers writes with a key of this keyring; or undefined.
 * In process, for Lambda functions, which have no gpgv.
 * @param keyring binary
 */
export async function openpgpFault(clearsigned: Buffer, keyring: Buffer): Promise<string | undefined> {
  const fault = clearsignedFault(clearsigned);
  if (fault !== undefined) return fault;
  const message = await openpgp.readCleartextMessage({ cleartextMessage: clearsigned.toString() });
  const verificationKeys = await openpgp.readKeys({ binaryKeys: keyring });
  const { signatures } = await openpgp.verify({ message, verificationKeys, date: anyTime });
  return faultIn(signatures);
}

/** The same for an armoured signature over other bytes. */
export async function detachedOpenpgpFault(
  detached: Buffer,
  signed: Buffer,
  keyring: Buffer,
): Promise<string | undefined> {
  const fault = detachedFault(detached, signed);
  if (fault !== undefined) return fault;
  const message = await openpgp.createMessage({ binary: signed });
  const signature = await openpgp.readSignature({
    binarySignature: dearmour('SIGNATURE', detached.toString('latin1')),
  });
  const verificationKeys = await openpgp.readKeys({ binaryKeys: keyring });
  const { signatures } = await openpgp.verify({ message, signature, verificationKeys, date: anyTime });
  return faultIn(signatures);
}

/** Ignores the current time, as gpgv does. */
const anyTime = null;

async function faultIn(signatures: readonly { readonly verified: Promise<true> }[]): Promise<string | undefined> {
  const [verified] = await Promise.allSettled(signatures.map((signature) => signature.verified));
  if (verified?.status === 'fulfilled') return undefined;
  return verified === undefined ? 'it has no signature' : String(verified.reason);
}
