import { MirrorError } from '../errors';

/** Where the directory store keeps its own things, below its root. No object lies there. */
export const storeFolder = '.store';

/** @throws BadInput for a key that names nothing or could lead out of the store */
export function checkKey(key: string): void {
  if (key.length > 0 && key.split('/').every(isPlain) && !isOurs(key)) return;
  throw badKey(key, 'a key is like pool/noble/amd64/20261120/squashfs: no empty, "." or ".." part, not below .store');
}

/** A prefix may end inside a name or be empty; otherwise it is a key. @throws BadInput */
export function checkPrefix(prefix: string): void {
  const folders = prefix.split('/').slice(0, -1);
  const last = prefix.slice(prefix.lastIndexOf('/') + 1);
  if (folders.every(isPlain) && (last === '' || isPlain(last)) && !isOurs(prefix)) return;
  throw badKey(prefix, 'a prefix is like pool/noble/: no empty, "." or ".." part, not below .store');
}

function isPlain(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && !part.includes('\0');
}

function isOurs(key: string): boolean {
  return key === storeFolder || key.startsWith(`${storeFolder}/`);
}

function badKey(key: string, hint: string): MirrorError {
  return new MirrorError('BadInput', `${JSON.stringify(key)} cannot be the key of an object`, { hint });
}
