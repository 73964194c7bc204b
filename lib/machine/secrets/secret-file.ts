/* machine/secrets: files that only their owner may read. */

import { constants, open } from 'node:fs/promises';
import { MirrorError } from '../../errors';

/** A file of credentials is a line. */
const longest = 64 * 1024;

/**
 * The text of a file that nobody but its owner may read.
 * @param path absolute: relative ones were made so where they were typed
 * @throws KeyExposed where others can read it; BadInput (misuse) where there is no such file
 */
export async function secretFile(path: string): Promise<string> {
  // Whether it may be used and what is in it are asked of one open file; one that nobody writes to would never open.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: Error) => {
    throw unusable(path, `cannot be read: ${cause.message}`, cause);
  });
  const stat = await file.stat();
  if (!stat.isFile()) throw unusable(path, 'is not a regular file');
  if ((stat.mode & 0o077) !== 0) {
    const seen = (stat.mode & 0o777).toString(8).padStart(4, '0');
    throw new MirrorError('KeyExposed', `the file of credentials ${path} is readable by other users: mode ${seen}`, {
      hint: `chmod 600 ${path}; if somebody may have read it, change the password`,
    });
  }
  if (stat.size > longest) throw unusable(path, `is ${stat.size} bytes long`);
  return await file.readFile('utf8');
}

function unusable(path: string, what: string, cause?: unknown): MirrorError {
  return new MirrorError('BadInput', `the file of credentials ${path} ${what}`, {
    hint: 'give the path of a file of mode 0600 that holds user:password',
    cause,
    misuse: true,
  });
}
