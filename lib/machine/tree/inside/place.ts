import { chmodSync, mkdirSync, readlinkSync } from 'node:fs';
import { MirrorError } from '../../../errors';
import { type Held, hold, holdRoot, nameIn, pathOf } from './held';

/** Where a path of a tree leads: a name in a folder that is held. */
export interface Place extends Disposable {
  readonly folder: Held;
  readonly name: string;
  /** What has that name; undefined where nothing has. */
  readonly found: Held | undefined;
  /** The path without the links that were followed. */
  readonly path: string;
}

export interface Way {
  /** Whether a link at the end of the path is followed as well; those on the way always are. @default false */
  readonly follow?: boolean;
  /** Whether folders that are missing on the way are made. @default false */
  readonly make?: boolean;
}

/**
 * Walks a path as a program would that has the tree as its root (chroot): absolute links begin at the tree, `..` of the
 * tree is the tree, so that no way leads out. Every step starts from a folder that is held and takes one name, and the kernel
 * never follows a link: whoever changes the tree meanwhile changes what is found, not where.
 * @returns undefined where a folder on the way is missing, or is none
 * @throws BadImage for links that go in a circle, paths without end, and folders that are another file system
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

/** Of Linux, for links; the deepest folders of real images have some twenty above them. */
const mostLinks = 40;
const mostParts = 200;

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** The last folder goes with the place, the others are let go. */
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
  if (made?.stats.isDirectory()) chmodSync(pathOf(made), 0o755); // whatever our umask is
  return made;
}

function endless(path: string): MirrorError {
  return new MirrorError('BadImage', `${shown(path)} is a way without end: it has too many links or folders`, {
    hint: hintOfPackage,
  });
}

/** What is mounted in a tree (its /sys) is this machine's. Of an overlay only folders tell their file system. */
function requireSameSystem(folders: readonly Held[], path: string): void {
  if (folders.length > mostParts) throw endless(path);
  if (folders.at(-1)?.stats.dev === folders[0]?.stats.dev) return;
  throw new MirrorError('BadImage', `${shown(path)} leads into another file system`, { hint: hintOfPackage });
}

/** How messages name a path of a tree, whose names may hold anything: no line of a log is to be forged by one. */
export function shown(path: string): string {
  return `/${path.replace(/^\/+/, '').replace(/\p{C}/gu, '?')} in the image`;
}

export const hintOfPackage = 'a package of the image or of an added repository has made it; build without that package';
