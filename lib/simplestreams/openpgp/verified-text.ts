import { MirrorError } from '../../errors';
import { type ClearsignedParts, partsOf, utf8 } from './split-clearsigned';

/** Verifies a clearsigned file with a binary keyring, and returns exactly the text that was signed. @throws BadSignature */
export type VerifyClearsigned = (clearsigned: Buffer, keyring: Buffer) => Promise<Buffer>;

/**
 * The only way to read a clearsigned text from others. It returns the verifier's output, never our own part of the file: gpgv
 * reports "Good signature" even if it read only the beginning of a long line. It refuses, in this order: long lines, anything
 * except one clearsigned text, what the verifier refuses, and a file that differs from the verifier's output.
 * @param keyring binary
 * @throws BadSignature; BadFormat if it is signed but not UTF-8
 */
export async function verifiedText(clearsigned: Buffer, keyring: Buffer, verify: VerifyClearsigned): Promise<string> {
  refuseLongLines(clearsigned);
  const { text } = wholeParts(clearsigned);
  const verified = await verify(clearsigned, keyring);
  if (!verified.equals(text))
    throw new MirrorError(
      'BadSignature',
      'the signature is not valid: it covers a different text than the file contains',
    );
  return utf8(verified);
}

function wholeParts(clearsigned: Buffer): ClearsignedParts {
  try {
    return partsOf(clearsigned);
  } catch (cause) {
    if (!(cause instanceof MirrorError) || cause.name !== 'BadFormat') throw cause;
    throw new MirrorError('BadSignature', `the signature is not valid: ${cause.message}`, { cause });
  }
}

/** @throws BadSignature for a line so long that a signature may cover only its beginning */
export function refuseLongLines(bytes: Buffer): void {
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    if (end - start > longestLineBytes) {
      throw new MirrorError(
        'BadSignature',
        `the signature is not valid: line ${line} is longer than gpgv reads, so not all of it is signed`,
      );
    }
    start = end + 1;
  }
}

/** gpgv truncates lines at 19 995 bytes (facts/simplestreams.md §9). */
export const longestLineBytes = 19_990;
