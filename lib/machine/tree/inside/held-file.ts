import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  opendirSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { type Held, hold, nameIn, pathOf } from './held';

export type Kind = 'file' | 'folder' | 'link' | 'FIFO' | 'socket' | 'device';

export function kindOf(stats: Stats): Kind {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isFIFO()) return 'FIFO';
  return stats.isSocket() ? 'socket' : 'device';
}

export interface Entry {
  readonly name: string;
  readonly kind: Kind;
  /** Size of a regular file in bytes. */
  readonly size: number;
}

/** @returns undefined if there are more than `most` */
export function entriesOf(folder: Held, most: number): Entry[] | undefined {
  const entries: Entry[] = [];
  const directory = opendirSync(pathOf(folder));
  try {
    for (let one = directory.readSync(); one !== null; one = directory.readSync()) {
      if (entries.length === most) return undefined;
      using found = hold(nameIn(folder, one.name));
      // Names that are not UTF-8 are not found; builds never look for them.
      if (found !== undefined) entries.push({ name: one.name, kind: kindOf(found.stats), size: found.stats.size });
    }
  } finally {
    directory.closeSync();
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @returns undefined if it has more than `most` bytes */
export function readHeld(file: Held, most: number): Buffer | undefined {
  if (file.stats.size > most) return undefined;
  const fd = openSync(pathOf(file), constants.O_RDONLY);
  try {
    const bytes = Buffer.alloc(file.stats.size);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(fd, bytes, length, bytes.length - length, null);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

/** Copies to a new file on this machine. */
export function copyHeld(file: Held, to: string): void {
  copyFileSync(pathOf(file), to, constants.COPYFILE_EXCL);
  chmodSync(to, 0o644);
  utimesSync(to, file.stats.atime, file.stats.mtime);
}

export function changeMode(file: Held, mode: number): void {
  chmodSync(pathOf(file), mode);
}

/** Creates a file and replaces anything of that name except a folder. @throws EISDIR */
export function replaceByFile(folder: Held, name: string, bytes: Buffer | string, mode: number): void {
  replace(folder, name, (unfinished) => {
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const fd = openSync(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      writeFileSync(fd, bytes);
      fchmodSync(fd, mode);
    } finally {
      closeSync(fd);
    }
  });
}

export function replaceByLink(folder: Held, name: string, target: string): void {
  replace(folder, name, (unfinished) => symlinkSync(target, unfinished));
}

/** Atomic: creates it under another name first. */
function replace(folder: Held, name: string, make: (unfinished: string) => void): void {
  const unfinished = nameIn(folder, `.maas-mirror-${randomUUID()}`);
  try {
    make(unfinished);
    renameSync(unfinished, nameIn(folder, name));
  } catch (error) {
    using left = hold(unfinished);
    if (left !== undefined) unlinkSync(unfinished);
    throw error;
  }
}

export function moveName(from: { folder: Held; name: string }, to: { folder: Held; name: string }): void {
  renameSync(nameIn(from.folder, from.name), nameIn(to.folder, to.name));
}

export function removeName(folder: Held, name: string): void {
  unlinkSync(nameIn(folder, name));
}
