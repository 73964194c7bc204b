/* store/directory: a store in a directory. */

import { link, readFile, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { checkDigest, type Measured, measureBytes, measureFile } from '../digest';
import { hasCode, ifThere, nameDiskFull, putAt, readIfThere } from '../durable';
import { checkFolder, checkKey, checkPrefix, storeFolder } from '../key';
import type { Body, Listed, ObjectBytes, ObjectHead, Store, WriteOptions, Written } from '../store';
import { copyWhole } from './copy-whole';
import { checkCondition, checkOwn, checkSame, checkVisible, lostObject } from './directory-refusals';
import { exposeFolder } from './expose';
import { Generations, type Pause, type Standing } from './generations';
import { type Temporary, TemporaryFiles } from './temporary';
import { foldersIn, keysBelow, listingBelow, removeEmptyFolders } from './walk';

export interface DirectoryStoreOptions {
  /** For tests: called where another process could intervene. @default - does nothing */
  readonly pause?: Pause;
  /** For the age of temporary files from other hosts. @default - the clock */
  readonly now?: () => Date;
}

/**
 * A store in a directory, safe for any number of concurrent processes on one machine. Objects are files of mode 0644;
 * immutable ones appear atomically by link(2), mutable ones by numbered generations (generations.ts). Internal files are in
 * `.store`; a directory without it works as well. Reading changes nothing, and sees what HTTP readers see, whatever `.store` contains; `standing` reports differences.
 * A conditional `replace` completes the work of a killed writer. It refuses, with ChecksumMismatch, to replace a file that
 * was changed by anything except this store or was restored from a backup: a tampered index is never signed again, and a
 * restore is never silently undone. Tags are digests.
 */
export class DirectoryStore implements Store {
  readonly root: string;
  readonly name: string;
  private readonly temporaries: TemporaryFiles;
  private readonly generations: Generations;

  constructor(root: string, { pause = async () => {}, now = () => new Date() }: DirectoryStoreOptions = {}) {
    this.root = resolve(root);
    this.name = this.root;
    this.temporaries = new TemporaryFiles(join(this.root, storeFolder, 'tmp'), now);
    this.generations = new Generations(this.root, this.temporaries, pause);
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const measured = await ifThere(() => measureFile(this.pathOf(key)));
    return measured && { key, ...measured };
  }

  async read(key: string): Promise<ObjectBytes | undefined> {
    const bytes = await readIfThere(this.pathOf(key));
    return bytes && { bytes, tag: measureBytes(bytes).sha256 };
  }

  async readTo(key: string, file: string): Promise<void> {
    const path = this.pathOf(key);
    const there = await ifThere(() => stat(path));
    if (!there?.isFile()) throw lostObject(path);
    await nameDiskFull(file, () => copyWhole(path, file, there.size));
  }

  async *list(prefix: string): AsyncIterable<string> {
    checkPrefix(prefix);
    yield* keysBelow(this.root, prefix);
  }

  async folders(prefix: string): Promise<readonly string[]> {
    checkFolder(prefix);
    return foldersIn(this.root, prefix);
  }

  async listing(prefix: string): Promise<ReadonlyMap<string, Listed>> {
    checkPrefix(prefix);
    return listingBelow(this.root, prefix);
  }

  create(key: string, body: Body, { sha256 }: WriteOptions = {}): Promise<Written> {
    return this.writing(key, async (path) => {
      await using temporary = await this.temporaries.write(body);
      checkDigest(path, temporary, sha256);
      return await this.makeVisible(key, temporary); // the file must outlive the link
    });
  }

  replace(
    key: string,
    body: Buffer,
    { ifMatch, sha256 }: WriteOptions & { readonly ifMatch?: string | null },
  ): Promise<Written> {
    const measured = measureBytes(body);
    return this.writing(key, async (path) => {
      checkDigest(path, measured, sha256);
      await this.generations.commit(key, body, (current) => checkCondition(path, key, current, ifMatch));
      return written(measured);
    });
  }

  /**
   * Creates a hard link if the other store is a directory on the same file system, otherwise a copy; reads and checks it.
   * Changes in the other store do not affect this one: no store ever writes to a file that has a name.
   */
  adopt(
    key: string,
    from: Store,
    fromKey: string,
    { sha256 }: WriteOptions & { readonly sha256: string },
  ): Promise<Written> {
    return this.writing(key, async (path) => {
      await using temporary = await this.takeFrom(from, fromKey);
      checkDigest(path, temporary, sha256);
      return await this.makeVisible(key, temporary); // the file must outlive the link
    });
  }

  /** Also removes folders that become empty. */
  async remove(key: string): Promise<void> {
    await this.writing(key, async (path) => {
      if (!(await this.generations.has(key))) await ifThere(() => unlink(path));
      else if ((await this.generations.finish(key)).object) await this.generations.commit(key, undefined, () => {});
      await removeEmptyFolders(dirname(path), this.root);
    });
  }

  /**
   * The state of a mutable object, and the number of its newest generation; changes nothing.
   * @throws ChecksumMismatch if that generation is damaged
   */
  async standing(key: string): Promise<{ readonly standing: Standing; readonly number: number }> {
    checkKey(key);
    const { standing, number } = await this.generations.look(key);
    return { standing, number };
  }

  /** Checks, before any work, whether a conditional `replace` would be refused. @throws ChecksumMismatch */
  async requireOwn(key: string): Promise<void> {
    checkOwn(this.pathOf(key), key, await this.generations.look(key));
  }

  /** Completes the work of a killed writer, as the next conditional `replace` would. */
  async finish(key: string): Promise<void> {
    await this.writing(key, () => this.generations.finish(key));
  }

  /** What this store wrote last, even if other bytes are visible; undefined for an object that was never replaced. */
  newest = (key: string): Promise<Buffer | undefined> => this.generations.newest(key);

  /**
   * Replaces the visible bytes of a mutable object, even if they were restored from a backup.
   * @param tag of the visible bytes
   * @param body @default - the visible bytes, which are thereby kept
   * @throws PreconditionFailed if they are others in the meantime
   */
  async settleOnVisible(key: string, tag: string, body?: Buffer): Promise<void> {
    await this.writing(key, (path) =>
      this.generations.settleOnVisible(key, (now) => checkVisible(path, now, tag), body),
    );
  }

  /** @throws ForeignDirectory if `<view>/<folder>` is something else */
  async expose(view: string, folder: string): Promise<void> {
    checkKey(folder);
    await this.writing(`${view}/${folder}`, () => exposeFolder(this.root, view, folder));
  }

  private async writing<T>(key: string, work: (path: string) => Promise<T>): Promise<T> {
    const path = this.pathOf(key);
    return nameDiskFull(path, () => work(path));
  }

  private async takeFrom(from: Store, fromKey: string): Promise<Temporary> {
    const linked = from instanceof DirectoryStore ? await this.temporaries.link(from.pathOf(fromKey)) : undefined;
    return linked ?? (await this.temporaries.bring((path) => from.readTo(fromKey, path)));
  }

  private async makeVisible(key: string, temporary: Temporary): Promise<Written> {
    const path = this.pathOf(key);
    if (await this.generations.has(key)) {
      const bytes = await readFile(temporary.path);
      await this.generations.commit(key, bytes, ({ object }) =>
        checkSame(path, object?.tag ?? temporary.sha256, temporary),
      );
      return written(temporary);
    }
    try {
      await putAt(path, () => link(temporary.path, path));
    } catch (error) {
      if (!hasCode(error, 'EEXIST', 'ENOTDIR')) throw error;
      checkSame(path, (await ifThere(() => measureFile(path)))?.sha256, temporary);
    }
    return written(temporary);
  }

  private pathOf(key: string): string {
    checkKey(key);
    return join(this.root, key);
  }
}

function written({ size, sha256 }: Measured): Written {
  return { size, sha256, tag: sha256 };
}
