import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';

/**
 * A file, folder, link or device that is held by a descriptor: whatever becomes of its name, this is what was looked at.
 * Nothing is opened by holding it: a FIFO does not wait, a device does not notice.
 */
export interface Held extends Disposable {
  readonly fd: number;
  readonly stats: Stats;
}

/** Of Linux, which Node does not name; the same number on every architecture that is built on. */
const O_PATH = 0o10000000;

/** Holds what has a name, a link itself and not what it leads to; undefined where nothing has it. */
export function hold(path: string): Held | undefined {
  try {
    return descriptor(openSync(path, O_PATH | constants.O_NOFOLLOW));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENAMETOOLONG'].includes(code)) return undefined;
    throw error;
  }
}

/** Holds the root of a tree, whose path is this machine's own. @throws ENOENT, ENOTDIR */
export function holdRoot(path: string): Held {
  return descriptor(openSync(path, O_PATH | constants.O_DIRECTORY));
}

/** How this process names what has a name in a folder that it holds: links on the way there are none. */
export function nameIn(folder: Held, name: string): string {
  return `${pathOf(folder)}/${name}`;
}

/** The held thing itself, links not followed any more. */
export function pathOf({ fd }: Held): string {
  return `/proc/self/fd/${fd}`;
}

/** The same for a program that this process starts. */
export function nameForPrograms(folder: Held, name: string): string {
  return `/proc/${process.pid}/fd/${folder.fd}/${name}`;
}

function descriptor(fd: number): Held {
  return { fd, stats: fstatSync(fd), [Symbol.dispose]: () => closeSync(fd) };
}
