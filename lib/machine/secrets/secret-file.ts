/* machine/secrets: files that only their owner can read. */

import { constants, open } from 'node:fs/promises';
import { MirrorError } from '../../errors';

/** Bytes. A credentials file is a single line. */
const longest = 64 * 1024;

/**
 * Reads a file that only its owner can read.
 * @param path absolute; relative paths have been resolved where they were entered
 * @throws KeyExposed if other users can read it; BadInput (misuse) if it does not exist
 */
export async function secretFile(path: string): Promise<string> {
  // Mode and content are read from the same open file. Without O_NONBLOCK, opening a FIFO without a writer would block.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: Error) => {
    throw unusable(path, `cannot be read: ${cause.message}`, cause);
  });
  const stat = await file.stat();
  if (!stat.isFile()) throw unusable(path, 'is not a regular file');
  if ((stat.mode & 0o077) !== 0) {
    const seen = (stat.mode & 0o777).toString(8).padStart(4, '0');
    throw new MirrorError('KeyExposed', `the credentials file ${path} is readable by other users (mode ${seen})`, {
      hint: `run chmod 600 ${path}; if it may have been read, change the password`,
    });
  }
  if (stat.size > longest) throw unusable(path, `is ${stat.size} bytes long`);
  return await file.readFile('utf8');
}

function unusable(path: string, what: string, cause?: unknown): MirrorError {
  return new MirrorError('BadInput', `the credentials file ${path} ${what}`, {
    hint: 'specify a file with mode 0600 that contains user:password',
    cause,
    misuse: true,
  });
}
