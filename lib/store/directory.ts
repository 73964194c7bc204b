import { link, readFile, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { MirrorError } from '../errors';
import { copyWhole } from './copy-whole';
import { checkDigest, type Measured, measureBytes, measureFile } from './digest';
import { hasCode, ifThere, nameDiskFull, putAt } from './durable';
import { exposeFolder } from './expose';
import { type Current, Generations, type Pause } from './generations';
import { checkKey, checkPrefix, storeFolder } from './key';
import type { Body, ObjectBytes, ObjectHead, Store, WriteOptions, Written } from './store';
import { type Temporary, TemporaryFiles } from './temporary';
import { keysBelow } from './walk';

export interface DirectoryStoreOptions {
  /** Called where another process could come between; for tests. @default - nothing happens */
  readonly pause?: Pause;
  /** For the age of temporary files that other hosts left. @default - the clock */
  readonly now?: () => Date;
}

/**
 * A store in a directory, safe for any number of processes on one machine at once. Objects are files of mode 0644,
 * immutable ones made whole by link(2), mutable ones by numbered generations (generations.ts). Its own things lie below
 * `.store`; a tree without it, made by another tool or copied, is as good.
 *
 * `read` of a mutable object brings a missing or outdated visible file up to date first, where it may write; a file that
 * was changed by anything but this store is returned as it is, and a conditional `replace` on top of it is refused with
 * ChecksumMismatch, so that a tampered index is seen by `verify` and never signed again. Digests are tags.
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

  /** Reads the whole object. */
  async head(key: string): Promise<ObjectHead | undefined> {
    await this.bringUpToDate(key);
    const measured = await ifThere(() => measureFile(this.pathOf(key)));
    return measured && { key, ...measured };
  }

  async read(key: string): Promise<ObjectBytes | undefined> {
    checkKey(key);
    return (await this.generations.settle(key)).object;
  }

  async readTo(key: string, file: string): Promise<void> {
    await this.bringUpToDate(key);
    const path = this.pathOf(key);
    const there = await ifThere(() => stat(path));
    if (!there?.isFile()) throw new MirrorError('NoSuchObject', `${path} does not exist`, { hint: lostHint });

    await nameDiskFull(file, () => copyWhole(path, file, there.size));
  }

  async *list(prefix: string): AsyncIterable<string> {
    checkPrefix(prefix);
    yield* keysBelow(this.root, prefix);
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
    return this.writing(key, async (path) => {
      const measured = measureBytes(body);
      checkDigest(path, measured, sha256);
      await this.generations.commit(key, body, (current) => checkCondition(path, current, ifMatch));
      return written(measured);
    });
  }

  /**
   * From a directory of the same file system the file gets a second name, else it is copied; both are read and checked.
   * The other store can replace or remove its object afterwards without touching this one: no store ever writes into
   * a file that has a name. Only something that opens the other file for writing by itself changes both.
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

  /** Takes the folders along that become empty. */
  async remove(key: string): Promise<void> {
    await this.writing(key, async (path) => {
      if (!(await this.generations.has(key))) await ifThere(() => unlink(path));
      else if ((await this.generations.settle(key)).object) await this.generations.commit(key, undefined, () => {});
      await removeEmptyFolders(dirname(path), this.root);
    });
  }

  /** @throws ForeignDirectory where `<view>/<folder>` is something else */
  async expose(view: string, folder: string): Promise<void> {
    checkKey(folder);
    await this.writing(`${view}/${folder}`, () => exposeFolder(this.root, view, folder));
  }

  private async writing<T>(key: string, work: (path: string) => Promise<T>): Promise<T> {
    const path = this.pathOf(key);
    return nameDiskFull(path, () => work(path));
  }

  private async bringUpToDate(key: string): Promise<void> {
    checkKey(key);
    if (await this.generations.has(key)) await this.generations.settle(key);
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

const lostHint = 'maas-mirror verify tells what else is missing; a run that has expired must be built again';

function checkSame(path: string, there: string | undefined, { sha256 }: Measured): void {
  if (there === sha256) return;
  const what = there === undefined ? 'a folder, or lies below a file' : `there with sha256 ${there}`;
  throw new MirrorError('ObjectExists', `${path} is already ${what}; to be written was sha256 ${sha256}`, {
    hint: 'objects are never changed; build a new version instead',
  });
}

function checkCondition(path: string, { object, foreign }: Current, ifMatch: string | null | undefined): void {
  if (ifMatch === undefined) return;
  const tag = object?.tag ?? null;
  if (tag !== ifMatch) {
    throw new MirrorError('PreconditionFailed', `${path} is ${tag ?? 'absent'}, expected was ${ifMatch ?? 'absent'}`, {
      hint: 'another writer came first; read it again and repeat the change',
    });
  }
  if (!foreign) return;
  throw new MirrorError('ChecksumMismatch', `${path} was changed by something else than this tool (sha256 ${tag})`, {
    hint: `to go back to what was published, remove it and run the command again; to keep it (a restored copy), remove its folder below ${storeFolder}/generations first`,
  });
}

function written({ size, sha256 }: Measured): Written {
  return { size, sha256, tag: sha256 };
}

async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let empty = folder; empty !== root; empty = dirname(empty)) {
    try {
      await rmdir(empty);
    } catch (error) {
      if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY')) return;
      throw error;
    }
  }
}
