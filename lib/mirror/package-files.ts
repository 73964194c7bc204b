import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MirrorError } from '../errors';

/**
 * Path of a file or folder of this package, relative to its package.json: this file runs from `lib/` in tests and from
 * `dist/lib/` otherwise.
 * @throws NoSuchObject if it is missing or empty
 */
export function packagePath(path: string): string {
  const found = join(packageRoot(__dirname), path);
  const there = statSync(found, { throwIfNoEntry: false });
  if (there === undefined) throw incomplete(`${found} is missing`);
  if (there.isFile() && there.size === 0) throw incomplete(`${found} is empty`);
  return found;
}

/** The exports of a script of this package. @throws NoSuchObject if it is missing, empty or truncated */
export function packageModule<T>(path: string): T {
  const found = packagePath(path);
  try {
    return require(found) as T;
  } catch (cause) {
    throw incomplete(`${found} cannot be loaded: ${(cause as Error).message}`, cause);
  }
}

/**
 * The list of all files in `dist/assets`, which is made with them. It is in none of the folders that are deployed, so it
 * changes the digest of none.
 */
export const assetList = 'files.json';

/** Sizes in bytes, by paths below `dist/assets`. */
export type AssetSizes = Readonly<Record<string, number>>;

/**
 * Path of a folder in `dist/assets` that is deployed as it is: what it lacks would be missed on AWS only.
 * @throws NoSuchObject if one of its files is missing or truncated
 */
export function wholeAsset(name: string): string {
  const folder = packagePath(`dist/assets/${name}`);
  const sizes = packageModule<AssetSizes>(`dist/assets/${assetList}`);
  for (const [file, size] of Object.entries(sizes).filter(([path]) => path.startsWith(`${name}/`))) {
    const path = packagePath(`dist/assets/${file}`);
    const found = statSync(path).size;
    if (found !== size) throw incomplete(`${path} has ${found} bytes instead of ${size}`);
  }
  return folder;
}

function incomplete(what: string, cause?: unknown): MirrorError {
  return new MirrorError('NoSuchObject', `the installation is incomplete: ${what}`, {
    hint: 'install the package again (in a clone: npm run build)',
    cause,
  });
}

export function packageText(path: string): string {
  return readFileSync(packagePath(path), 'utf8');
}

function packageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageRoot(dirname(folder));
}
