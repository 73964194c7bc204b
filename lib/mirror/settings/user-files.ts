import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { MirrorError } from '../../errors';

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
      hint: beside === undefined ? relativeToApp(path) : `it is named relative to ${beside}: give a path from there`,
      misuse: true,
    });
  }
}

/**
 * The path, from the working folder, of a file that another one names.
 * @throws BadInput (misuse) where it cannot be read
 */
export function pathBeside(path: string, what: string, beside: string): string {
  userFile(path, what, beside);
  return isAbsolute(path) ? path : join(dirname(beside), path);
}

/**
 * A keyring of who deploys, in base64.
 * @throws BadInput (misuse) where it cannot be read, and where it is armoured: turning armour into bytes is no work for a synthesis
 */
export function userKeyring(path: string): string {
  const bytes = userFile(path, 'the keyring');
  if (!bytes.subarray(0, 5).equals(Buffer.from('-----'))) return bytes.toString('base64');
  throw new MirrorError('BadInput', `${path} is an armoured keyring`, {
    hint: `make it binary: gpg --dearmor < ${path} > ${path}.gpg`,
    misuse: true,
  });
}

const relativeToApp = (path: string) =>
  `the path is relative to the working directory of the app, so ${resolve(path)} was looked for; in an app that is started elsewhere, give an absolute path: join(__dirname, 'mirror.yaml')`;
