import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { measureBytes } from './digest';
import { isUnwritable, putAt, readIfThere } from './durable';
import { GenerationFiles } from './generation-files';
import type { ObjectBytes } from './store';
import type { TemporaryFiles } from './temporary';

/** How a mutable object stands. */
export interface Current {
  /** Of the newest generation; -1 where nobody has ever replaced the object. */
  readonly number: number;
  /** What HTTP readers see, or undefined where there is no object. */
  readonly object: ObjectBytes | undefined;
  /** The visible file holds bytes that no generation ever held: something else wrote it. */
  readonly foreign: boolean;
}

/** Where a writer, or a reader that has just looked for the newest generation, can be stopped, for tests. */
export type Pause = (point: 'looked' | 'claimed' | 'placed') => Promise<void>;

/**
 * The mutable objects of a directory. Node has no flock, and lock files survive SIGKILL; so each change of a key is a
 * numbered file under `.store/generations/<encoded key>/`, claimed by link(2), which one process wins. The visible file
 * follows the newest generation; whoever comes next finishes the work of a writer that died in between. Old generations
 * lose their bytes but keep their names for ever: a freed number could be claimed again by a writer that was stalled,
 * and its update would be lost. Generation 0 is what lay there before the first change.
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

  /**
   * Makes the visible file equal to the newest generation if it is missing or holds an older generation's bytes.
   * Bytes that no generation held are left and returned as they are, so that `verify` sees what machines see.
   */
  async settle(key: string): Promise<Current> {
    for (;;) {
      const newest = await this.files.newest(key);
      await this.pause('looked');
      const visible = await readIfThere(this.visible(key));
      if (newest === undefined) return { number: -1, object: objectOf(visible), foreign: false };

      const { number, bytes } = newest;
      if (isSame(visible, bytes)) return { number, object: objectOf(bytes), foreign: false };

      const isOurs = visible === undefined || (await this.files.hasHeld(key, visible));
      if ((await this.files.newestNumber(key)) !== number) continue;
      if (!isOurs) return { number, object: objectOf(visible), foreign: true };
      if (!(await this.heal(key, bytes))) return { number, object: objectOf(bytes), foreign: false };
    }
  }

  /** Changes the object unless `allow` throws; asks it again each time that another writer came first. */
  async commit(key: string, bytes: Buffer | undefined, allow: (current: Current) => void): Promise<void> {
    for (;;) {
      const current = await this.settle(key);
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
    await this.place(key, next?.path);
    await this.pause('placed');
    await this.settle(key); // a slow writer has just hidden a newer generation
    await this.files.empty(key, number - 1);
    return true;
  }

  private place(key: string, file: string | undefined): Promise<void> {
    const visible = this.visible(key);
    return putAt(visible, () => (file === undefined ? rm(visible, { force: true }) : rename(file, visible)));
  }

  /** @returns false for a reader that may not or cannot write: the next writer does it */
  private async heal(key: string, bytes: Buffer | undefined): Promise<boolean> {
    try {
      await using next = bytes && (await this.temporaries.write(bytes));
      await this.place(key, next?.path);
      return true;
    } catch (error) {
      if (isUnwritable(error)) return false;
      throw error;
    }
  }

  private visible(key: string): string {
    return join(this.root, key);
  }
}

function isSame(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}

function objectOf(bytes: Buffer | undefined): ObjectBytes | undefined {
  return bytes && { bytes, tag: measureBytes(bytes).sha256 };
}
