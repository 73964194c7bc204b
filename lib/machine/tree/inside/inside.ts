/* machine/tree/inside: files of a foreign tree, reached without following its links. */

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

/** Bytes that are read of one file, if nothing else is said: the lists of apt and dpkg have less than 100 MB. */
const most = 128 * 1024 * 1024;

/** Bytes of a kernel or an initramfs that is taken out. */
const mostTaken = 1024 * 1024 * 1024;

/** Names in one folder. */
const mostNames = 100_000;

/**
 * A tree of somebody else's files: an image, or what a build has made of one. This is the only way by which programs of
 * this machine open, read, list, write, copy or remove anything in it. No link in the tree leads them out of it (they
 * resolve as in a chroot), they open regular files and folders only, and what they use is the very thing that they looked at.
 *
 * Paths are relative to the tree. A link at the end of a path is not followed, unless a function says so.
 */
export interface Inside {
  readonly root: string;
  /** What has a name, if anything has. */
  kindOf(path: string): Kind | undefined;
  /** The path of a regular file, with no link in it; a link is followed. @returns undefined where no regular file is */
  fileAt(path: string): string | undefined;
  /** What is in a folder, by name; nothing where there is no folder. Links to folders are followed. */
  list(path: string, limit?: number): Entry[];
  /** @returns undefined where nothing has the name @throws BadImage for anything but a regular file, and for a large one */
  read(path: string, limit?: number): Buffer | undefined;
  readText(path: string, limit?: number): string | undefined;
  /** Puts a new file in place of whatever has the name, except a folder; makes the folders above it. */
  write(path: string, content: Buffer | string, mode?: number): void;
  /** Adds to the end of a regular file, whose mode stays. */
  append(path: string, content: string): void;
  /** Links to folders are followed. @returns its path on this machine, with no link of the tree in it */
  makeFolder(path: string): string;
  /** Puts a link in place of whatever has the name, except a folder; makes the folders above it. */
  link(target: string, path: string): void;
  /** Changes the mode of a regular file; a link is followed. @returns false where nothing is */
  changeMode(path: string, mode: number): boolean;
  /** Takes the place of whatever has the new name, except a folder. @throws BadImage where nothing or a folder is to move */
  rename(from: string, to: string): void;
  /** Removes whatever has the name, folders with all in them. */
  remove(path: string): Promise<void>;
  /** Brings a file of this machine in, in place of whatever has the name, except a folder. */
  copyIn(file: string, path: string, mode: number): Promise<void>;
  /** Copies a regular file to a new file of this machine, its time as well. */
  copyOut(path: string, file: string): void;
  /** Brings what another tree has at a path, in place of what is here; nothing where either lacks the folder. */
  restore(path: string, from: Inside): Promise<void>;
}

export function inside(root: string): Inside {
  const at = (path: string, way?: Way) => placeOf(root, path, way);

  /** A folder that may be missing, and is then made. */
  const replaceable = (path: string) => {
    const place = at(path, { make: true });
    if (place === undefined) throw unfit(path, 'has no folder above it');
    if (place.found?.stats.isDirectory()) {
      place[Symbol.dispose]();
      throw unfit(path, 'is a folder, where a file is to be');
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
    // rm goes by descriptors as well, however deep the folders are.
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
      // What does not exist is the name in the folder, which the walk makes.
      using place = at(`${path}/x`, { make: true });
      if (place === undefined) throw unfit(path, 'is no folder');
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
      // As it is: no link is followed, a FIFO and a device are made and not opened.
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
  return unfit(path, `has ${stats.size} bytes, more than the ${limit} that are read of it`);
}

function unfit(path: string, what: string): MirrorError {
  return new MirrorError('BadImage', `${shown(path)} ${what}`, { hint: hintOfPackage });
}
