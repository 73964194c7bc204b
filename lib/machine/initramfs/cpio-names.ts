import { MirrorError } from '../../errors';

/**
 * Reads the file names of concatenated cpio archives (newc format), as the kernel does, and skips the contents. Input comes
 * in pieces of any length. The format: 110 bytes of hexadecimal fields that begin with `070701`, the name, the content,
 * the last two padded to a multiple of four; an archive ends with an entry TRAILER!!!, and zeros may follow.
 * @see https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
 */
export class CpioNames {
  /** Number of bytes consumed so far. */
  offset = 0;
  #left: Buffer = Buffer.alloc(0);
  /** Remaining bytes of the current content. */
  #toSkip = 0;
  #entries = 0;
  #nameBytes = 0;
  #isBetween = true;

  constructor(
    private readonly source: string,
    private readonly take: (name: string) => void,
  ) {}

  /** @returns false if something other than a cpio archive follows, at {@link offset} @throws IncompleteInitrd */
  push(piece: Buffer): boolean {
    this.#left = this.#left.length === 0 ? piece : Buffer.concat([this.#left, piece]);
    for (;;) {
      this.#skip();
      if (this.#toSkip > 0) return true;
      if (this.#isBetween) this.#skipZeros();
      if (this.#left.length < headerLength) {
        // Too short to decide: more may follow, unless it already differs from the magic (a compressed archive).
        return this.#left.length === 0 || !this.#isBetween || magic.startsWith(this.#beginning());
      }
      if (!this.#isHeader()) {
        if (this.#isBetween) return false;
        throw this.#damaged('lacks an expected header');
      }
      if (!this.#entry()) return true;
    }
  }

  /** @throws IncompleteInitrd if there was no archive, or the last one is incomplete */
  end(): void {
    if (this.#entries === 0) throw this.#damaged('ends before any archive');
    if (!this.#isBetween || this.#toSkip > 0) throw this.#damaged('ends in the middle of an archive');
  }

  #skip(): void {
    const count = Math.min(this.#toSkip, this.#left.length);
    this.#drop(count);
    this.#toSkip -= count;
  }

  #skipZeros(): void {
    let count = 0;
    while (count < this.#left.length && this.#left[count] === 0) count += 1;
    this.#drop(count);
  }

  #beginning(): string {
    return this.#left.toString('latin1', 0, magic.length);
  }

  #isHeader(): boolean {
    return /^07070[12][0-9a-fA-F]{104}$/.test(this.#left.toString('latin1', 0, headerLength));
  }

  /** @returns whether the entry's name was complete */
  #entry(): boolean {
    const [mode, size, nameLength] = [this.#field(1), this.#field(6), this.#field(11)];
    const links = this.#field(4);
    if (nameLength < 2 || nameLength > longestName) throw this.#damaged(`has a name of ${nameLength} bytes`);
    const length = padded(headerLength + nameLength);
    if (this.#left.length < length) return false;
    const name = this.#left.toString('utf8', headerLength, headerLength + nameLength - 1);
    this.#drop(length);
    this.#isBetween = name === 'TRAILER!!!';
    this.#toSkip = padded(size);
    this.#entries += 1;
    this.#nameBytes += nameLength;
    if (this.#nameBytes > mostNameBytes) throw this.#damaged(`has names of more than ${mostNameBytes} bytes`);
    if (this.#entries > mostEntries) throw this.#damaged(`has more than ${mostEntries} entries`);
    if (!this.#isBetween && isOfUse(mode, size, links)) this.take(name);
    return true;
  }

  /** Fields have eight digits each. */
  #field(at: number): number {
    return Number.parseInt(this.#left.toString('latin1', magic.length + at * 8, magic.length + at * 8 + 8), 16);
  }

  #drop(count: number): void {
    this.#left = this.#left.subarray(count);
    this.offset += count;
  }

  #damaged(what: string): MirrorError {
    return new MirrorError('IncompleteInitrd', `the initrd ${this.source} ${what}, at byte ${this.offset}`, {
      hint: 'check the hooks of the image and its packages; one of them has damaged it',
    });
  }
}

const magic = '070701';
const headerLength = 110;
const longestName = 4096;
const mostEntries = 1_000_000;
/** Limits memory use; the names in a generic kernel's initrd have less than one megabyte. */
const mostNameBytes = 128 * 1024 * 1024;

/** Not a folder, and not a file left empty by a full disk. For hard links, the content comes with the last name. */
function isOfUse(mode: number, size: number, links: number): boolean {
  return (mode & 0o170000) !== 0o040000 && (size > 0 || links > 1);
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
