import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { MirrorError } from '../errors';

/** Whether who deploys has such a file; named relative to the working folder. */
export const hasUserFile = (path: string): boolean => existsSync(path);

/**
 * A file of who deploys: `mirror.yaml`, or one that it names.
 * @param what it is, for people: `the keyring`
 * @param beside the file that names it. @default - it is named relative to the working folder
 * @throws BadInput (misuse) where it cannot be read
 */
export function userFile(path: string, what: string, beside?: string): Buffer {
  try {
    return readFileSync(beside === undefined ? path : resolve(dirname(beside), path));
  } catch (cause) {
    throw new MirrorError('BadInput', `${what} ${path} cannot be read: ${(cause as Error).message}`, {
      hint: 'files are named relative to mirror.yaml',
      misuse: true,
    });
  }
}
