/* simplestreams/openpgp: signed text, keys and signers. */

import { MirrorError } from '../../errors';
import { armour, dearmour, isArmourOf } from './armour';
import { signaturePacketFault, signatureType } from './signature-packet';
import { splitClearsigned } from './split-clearsigned';

/**
 * gpgv lets about one in twenty changed bytes of a signed file pass: in the armour, in the checksum, in parts of the
 * packet that are not signed. The functions that end in Fault find them: a file is ours only if writing it again from
 * what it says gives the same bytes. They say nothing about who signed: that is gpgv's part. Files that others signed
 * (Canonical's) need not have this form.
 */

/** A clearsigned file of a text and its binary signature. The text's last newline is not part of what is signed. */
export function clearsigned(text: string, signature: Buffer): string {
  return opening + bodyOf(text) + armour('SIGNATURE', signature);
}

/** The bytes that the signature of a clearsigned text is made over: CRLF line ends, none at the end. */
export function clearsignedBytes(text: string): Buffer {
  return withCrlf(Buffer.from(signableText(text).slice(0, -1)));
}

/** By the byte: replacing a million line ends of a string takes several times its size. */
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

/** Why a clearsigned file is not the one that our signers write for its text, or undefined. */
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

/** Why an armoured detached signature is not the one that our signers write for these bytes, or undefined. */
export function detachedFault(bytes: Buffer, signed: Buffer): string | undefined {
  return faultOf(() => {
    const signature = dearmour('SIGNATURE', bytes.toString('latin1'));
    const fault = signaturePacketFault(signature, signatureType.binary, signed);
    if (fault !== undefined) return fault;
    return isArmourOf('SIGNATURE', signature, bytes.toString('latin1')) ? undefined : notAsWritten;
  });
}

/** Why two forms of a public keyring, for gpgv and for people, are not one and the same, or undefined. */
export function keyringFault(binary: Buffer, armoured: Buffer): string | undefined {
  const same = isArmourOf('PUBLIC KEY BLOCK', binary, armoured.toString('latin1'));
  return same ? undefined : 'the armoured keyring is not the armour of the binary one';
}

/**
 * Gives a text back that every reader gets out of a clearsigned file as it went in.
 * @throws BadFormat for blanks at a line's end (not signed), a carriage return, a line that gpgv cuts off, and where
 * the end is not exactly one newline
 */
export function signableText(text: string): string {
  if (!text.endsWith('\n')) throw badFormat('the text to sign does not end with a newline');
  // Line by line without a list of them: documents have a million.
  for (let start = 0, at = 1; start < text.length; at++) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end);
    if (/[ \t\r]$/.test(line) || line.includes('\r')) throw badFormat(`line ${at} has blanks at its end or a CR`);
    if (Buffer.byteLength(line) > longestLineBytes) throw badFormat(`line ${at} is longer than gpgv reads`);
    start = end + 1;
  }
  if (text === '\n' || text.endsWith('\n\n')) throw badFormat('the text to sign ends with an empty line');
  return text;
}

const opening = '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n';
const notAsWritten = 'it is not written as our signers write it';
/** gpg cuts lines at 19 995 bytes without a word. */
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
