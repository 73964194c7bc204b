import { randomUUID } from 'node:crypto';
import { chmod, constants, copyFile, link, lstat, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Measured, measureFile } from '../digest';
import { hasCode, makeFolder } from '../durable';
import type { Body } from '../store';
import { isOver, nowhere, type ProcessName, processName } from './process-name';

/** A complete file that is on disk but not yet visible. It is deleted when its scope ends. */
export interface Temporary extends Measured, AsyncDisposable {
  readonly path: string;
}

/** Files on the store's file system, ready for link(2) or rename(2). */
export class TemporaryFiles {
  private writer: ProcessName | undefined;

  constructor(
    private readonly folder: string,
    private readonly now: () => Date,
  ) {}

  write(body: Body): Promise<Temporary> {
    return this.bring((path) =>
      Buffer.isBuffer(body)
        ? writeFile(path, body, { flag: 'wx' })
        : copyFile(body.file, path, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL),
    );
  }

  /** The file that `work` writes to the given path, measured on disk. */
  bring(work: (path: string) => Promise<void>): Promise<Temporary> {
    return this.fill(async (path) => {
      await work(path);
      await chmod(path, 0o644);
      await using file = await open(path, 'r');
      await file.sync();
    });
  }

  /** A hard link to a regular file on the same file system. @returns undefined if that is impossible */
  async link(file: string): Promise<Temporary | undefined> {
    try {
      // link(2) would link a symbolic link itself, not its target.
      if (!(await lstat(file)).isFile()) return undefined;
      return await this.fill((path) => link(file, path));
    } catch (error) {
      if (hasCode(error, 'EXDEV', 'EPERM', 'EMLINK', 'ENOENT', 'ENOTDIR')) return undefined;
      throw error;
    }
  }

  private async fill(work: (path: string) => Promise<void>): Promise<Temporary> {
    await makeFolder(this.folder);
    this.writer ??= await this.begin();
    const { place, pid, start } = this.writer;
    const path = join(this.folder, [place, pid, start, randomUUID()].join('.'));
    const dispose = () => rm(path, { force: true });
    try {
      await work(path);
      return { path, ...(await measureFile(path)), [Symbol.asyncDispose]: dispose };
    } catch (error) {
      await dispose();
      throw error;
    }
  }

  private async begin(): Promise<ProcessName> {
    const self = await processName();
    for (const name of await readdir(this.folder)) {
      if (await this.isLeftOver(name, self)) await rm(join(this.folder, name), { force: true });
    }
    return self;
  }

  private async isLeftOver(name: string, self: ProcessName): Promise<boolean> {
    const [place = '', pid = '', start = ''] = name.split('.');
    if (place === self.place && place !== nowhere) return isOver({ pid, start });
    // A process of another host or container may still be writing it, but not for more than a day.
    const changed = await ctimeOf(join(this.folder, name));
    return changed !== undefined && this.now().getTime() - changed > dayMs;
  }
}

const dayMs = 24 * 60 * 60 * 1000;

async function ctimeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).ctimeMs;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined; // its writer or another process has removed it
    throw error;
  }
}
