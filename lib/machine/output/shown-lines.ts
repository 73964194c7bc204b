import { foreignLine, longestLine } from './printable';

/**
 * Splits the output of a foreign program into lines that are safe to print, as it arrives. Keeps only the printed part
 * of an overlong line.
 */
export class ShownLines {
  #pieces: Buffer[] = [];
  #kept = 0;
  #isCut = false;

  /** @returns the complete lines, with their line ends */
  *push(chunk: Uint8Array): Generator<string> {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(newline, from);
      this.#keep(chunk.subarray(from, end === -1 ? chunk.length : end));
      if (end === -1) return;
      yield this.#line();
      from = end + 1;
    }
  }

  /** @returns the last line if it has no line end */
  *end(): Generator<string> {
    if (this.#kept > 0) yield this.#line();
  }

  #keep(part: Uint8Array): void {
    const room = longestLine - this.#kept;
    if (part.length > room) this.#isCut = true;
    if (room === 0 || part.length === 0) return;
    const kept = Buffer.from(part.subarray(0, room)); // a copy, because the chunk may be large
    this.#pieces.push(kept);
    this.#kept += kept.length;
  }

  #line(): string {
    const text = Buffer.concat(this.#pieces).toString('utf8');
    const shown = this.#isCut
      ? `${shortened(foreignLine(beforePassword(text)))}${cutMark}`
      : shortened(foreignLine(text));
    this.#pieces = [];
    this.#kept = 0;
    this.#isCut = false;
    return `${shown}\n`;
  }
}

const newline = 0x0a;

const cutMark = ' […]';

/** An invalid byte becomes a replacement character of three bytes. */
function shortened(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= longestLine) return text;
  return bytes
    .subarray(0, longestLine)
    .toString('utf8')
    .replace(/\ufffd$/, '');
}

/** A password is recognised by the @ after it, which may have been cut off. */
function beforePassword(text: string): string {
  const address = text.lastIndexOf('://');
  return address === -1 || /[\s/"]/.test(text.slice(address + 3)) ? text : text.slice(0, address);
}
