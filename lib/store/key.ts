import { MirrorError } from '../errors';

/** Internal folder of a directory store, below its root. It contains no objects. */
export const storeFolder = '.store';

/** @throws BadInput for an empty key, or one that could lead out of the store */
export function checkKey(key: string): void {
  if (key.length > 0 && key.split('/').every(isPlain) && !isOurs(key)) return;
  throw badKey(
    key,
    'use a key such as pool/noble/amd64/20261120/squashfs, without empty, "." or ".." parts, not below .store',
  );
}

/** Like checkKey, but a prefix may be empty, or end within a name. @throws BadInput */
export function checkPrefix(prefix: string): void {
  const folders = prefix.split('/').slice(0, -1);
  const last = prefix.slice(prefix.lastIndexOf('/') + 1);
  if (folders.every(isPlain) && (last === '' || isPlain(last)) && !isOurs(prefix)) return;
  throw badKey(prefix, 'use a prefix such as pool/noble/, without empty, "." or ".." parts, not below .store');
}

/** Like checkPrefix, for a prefix that may not end within a name. @throws BadInput */
export function checkFolder(prefix: string): void {
  checkPrefix(prefix);
  if (prefix !== '' && !prefix.endsWith('/')) throw badKey(prefix, 'use a folder such as pool/noble/, which ends in /');
}

function isPlain(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && !part.includes('\0');
}

function isOurs(key: string): boolean {
  return key === storeFolder || key.startsWith(`${storeFolder}/`);
}

function badKey(key: string, hint: string): MirrorError {
  return new MirrorError('BadInput', `${JSON.stringify(key)} is not a valid object key`, { hint });
}
