import { MirrorError } from '../../errors';
import { dearmour } from './armour';

/** The parts of a clearsigned file. */
export interface SplitClearsigned {
  readonly text: string;
  /** OpenPGP packets. */
  readonly signature: Buffer;
  /** The hashes in its header: `SHA512`. */
  readonly hashes: readonly string[];
}

/** The same, with the text as the bytes that `gpgv --output` returns. */
export type ClearsignedParts = Omit<SplitClearsigned, 'text'> & { readonly text: Buffer };

/** Splits a clearsigned file from anyone; no other text may precede or follow it. @throws BadFormat */
export function splitClearsigned(file: Buffer): SplitClearsigned {
  const { text, ...parts } = partsOf(file);
  return { ...parts, text: utf8(text) };
}

/**
 * The parts of a clearsigned file. The text is the same as from gpgv: without dash escapes, without blanks at line ends, which
 * no signature covers, and with CRLF where the file has it. Byte by byte, because the file may come from anyone and may be
 * large.
 * @throws BadFormat for anything except one clearsigned text: gpgv accepts more, which attacks have used
 */
export function partsOf(file: Buffer): ClearsignedParts {
  if (file.includes(0)) throw badFormat('it contains a NUL byte');
  const { hashes, end } = headerOf(file);
  const text = Buffer.allocUnsafe(file.length - end);
  let length = 0;
  for (let at = end; ; ) {
    const newline = file.indexOf(lf, at);
    if (newline === -1) throw badFormat('it has no signature');
    if (file[at] === dash && file[at + 1] !== space) {
      if (lineAt(file, at) !== signatureBegins) throw badFormat('a line begins with a dash that is not escaped');
      return { text: text.subarray(0, length), signature: dearmour('SIGNATURE', armourAt(file, at)), hashes };
    }
    const start = file[at] === dash ? at + 2 : at;
    let stop = newline;
    while (stop > start && isBlank(file[stop - 1])) stop--;
    length += file.copy(text, length, start, stop);
    if (newline > at && file[newline - 1] === cr) text[length++] = cr;
    text[length++] = lf;
    at = newline + 1;
  }
}

/** The text of a verified file, for parsing JSON. @throws BadFormat */
export function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new MirrorError('BadFormat', 'it is not UTF-8', { cause });
  }
}

const [lf, cr, space, tab, dash] = [0x0a, 0x0d, 0x20, 0x09, 0x2d];
const signatureBegins = '-----BEGIN PGP SIGNATURE-----';
const isBlank = (byte: number | undefined) => byte === space || byte === tab || byte === cr;

/** The hashes that gpgv accepts, by their full names: gpgv itself would also accept `SHA5`. */
const hashLine = /^Hash: SHA(?:224|256|384|512)(?:, ?SHA(?:224|256|384|512)){0,3}$/;

function headerOf(file: Buffer): { hashes: string[]; end: number } {
  const hashes: string[] = [];
  let at = 0;
  for (let line = 0; ; line++) {
    const text = lineAt(file, at);
    at = file.indexOf(lf, at) + 1;
    if (line === 0 && text === '-----BEGIN PGP SIGNED MESSAGE-----') continue;
    if (line > 1 && text === '') return { hashes, end: at };
    if (line === 0 || text === undefined || !hashLine.test(text)) {
      throw badFormat('it does not begin with the header of a clearsigned text and a Hash line');
    }
    hashes.push(...text.slice('Hash: '.length).split(/, ?/));
  }
}

/** A short line without its line end; undefined if it is long or has no line end. */
function lineAt(file: Buffer, at: number): string | undefined {
  const newline = file.indexOf(lf, at);
  if (newline === -1 || newline - at > 100) return undefined;
  return file.toString('latin1', at, file[newline - 1] === cr && newline > at ? newline - 1 : newline);
}

/** The rest of a file, from the beginning of its armoured signature. */
function armourAt(file: Buffer, at: number): string {
  if (file.length - at > longestSignature) throw badFormat('its signature is too long');
  return file.toString('latin1', at).replaceAll('\r\n', '\n');
}

/** Bytes: enough for dozens of signatures. */
const longestSignature = 256 * 1024;

function badFormat(message: string): MirrorError {
  return new MirrorError('BadFormat', message);
}
