import { MirrorError } from '../../errors';

/**
 * Reads the names of the files in archives of cpio's newc format, one behind the other, as the kernel does; contents are passed over.
 * They arrive in pieces of any length. The format: 110 bytes of hexadecimal fields behind `070701`, the name, the content,
 * the two last filled up to a multiple of four; an archive ends with an entry TRAILER!!!, and zeros may follow.
 * @see https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
 */
export class CpioNames {
  /** Bytes that were read, except those that {@link push} left. */
  offset = 0;
  #left: Buffer = Buffer.alloc(0);
  /** Bytes of a content that are still to come. */
  #toSkip = 0;
  #entries = 0;
  #nameBytes = 0;
  #isBetween = true;

  constructor(
    private readonly source: string,
    private readonly take: (name: string) => void,
  ) {}

  /** @returns false where something follows that is no cpio archive, at {@link offset} @throws IncompleteInitrd */
  push(piece: Buffer): boolean {
    this.#left = this.#left.length === 0 ? piece : Buffer.concat([this.#left, piece]);
    for (;;) {
      this.#skip();
      if (this.#toSkip > 0) return true;
      if (this.#isBetween) this.#skipZeros();
      if (this.#left.length < headerLength) {
        // A short end is for those to judge who know whether more comes; a compressed archive has another beginning.
        return this.#left.length === 0 || !this.#isBetween || magic.startsWith(this.#beginning());
      }
      if (!this.#isHeader()) {
        if (this.#isBetween) return false;
        throw this.#damaged('has no header where one is due');
      }
      if (!this.#entry()) return true;
    }
  }

  /** @throws IncompleteInitrd where there is no archive, or one has no end */
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

  /** @returns whether all of the entry's name was there */
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
      hint: 'a hook of the image or of a package has damaged it',
    });
  }
}

const magic = '070701';
const headerLength = 110;
const longestName = 4096;
const mostEntries = 1_000_000;
/** Whoever reads them keeps them; those of a generic kernel's initrd have less than one megabyte. */
const mostNameBytes = 128 * 1024 * 1024;

/** No folder, and no file that a full disk has left empty; of one with several names the content comes with the last. */
function isOfUse(mode: number, size: number, links: number): boolean {
  return (mode & 0o170000) !== 0o040000 && (size > 0 || links > 1);
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
