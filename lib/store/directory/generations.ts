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
  /** They are equal, or nobody has ever replaced the object. */
  | 'settled'
  /** The newest was claimed and not yet made visible: its writer is at it, or was killed. */
  | 'unfinished'
  /** Something removed the visible file. */
  | 'missing'
  /** Something put the bytes of an older generation back, such as a backup. */
  | 'restored'
  /** It has bytes that no generation ever had. */
  | 'foreign';

/** How a mutable object stands. */
export interface Current {
  /** Of the newest generation; -1 where nobody has ever replaced the object. */
  readonly number: number;
  /** What HTTP readers see, or undefined where there is no object. */
  readonly object: ObjectBytes | undefined;
  readonly standing: Standing;
}

/** Where a writer, or whoever has just looked for the newest generation, can be stopped, for tests. */
export type Pause = (point: 'looked' | 'claimed' | 'placed') => Promise<void>;

/**
 * The mutable objects of a directory. Node has no flock, and lock files survive SIGKILL; so each change of a key is a
 * numbered file under `.store/generations/<encoded key>/`, claimed by link(2), which one process wins. The visible file
 * follows the newest generation; the next writer finishes the work of one that died in between, and nobody else does.
 * Old generations lose their bytes but keep their names for ever: a freed number could be claimed again by a writer that
 * was stalled, and its update would be lost. Generation 0 is what was there before the first change.
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

  /** How the object stands; changes nothing. @throws ChecksumMismatch where the newest generation is damaged */
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

  /** Like `look`, for writers: makes the newest generation visible where its writer did not, or something removed it. */
  async finish(key: string): Promise<Current> {
    for (let looks = 1; ; looks++) {
      const current = await this.settle(key, ['unfinished', 'missing']);
      if (current.standing !== 'restored' || looks === 5) return current;
      await setTimeout(20); // a writer that was overtaken has perhaps just hidden a newer one, and brings it back
    }
  }

  /** Changes the object unless `allow` throws; asks it again each time that another writer came first. */
  async commit(key: string, bytes: Buffer | undefined, allow: (current: Current) => void): Promise<void> {
    for (;;) {
      const current = await this.finish(key);
      allow(current);
      if (current.number < 0) await this.files.claim(key, 0, current.object?.bytes);
      else if (await this.change(key, current.number + 1, bytes)) return;
    }
  }

  private async change(key: string, number: number, bytes: Buffer | undefined): Promise<boolean> {
    // Written before the claim: what is claimed can always be placed, the disk being full or not.
    await using next = bytes && (await this.temporaries.write(bytes));
    if (!(await this.files.claim(key, number, bytes))) return false;
    await this.pause('claimed');
    // Whoever claimed the next one has placed this one before.
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

/** Whoever has just placed a generation may have hidden a newer one. */
const afterPlacing: readonly Standing[] = ['unfinished', 'missing', 'restored'];

function isSame(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}

function objectOf(bytes: Buffer | undefined): ObjectBytes | undefined {
  return bytes && { bytes, tag: measureBytes(bytes).sha256 };
}
