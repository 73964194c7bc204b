/* machine/tree/inside: accesses files of a foreign tree without following its links out of it. */

import { dirname, join } from 'node:path';
import { MirrorError } from '../../../errors';
import { readBytes } from '../../bytes';
import { run } from '../../run';
import { type Held, nameForPrograms } from './held';
import {
  changeMode,
  copyHeld,
  type Entry,
  entriesOf,
  type Kind,
  kindOf,
  moveName,
  readHeld,
  removeName,
  replaceByFile,
  replaceByLink,
} from './held-file';
import { hintOfPackage, placeOf, shown, type Way } from './place';

/** Default limit for reading a file, in bytes; the lists of apt and dpkg have less than 100 MB. */
const most = 128 * 1024 * 1024;

/** Limit for copying a kernel or initramfs out of the tree, in bytes. */
const mostTaken = 1024 * 1024 * 1024;

/** Limit for the names in a folder. */
const mostNames = 100_000;

/**
 * A tree of foreign files: an image, or a build's version of one. This is the only interface through which programs of
 * this machine open, read, list, write, copy or remove anything in it. Links never lead out of the tree (they resolve as
 * in a chroot), only regular files and folders are opened, and a file cannot be exchanged between check and use.
 *
 * Paths are relative to the tree. A link at the end of a path is not followed unless a function's documentation says so.
 */
export interface Inside {
  readonly root: string;
  /** Kind of the file at a path; undefined if it does not exist. */
  kindOf(path: string): Kind | undefined;
  /** Resolves a path, following links, to the path of a regular file. @returns undefined if there is no regular file */
  fileAt(path: string): string | undefined;
  /** Entries of a folder, sorted by name; empty if there is no folder. Follows links to folders. */
  list(path: string, limit?: number): Entry[];
  /** @returns undefined if it does not exist @throws BadImage if it is not a regular file or exceeds the limit */
  read(path: string, limit?: number): Buffer | undefined;
  readText(path: string, limit?: number): string | undefined;
  /** Creates a file and missing parent folders; replaces anything of that name except a folder. */
  write(path: string, content: Buffer | string, mode?: number): void;
  /** Appends to a regular file and keeps its mode. */
  append(path: string, content: string): void;
  /** Follows links to folders. @returns its path on this machine, without links of the tree */
  makeFolder(path: string): string;
  /** Creates a link and missing parent folders; replaces anything of that name except a folder. */
  link(target: string, path: string): void;
  /** Changes the mode of a regular file; follows a link. @returns false if it does not exist */
  changeMode(path: string, mode: number): boolean;
  /** Replaces anything of the new name except a folder. @throws BadImage if `from` is missing or a folder */
  rename(from: string, to: string): void;
  /** Removes a file, or a folder with its contents. */
  remove(path: string): Promise<void>;
  /** Copies a file of this machine into the tree; replaces anything of that name except a folder. */
  copyIn(file: string, path: string, mode: number): Promise<void>;
  /** Copies a regular file, with its times, to a new file on this machine. */
  copyOut(path: string, file: string): void;
  /** Replaces a path with its version in another tree. Only removes it if either tree lacks the file or its folder. */
  restore(path: string, from: Inside): Promise<void>;
}

export function inside(root: string): Inside {
  const at = (path: string, way?: Way) => placeOf(root, path, way);

  /** Creates missing parent folders. */
  const replaceable = (path: string) => {
    const place = at(path, { make: true });
    if (place === undefined) throw unfit(path, 'has no parent folder');
    if (place.found?.stats.isDirectory()) {
      place[Symbol.dispose]();
      throw unfit(path, 'is a folder, where a file is expected');
    }
    return place;
  };

  const read = (path: string, limit = most) => {
    using place = at(path);
    if (place?.found === undefined) return undefined;
    const bytes = readHeld(requireFile(path, place.found), limit);
    if (bytes === undefined) throw tooLarge(path, place.found, limit);
    return bytes;
  };

  const write = (path: string, content: Buffer | string, mode = 0o644) => {
    using place = replaceable(path);
    replaceByFile(place.folder, place.name, content, mode);
  };

  const remove = async (path: string) => {
    using place = at(path);
    if (place?.found === undefined) return;
    if (!place.found.stats.isDirectory()) return removeName(place.folder, place.name);
    // rm also works with descriptors, however deep the folders are.
    const name = nameForPrograms(place.folder, place.name);
    await run(['rm', '--recursive', '--force', '--one-file-system', '--', name], { quiet: true });
  };

  return {
    root,
    read,
    write,
    remove,
    kindOf(path) {
      using place = at(path);
      return place?.found && kindOf(place.found.stats);
    },
    fileAt(path) {
      using place = at(path, { follow: true });
      return place?.found?.stats.isFile() ? place.path : undefined;
    },
    list(path, limit = mostNames) {
      using place = at(path, { follow: true });
      if (!place?.found?.stats.isDirectory()) return [];
      const entries = entriesOf(place.found, limit);
      if (entries === undefined) throw unfit(path, `has more than ${limit} entries`);
      return entries;
    },
    readText: (path, limit) => read(path, limit)?.toString(),
    append(path, content) {
      using place = at(path);
      if (place?.found === undefined) throw unfit(path, 'is missing');
      const old = readHeld(requireFile(path, place.found), most);
      if (old === undefined) throw tooLarge(path, place.found, most);
      replaceByFile(
        place.folder,
        place.name,
        Buffer.concat([old, Buffer.from(content)]),
        place.found.stats.mode & 0o777,
      );
    },
    makeFolder(path) {
      // The walk creates the parent folders of `x`; `x` itself need not exist.
      using place = at(`${path}/x`, { make: true });
      if (place === undefined) throw unfit(path, 'is not a folder');
      return join(root, dirname(place.path));
    },
    link(target, path) {
      using place = replaceable(path);
      replaceByLink(place.folder, place.name, target);
    },
    changeMode(path, mode) {
      using place = at(path, { follow: true });
      if (place?.found === undefined) return false;
      changeMode(requireFile(path, place.found), mode);
      return true;
    },
    rename(from, to) {
      using source = at(from);
      if (source?.found === undefined) throw unfit(from, 'is missing');
      if (source.found.stats.isDirectory()) throw unfit(from, 'is a folder, where a file is expected');
      using target = replaceable(to);
      moveName(source, target);
    },
    copyIn: async (file, path, mode) => write(path, await readBytes(file), mode),
    copyOut(path, file) {
      using place = at(path);
      if (place?.found === undefined) throw unfit(path, 'is missing');
      if (requireFile(path, place.found).stats.size > mostTaken) throw tooLarge(path, place.found, mostTaken);
      copyHeld(place.found, file);
    },
    async restore(path, from) {
      await remove(path);
      using source = placeOf(from.root, path);
      using target = at(path);
      if (source?.found === undefined || target === undefined) return;
      const [what, to] = [source, target].map(({ folder, name }) => nameForPrograms(folder, name)) as [string, string];
      // Copies without following links; FIFOs and devices are recreated, not opened.
      await run(['cp', '--archive', '--one-file-system', '--no-target-directory', what, to], { quiet: true });
    },
  };
}

function requireFile(path: string, found: Held): Held {
  const kind = kindOf(found.stats);
  if (kind !== 'file') throw unfit(path, `is a ${kind}, where a file is expected`);
  return found;
}

function tooLarge(path: string, { stats }: Held, limit: number): MirrorError {
  return unfit(path, `has ${stats.size} bytes, more than the limit of ${limit}`);
}

function unfit(path: string, what: string): MirrorError {
  return new MirrorError('BadImage', `${shown(path)} ${what}`, { hint: hintOfPackage });
}
