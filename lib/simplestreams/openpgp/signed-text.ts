/* simplestreams/openpgp: signed text, keys and signers. */

import { MirrorError } from '../../errors';
import { armour, dearmour, isArmourOf } from './armour';
import { signaturePacketFault, signatureType } from './signature-packet';
import { splitClearsigned } from './split-clearsigned';

/**
 * gpgv does not notice about one in twenty changed bytes of a signed file: in the armour, in the checksum, in unsigned parts of
 * the packet. The functions that end in Fault do: a file is ours only if rewriting it from its parsed content gives the same
 * bytes. They do not check who signed it, which gpgv does. Files signed by others (Canonical) need not have this form.
 */

/** A clearsigned file, from a text and its binary signature. The signature does not cover the last newline. */
export function clearsigned(text: string, signature: Buffer): string {
  return opening + bodyOf(text) + armour('SIGNATURE', signature);
}

/** The bytes that the signature of a clearsigned text covers: CRLF line ends, without the last one. */
export function clearsignedBytes(text: string): Buffer {
  return withCrlf(Buffer.from(signableText(text).slice(0, -1)));
}

/** Byte by byte: replacing a million line ends in a string needs several times its size in memory. */
function withCrlf(bytes: Buffer): Buffer {
  let ends = 0;
  for (const byte of bytes) if (byte === newline) ends += 1;
  const result = Buffer.allocUnsafe(bytes.length + ends);
  let at = 0;
  for (const byte of bytes) {
    if (byte === newline) result[at++] = carriageReturn;
    result[at++] = byte;
  }
  return result;
}

const newline = 0x0a;
const carriageReturn = 0x0d;

/** Why a clearsigned file is not exactly what our signers write for its text; or undefined. */
export function clearsignedFault(bytes: Buffer): string | undefined {
  return faultOf(() => {
    const { text, signature } = splitClearsigned(bytes);
    const fault = signaturePacketFault(signature, signatureType.text, clearsignedBytes(text));
    if (fault !== undefined) return fault;
    const front = Buffer.from(opening + bodyOf(text));
    const rewritten = bytes.subarray(0, front.length).equals(front);
    const back = bytes.subarray(front.length).toString('latin1');
    return rewritten && isArmourOf('SIGNATURE', signature, back) ? undefined : notAsWritten;
  });
}

/** Why an armoured detached signature is not exactly what our signers write for these bytes; or undefined. */
export function detachedFault(bytes: Buffer, signed: Buffer): string | undefined {
  return faultOf(() => {
    const signature = dearmour('SIGNATURE', bytes.toString('latin1'));
    const fault = signaturePacketFault(signature, signatureType.binary, signed);
    if (fault !== undefined) return fault;
    return isArmourOf('SIGNATURE', signature, bytes.toString('latin1')) ? undefined : notAsWritten;
  });
}

/** Why a binary and an armoured keyring differ; or undefined. */
export function keyringFault(binary: Buffer, armoured: Buffer): string | undefined {
  const same = isArmourOf('PUBLIC KEY BLOCK', binary, armoured.toString('latin1'));
  return same ? undefined : 'the armoured keyring does not match the binary one';
}

/**
 * Returns the text, if every reader of a clearsigned file will get it back unchanged.
 * @throws BadFormat for white space at the end of a line (not signed), a carriage return, a line that gpgv truncates, or an end
 * that is not exactly one newline
 */
export function signableText(text: string): string {
  if (!text.endsWith('\n')) throw badFormat('the text to sign does not end with a newline');
  // Without splitting into lines: documents have a million.
  for (let start = 0, at = 1; start < text.length; at++) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end);
    if (/[ \t\r]$/.test(line) || line.includes('\r'))
      throw badFormat(`line ${at} has trailing white space or a carriage return`);
    if (Buffer.byteLength(line) > longestLineBytes) throw badFormat(`line ${at} is longer than gpgv reads`);
    start = end + 1;
  }
  if (text === '\n' || text.endsWith('\n\n')) throw badFormat('the text to sign ends with an empty line');
  return text;
}

const opening = '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n';
const notAsWritten = 'it does not have the exact form that maas-mirror writes';
/** gpg silently truncates lines at 19 995 bytes. */
const longestLineBytes = 19_000;

function bodyOf(text: string): string {
  return signableText(text).replace(/(?<![^\n])-/g, '- -');
}

function badFormat(message: string): MirrorError {
  return new MirrorError('BadFormat', message);
}

function faultOf(look: () => string | undefined): string | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'BadFormat') return error.message;
    throw error;
  }
}
