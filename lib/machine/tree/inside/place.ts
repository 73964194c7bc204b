import { chmodSync, mkdirSync, readlinkSync } from 'node:fs';
import { MirrorError } from '../../../errors';
import { type Held, hold, holdRoot, nameIn, pathOf } from './held';

/** A resolved path of a tree: a name in a held folder. */
export interface Place extends Disposable {
  readonly folder: Held;
  readonly name: string;
  /** The file of that name; undefined if it does not exist. */
  readonly found: Held | undefined;
  /** The path with all followed links resolved. */
  readonly path: string;
}

export interface Way {
  /** Whether to follow a link at the end of the path; links within it are always followed. @default false */
  readonly follow?: boolean;
  /** Whether to create missing folders in the path. @default false */
  readonly make?: boolean;
}

/**
 * Resolves a path as in a chroot: absolute links start at the tree, and `..` of the tree is the tree, so no path leads out
 * of it. Each step opens one name in a held folder, and the kernel never follows a link. A concurrent change to the tree
 * can therefore change what is found, but never lead out of the tree.
 * @returns undefined if a folder in the path is missing or not a folder
 * @throws BadImage for link loops, overlong paths, and folders on another file system
 */
export function placeOf(root: string, path: string, { follow = false, make = false }: Way = {}): Place | undefined {
  const folders: Held[] = [holdRoot(root)];
  const names: string[] = [];
  const ahead = partsOf(path);
  let links = 0;
  try {
    for (let part = ahead.shift(); part !== undefined; part = ahead.shift()) {
      const folder = folders.at(-1) as Held;
      if (part === '..') {
        names.pop();
        if (folders.length > 1) folders.pop()?.[Symbol.dispose]();
        continue;
      }
      const found =
        hold(nameIn(folder, part)) ?? (make && ahead.length > 0 ? makeFolder(folder, part, path) : undefined);
      const isLast = ahead.length === 0;
      if (found?.stats.isSymbolicLink() && (follow || !isLast)) {
        found[Symbol.dispose]();
        const target = readlinkSync(nameIn(folder, part));
        if (target.startsWith('/')) {
          names.length = 0;
          for (const one of folders.splice(1)) one[Symbol.dispose]();
        }
        ahead.unshift(...partsOf(target));
        links += 1;
        if (links > mostLinks || ahead.length > mostParts) throw endless(path);
        continue;
      }
      names.push(part);
      if (isLast) return taken(folders, part, found, names.join('/'));
      if (!found?.stats.isDirectory()) {
        found?.[Symbol.dispose]();
        return undefined;
      }
      folders.push(found);
      requireSameSystem(folders, path);
    }
    return taken(folders, '.', hold(nameIn(folders.at(-1) as Held, '.')), names.join('/'));
  } finally {
    for (const one of folders) one[Symbol.dispose]();
  }
}

/** Linux's limit for links; the deepest folders of real images are about 20 levels down. */
const mostLinks = 40;
const mostParts = 200;

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** The place takes over the last folder; the others are closed. */
function taken(folders: Held[], name: string, found: Held | undefined, path: string): Place {
  if (found?.stats.isDirectory()) {
    folders.push(found);
    requireSameSystem(folders, path);
    folders.pop();
  }
  const folder = folders.pop() as Held;
  return {
    ...{ folder, name, found, path },
    [Symbol.dispose]() {
      found?.[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

function makeFolder(folder: Held, name: string, path: string): Held | undefined {
  try {
    mkdirSync(nameIn(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') throw endless(path);
    throw error;
  }
  const made = hold(nameIn(folder, name));
  if (made?.stats.isDirectory()) chmodSync(pathOf(made), 0o755); // independent of our umask
  return made;
}

function endless(path: string): MirrorError {
  return new MirrorError('BadImage', `${shown(path)} has too many links or folders in its path`, {
    hint: hintOfPackage,
  });
}

/** Mounts in a tree (such as /sys) belong to this machine. In an overlay only folders report a reliable device number. */
function requireSameSystem(folders: readonly Held[], path: string): void {
  if (folders.length > mostParts) throw endless(path);
  if (folders.at(-1)?.stats.dev === folders[0]?.stats.dev) return;
  throw new MirrorError('BadImage', `${shown(path)} is on another file system`, { hint: hintOfPackage });
}

/** Formats a path of a tree for messages. Names may contain any character, so control characters are replaced. */
export function shown(path: string): string {
  return `/${path.replace(/^\/+/, '').replace(/\p{C}/gu, '?')} in the image`;
}

export const hintOfPackage =
  'it was created by a package of the image or of an added repository; build without that package';
