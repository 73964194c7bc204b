import { MirrorError } from '../../errors';
import { type ClearsignedParts, partsOf, utf8 } from './split-clearsigned';

/** Checks a clearsigned file by a binary keyring, and gives back the very text that was signed. @throws BadSignature */
export type VerifyClearsigned = (clearsigned: Buffer, keyring: Buffer) => Promise<Buffer>;

/**
 * The one way to a clearsigned text of others. What comes back is what the verifier gave out, never our own cut of the
 * file: gpgv says "Good signature" of a file with a line of which it has read only the beginning. Such lines are refused
 * before anything else; then what is not exactly one clearsigned text; then what the verifier refuses; and then a file
 * of which the verifier has read something else than is in it.
 * @param keyring binary
 * @throws BadSignature; BadFormat where it is signed, and no UTF-8
 */
export async function verifiedText(clearsigned: Buffer, keyring: Buffer, verify: VerifyClearsigned): Promise<string> {
  refuseLongLines(clearsigned);
  const { text } = wholeParts(clearsigned);
  const verified = await verify(clearsigned, keyring);
  if (!verified.equals(text))
    throw new MirrorError('BadSignature', 'the signature does not hold: it is of another text than is in the file');
  return utf8(verified);
}

function wholeParts(clearsigned: Buffer): ClearsignedParts {
  try {
    return partsOf(clearsigned);
  } catch (cause) {
    if (!(cause instanceof MirrorError) || cause.name !== 'BadFormat') throw cause;
    throw new MirrorError('BadSignature', `the signature does not hold: ${cause.message}`, { cause });
  }
}

/** @throws BadSignature for a line of which a signature may cover only the beginning */
export function refuseLongLines(bytes: Buffer): void {
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    if (end - start > longestLineBytes) {
      throw new MirrorError(
        'BadSignature',
        `the signature does not hold: line ${line} is longer than gpgv reads, so not all of it is signed`,
      );
    }
    start = end + 1;
  }
}

/** gpgv cuts a line at 19 995 bytes (facts/simplestreams.md §9). */
export const longestLineBytes = 19_990;
