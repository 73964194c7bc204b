import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Path } from '../refusals/property-path';
import { refused } from '../refusals/synth-error';

/** Whether the user has such a file; the path is relative to the working directory. */
export const hasUserFile = (path: string): boolean => existsSync(path);

/**
 * A file of the user: `mirror.yaml`, or one that it names.
 * @param property that names the file; empty for the configuration itself
 * @param beside the file that names it. @default - the path is relative to the working directory
 * @throws BadInput (misuse) if it cannot be read
 */
export function userFile(path: string, property: Path, beside?: string): Buffer {
  try {
    return readFileSync(beside === undefined ? path : resolve(dirname(beside), path));
  } catch (cause) {
    const why = (cause as Error).message;
    throw refused(
      property,
      property.length === 0 ? `cannot read ${path}: ${why}` : `is ${path}, which cannot be read: ${why}`,
      beside === undefined ? relativeToApp(path) : `use a path relative to ${beside}`,
    );
  }
}

/**
 * The path, from the working directory, of a file that another one names.
 * @throws BadInput (misuse) if it cannot be read
 */
export function pathBeside(path: string, property: Path, beside: string): string {
  userFile(path, property, beside);
  return isAbsolute(path) ? path : join(dirname(beside), path);
}

/**
 * A keyring of the user, in base64.
 * @throws BadInput (misuse) if it cannot be read, is empty, or is armoured: gpg, which could convert it, is not needed for a synthesis
 */
export function userKeyring(path: string, property: Path): string {
  const bytes = userFile(path, property);
  if (bytes.length === 0)
    throw refused(property, `is ${path}, an empty file`, 'export the keyring again: gpg --export');
  if (!bytes.subarray(0, 5).equals(Buffer.from('-----'))) return bytes.toString('base64');
  throw refused(
    property,
    `is ${path}, an armoured keyring`,
    `convert it to binary format: gpg --dearmor < ${path} > ${path}.gpg`,
  );
}

const relativeToApp = (path: string) =>
  isAbsolute(path)
    ? 'check the path and the permissions of the file'
    : `paths are relative to the working directory of the app (tried ${resolve(path)}); if the app is started elsewhere, use an absolute path: join(__dirname, ${JSON.stringify(path)})`;
