import { foreignLine, longestLine } from './printable';

/**
 * Makes lines that may be shown of what a foreign program prints, as it prints it. Of a line that does not end, no more
 * is kept than is shown.
 */
export class ShownLines {
  #pieces: Buffer[] = [];
  #kept = 0;
  #isCut = false;

  /** @returns the lines that are complete now, each with its end */
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

  /** @returns the last line, where the program has not ended it */
  *end(): Generator<string> {
    if (this.#kept > 0) yield this.#line();
  }

  #keep(part: Uint8Array): void {
    const room = longestLine - this.#kept;
    if (part.length > room) this.#isCut = true;
    if (room === 0 || part.length === 0) return;
    const kept = Buffer.from(part.subarray(0, room)); // a copy: the chunk it comes from may be large
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

/** What is not UTF-8 takes three bytes where it had one. */
function shortened(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= longestLine) return text;
  return bytes
    .subarray(0, longestLine)
    .toString('utf8')
    .replace(/\ufffd$/, '');
}

/** A password is known by the @ after it, which may be in what was cut off. */
function beforePassword(text: string): string {
  const address = text.lastIndexOf('://');
  return address === -1 || /[\s/"]/.test(text.slice(address + 3)) ? text : text.slice(0, address);
}
