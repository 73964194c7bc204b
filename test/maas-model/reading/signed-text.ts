import * as openpgp from 'openpgp';
import { StreamFault } from './stream';

const beginning = '-----BEGIN PGP SIGNED MESSAGE-----';
const signature = '-----BEGIN PGP SIGNATURE-----';

/**
 * The JSON of a clearsigned file, as MAAS takes it: the signature of the whole file must be valid, and then the text is what is
 * between the first brace and the signature. Dash escapes stay in it.
 * @param keyring binary, as MAAS needs it
 */
export async function readSigned(bytes: Buffer, keyring: Buffer, url: string): Promise<unknown> {
  const text = bytes.toString();
  await verify(text, keyring).catch((cause: unknown) => {
    throw new StreamFault(`${url}: bad signature: ${(cause as Error).message}`, { cause });
  });
  const json = text.startsWith(beginning) ? text.slice(text.indexOf('{'), text.indexOf(signature)) : text;
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new StreamFault(`${url}: not a valid JSON file`, { cause });
  }
}

async function verify(text: string, keyring: Buffer): Promise<void> {
  const message = await openpgp.readCleartextMessage({ cleartextMessage: text });
  const verificationKeys = await openpgp.readKeys({ binaryKeys: keyring });
  // null: gpgv accepts signatures from the future, which a turned clock makes.
  const { signatures } = await openpgp.verify({ message, verificationKeys, date: null });
  if (signatures.length === 0) throw new Error('it has none');
  for (const { verified } of signatures) await verified;
}
