import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { measureBytes } from '../digest';
import { putAt, readIfThere } from '../durable';
import type { ObjectBytes } from '../store';
import { GenerationFiles } from './generation-files';
import type { TemporaryFiles } from './temporary';

/** How the visible file of a mutable object relates to the newest generation. */
export type Standing =
  /** They are equal, or the object was never replaced. */
  | 'settled'
  /** The newest is claimed but not yet visible: its writer is still running, or was killed. */
  | 'unfinished'
  /** Something removed the visible file. */
  | 'missing'
  /** Something restored the bytes of an older generation, for example from a backup. */
  | 'restored'
  /** It has bytes that no generation ever had. */
  | 'foreign';

/** The state of a mutable object. */
export interface Current {
  /** Of the newest generation; -1 if the object was never replaced. */
  readonly number: number;
  /** What HTTP readers see; undefined if the object does not exist. */
  readonly object: ObjectBytes | undefined;
  readonly standing: Standing;
}

/** Points at which tests can stop a process that reads or writes generations. */
export type Pause = (point: 'looked' | 'claimed' | 'placed') => Promise<void>;

/**
 * The mutable objects of a directory. Node has no flock, and lock files survive SIGKILL. Each change of a key is therefore a
 * numbered file under `.store/generations/<encoded key>/`, claimed by link(2), which only one process wins. The visible file
 * follows the newest generation. If a writer dies in between, the next writer, and only a writer, completes its work.
 * Old generations lose their bytes but keep their names forever: a stalled writer could claim a freed number again, and its
 * update would be lost. Generation 0 is the object before the first change.
 */
export class Generations {
  private readonly files: GenerationFiles;

  constructor(
    private readonly root: string,
    private readonly temporaries: TemporaryFiles,
    private readonly pause: Pause,
  ) {
    this.files = new GenerationFiles(root, temporaries);
  }

  async has(key: string): Promise<boolean> {
    return (await this.files.newestNumber(key)) !== undefined;
  }

  /** The state of the object; changes nothing. @throws ChecksumMismatch if the newest generation is damaged */
  async look(key: string): Promise<Current> {
    for (;;) {
      const newest = await this.files.newest(key);
      await this.pause('looked');
      const visible = await readIfThere(this.visible(key));
      const object = objectOf(visible);
      if (newest === undefined) return { number: -1, object, standing: 'settled' };

      const { number, bytes } = newest;
      const standing = isSame(visible, bytes) ? 'settled' : await this.standingOf(key, number, visible);
      if ((await this.files.newestNumber(key)) === number) return { number, object, standing };
    }
  }

  /** Like `look`, for writers: makes the newest generation visible if its writer did not, or if something removed it. */
  async finish(key: string): Promise<Current> {
    for (let looks = 1; ; looks++) {
      const current = await this.settle(key, ['unfinished', 'missing']);
      if (current.standing !== 'restored' || looks === 5) return current;
      await setTimeout(20); // an overtaken writer may have just hidden a newer generation, and will restore it
    }
  }

  /** Changes the object unless `allow` throws. Calls it again whenever another writer was faster. */
  async commit(key: string, bytes: Buffer | undefined, allow: (current: Current) => void): Promise<void> {
    for (;;) {
      const current = await this.finish(key);
      allow(current);
      if (current.number < 0) await this.files.claim(key, 0, current.object?.bytes);
      else if (await this.change(key, current.number + 1, bytes)) return;
    }
  }

  /**
   * Makes bytes the newest generation, whatever the visible ones are, unless `allow` throws.
   * @param bytes @default - the visible ones, if they are not yet
   */
  async settleOnVisible(key: string, allow: (current: Current) => void, bytes?: Buffer): Promise<void> {
    for (;;) {
      const current = await this.finish(key);
      allow(current);
      if (current.standing === 'settled' && bytes === undefined) return;
      if (await this.change(key, current.number + 1, bytes ?? current.object?.bytes)) return;
    }
  }

  /** The bytes of the newest generation, even if others are visible; undefined if the object was never replaced, or removed. */
  async newest(key: string): Promise<Buffer | undefined> {
    return (await this.files.newest(key))?.bytes;
  }

  private async change(key: string, number: number, bytes: Buffer | undefined): Promise<boolean> {
    // Written before the claim, so that a claimed generation can be placed even on a full disk.
    await using next = bytes && (await this.temporaries.write(bytes));
    if (!(await this.files.claim(key, number, bytes))) return false;
    await this.pause('claimed');
    // A writer that claimed the next one has placed this one before.
    if ((await this.files.newestNumber(key)) === number) await this.place(key, next?.path);
    await this.pause('placed');
    await this.settle(key, afterPlacing);
    await this.files.empty(key, number - 1);
    return true;
  }

  private async settle(key: string, mended: readonly Standing[]): Promise<Current> {
    for (let mend = mended; ; mend = afterPlacing) {
      const current = await this.look(key);
      if (!mend.includes(current.standing)) return current;
      const newest = await this.files.newest(key);
      if (newest === undefined) continue;
      await using next = newest.bytes && (await this.temporaries.write(newest.bytes));
      if ((await this.files.newestNumber(key)) === newest.number) await this.place(key, next?.path);
    }
  }

  private async standingOf(key: string, number: number, visible: Buffer | undefined): Promise<Standing> {
    if (await this.files.isUnfinished(key, number, visible, this.visible(key))) return 'unfinished';
    if (visible === undefined) return 'missing';
    return (await this.files.hasHeld(key, visible)) ? 'restored' : 'foreign';
  }

  private place(key: string, file: string | undefined): Promise<void> {
    const visible = this.visible(key);
    return putAt(visible, () => (file === undefined ? rm(visible, { force: true }) : rename(file, visible)));
  }

  private visible(key: string): string {
    return join(this.root, key);
  }
}

/** A writer that has just placed a generation may have hidden a newer one. */
const afterPlacing: readonly Standing[] = ['unfinished', 'missing', 'restored'];

function isSame(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}

function objectOf(bytes: Buffer | undefined): ObjectBytes | undefined {
  return bytes && { bytes, tag: measureBytes(bytes).sha256 };
}
