import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { MirrorError } from '../../errors';
import { isPath, pathRule } from '../../job/sources/file-path';
import { publicKeyring } from '../../simplestreams/openpgp/public-keyring';
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
  requirePath(path, property);
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
 * A keyring of the user, binary or armoured, in base64.
 * @throws BadInput (misuse) if it cannot be read, or is not a keyring of public keys
 */
export function userKeyring(path: string, property: Path): string {
  const bytes = userFile(path, property);
  try {
    return publicKeyring(bytes).toString('base64');
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    throw refused(property, `is ${path}: ${error.message}`, 'use a file written by gpg --export');
  }
}

/** Before 0.1.0, properties had the content of keyrings and certificates. An error of the system would repeat it. */
function requirePath(path: string, property: Path): void {
  if (isPath(path)) return;
  throw refused(
    property,
    property.length === 0 ? `the configuration ${pathRule}` : pathRule,
    'write the content to a file, and give its path',
  );
}

const relativeToApp = (path: string) =>
  isAbsolute(path)
    ? 'check the path and the permissions of the file'
    : `paths are relative to the working directory of the app (tried ${resolve(path)}); if the app is started elsewhere, use an absolute path: join(__dirname, ${JSON.stringify(path)})`;
