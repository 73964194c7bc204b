import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';

/**
 * A file, folder, link or device held by a descriptor, independent of later changes to its name. Holding does not open it:
 * a FIFO does not block and a device is not touched.
 */
export interface Held extends Disposable {
  readonly fd: number;
  readonly stats: Stats;
}

/** A Linux flag that Node does not export; the same number on every supported build architecture. */
const O_PATH = 0o10000000;

/** Holds the file at a path, without following a final link; undefined if it does not exist. */
export function hold(path: string): Held | undefined {
  try {
    return descriptor(openSync(path, O_PATH | constants.O_NOFOLLOW));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENAMETOOLONG'].includes(code)) return undefined;
    throw error;
  }
}

/** Holds the root of a tree; its path belongs to this machine and is trusted. @throws ENOENT, ENOTDIR */
export function holdRoot(path: string): Held {
  return descriptor(openSync(path, O_PATH | constants.O_DIRECTORY));
}

/** Path, for this process, of a name in a held folder; it contains no links. */
export function nameIn(folder: Held, name: string): string {
  return `${pathOf(folder)}/${name}`;
}

/** Path of the held file itself; no link is followed. */
export function pathOf({ fd }: Held): string {
  return `/proc/self/fd/${fd}`;
}

/** Like {@link nameIn}, for a program that this process starts. */
export function nameForPrograms(folder: Held, name: string): string {
  return `/proc/${process.pid}/fd/${folder.fd}/${name}`;
}

function descriptor(fd: number): Held {
  return { fd, stats: fstatSync(fd), [Symbol.dispose]: () => closeSync(fd) };
}
