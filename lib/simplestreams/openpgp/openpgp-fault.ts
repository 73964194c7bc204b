import * as openpgp from 'openpgp';
import { clearsignedFault } from './signed-text';

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
  // null: ignore the current time, as gpgv does
  const { signatures } = await openpgp.verify({ message, verificationKeys, date: null });
  const [verified] = await Promise.allSettled(signatures.map((signature) => signature.verified));
  if (verified?.status === 'fulfilled') return undefined;
  return verified === undefined ? 'it has no signature' : String(verified.reason);
}
