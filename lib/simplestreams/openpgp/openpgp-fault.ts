import * as openpgp from 'openpgp';
import { clearsignedFault } from './signed-text';

/**
 * Why a clearsigned file is not, byte for byte, what a signer of ours wrote with a key of this keyring, or undefined.
 * In process, for where there is no gpgv: a Lambda function.
 * @param keyring binary
 */
export async function openpgpFault(clearsigned: Buffer, keyring: Buffer): Promise<string | undefined> {
  const fault = clearsignedFault(clearsigned);
  if (fault !== undefined) return fault;
  const message = await openpgp.readCleartextMessage({ cleartextMessage: clearsigned.toString() });
  const verificationKeys = await openpgp.readKeys({ binaryKeys: keyring });
  // null: whatever the time is, as gpgv does
  const { signatures } = await openpgp.verify({ message, verificationKeys, date: null });
  const [verified] = await Promise.allSettled(signatures.map((signature) => signature.verified));
  if (verified?.status === 'fulfilled') return undefined;
  return verified === undefined ? 'there is no signature in it' : String(verified.reason);
}
