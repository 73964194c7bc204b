import { link, readdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MirrorError } from '../../errors';
import { measureBytes } from '../digest';
import { hasCode, ifThere, isUnwritable, putAt, readIfThere } from '../durable';
import { storeFolder } from '../key';
import { bytesOf, type Generation, parseGeneration, supersededBytes } from './generation-file';
import type { TemporaryFiles } from './temporary';

/** The numbered files of each mutable key: `.store/generations/<encoded key>/<number>`. */
export class GenerationFiles {
  constructor(
    private readonly root: string,
    private readonly temporaries: TemporaryFiles,
  ) {}

  /** @returns false if another process has claimed the number */
  async claim(key: string, number: number, bytes: Buffer | undefined): Promise<boolean> {
    const path = this.path(key, number);
    await using generation = await this.temporaries.write(bytesOf(bytes));
    try {
      await putAt(path, () => link(generation.path, path));
      return true;
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      throw error;
    }
  }

  /** Deletes the bytes of a superseded generation. Replaces the file, because hard links made by `cp -al` must keep theirs. */
  async empty(key: string, number: number): Promise<void> {
    const generation = await this.open(key, number);
    if (generation === undefined) return;
    try {
      await using emptied = await this.temporaries.write(supersededBytes(generation));
      await rename(emptied.path, this.path(key, number));
    } catch (error) {
      // The change itself is complete; on a full disk the old bytes stay for now.
      if (!isUnwritable(error)) throw error;
    }
  }

  async newest(key: string): Promise<(Generation & { readonly number: number }) | undefined> {
    for (let before: number | undefined; ; ) {
      const number = await this.newestNumber(key);
      if (number === undefined) return undefined;

      const generation = await this.open(key, number);
      if (generation?.isWhole) return { ...generation, number };
      if (number === before) throw this.damaged(key, number);
      before = number; // if it was emptied in the meantime, a newer one exists
    }
  }

  async newestNumber(key: string): Promise<number | undefined> {
    const numbers = await this.numbers(key);
    return numbers.length === 0 ? undefined : Math.max(...numbers);
  }

  /** Whether any generation, including superseded ones, had these bytes. */
  async hasHeld(key: string, visible: Buffer): Promise<boolean> {
    const { sha256 } = measureBytes(visible);
    for (const number of await this.numbers(key)) {
      if ((await this.open(key, number))?.sha256 === sha256) return true;
    }
    return false;
  }

  /**
   * Whether a generation was claimed but never made visible: the visible file is the previous generation, which still has its
   * bytes, and was placed before the claim. A file restored from a backup is newer than the claim.
   * @param visible bytes of the visible file at `path`
   */
  async isUnfinished(key: string, number: number, visible: Buffer | undefined, path: string): Promise<boolean> {
    const before = await this.open(key, number - 1);
    if (!before?.isWhole || before.sha256 !== (visible && measureBytes(visible).sha256)) return false;
    const [placed, claimed] = [await changedAt(path), await changedAt(this.path(key, number))];
    return placed === undefined || claimed === undefined || placed <= claimed;
  }

  private async open(key: string, number: number): Promise<Generation | undefined> {
    const bytes = await readIfThere(this.path(key, number));
    return bytes && parseGeneration(bytes);
  }

  private async numbers(key: string): Promise<number[]> {
    try {
      return (await readdir(this.folder(key))).filter((name) => /^\d+$/.test(name)).map(Number);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return [];
      throw error;
    }
  }

  private damaged(key: string, number: number): MirrorError {
    const path = this.path(key, number);
    return new MirrorError('ChecksumMismatch', `${path} does not match the sha256 in its first line`, {
      hint: `the disk or another tool changed it; if \`maas-mirror verify\` reports no problem with ${join(this.root, key)}, remove ${dirname(path)}`,
    });
  }

  private path(key: string, number: number): string {
    return join(this.folder(key), String(number));
  }

  private folder(key: string): string {
    return join(this.root, storeFolder, 'generations', encodeURIComponent(key));
  }
}

/** When the inode was changed, in nanoseconds. Programs cannot set this time. */
function changedAt(path: string): Promise<bigint | undefined> {
  return ifThere(async () => (await stat(path, { bigint: true })).ctimeNs);
}
