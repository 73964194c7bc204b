import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MirrorError } from '../errors';

/**
 * Path of a file or folder of this package, relative to its package.json: this file runs from `lib/` in tests and from
 * `dist/lib/` otherwise.
 * @throws NoSuchObject if the package was not built
 */
export function packagePath(path: string): string {
  const found = join(packageRoot(__dirname), path);
  if (existsSync(found)) return found;
  throw new MirrorError('NoSuchObject', `${found} is missing`, { hint: 'run `npm run build` to create dist/' });
}

/** The exports of a script of this package. @throws NoSuchObject if the package was not built */
export function packageModule<T>(path: string): T {
  return require(packagePath(path)) as T;
}

export function packageText(path: string): string {
  return readFileSync(packagePath(path), 'utf8');
}

function packageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageRoot(dirname(folder));
}
