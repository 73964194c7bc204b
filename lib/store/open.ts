import { fileURLToPath } from 'node:url';
import { MirrorError } from '../errors';
import { HttpStore } from './http';
import { openMirrorDirectory, openWorkDirectory } from './mirror-directory';
import type { Store } from './store';

export { openMirrorDirectory, openWorkDirectory };

/**
 * Opens the mirror at an address: a directory (path or `file:` URL) or, to read only, `http(s)://…`.
 * @throws what openMirrorDirectory throws; BadInput for another scheme; NotSupported for `s3://…`
 */
export async function openStore(address: string): Promise<Store> {
  if (/^https?:/i.test(address)) return new HttpStore(address);
  return openMirrorDirectory(pathOf(address), { create: false });
}

/** Opens the store in which stages hand things to each other: a directory, made where it is missing. */
export async function openWorkStore(address: string): Promise<Store> {
  return openWorkDirectory(pathOf(address));
}

function pathOf(address: string): string {
  if (address.startsWith('file:')) return pathOfFileUrl(address);
  if (address.startsWith('s3://')) {
    throw new MirrorError('NotSupported', `${address}: buckets are not supported yet`, {
      hint: 'name a directory; mirrors in S3 are read through their http address',
    });
  }
  if (address !== '' && !/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) return address;
  throw badAddress(address);
}

function pathOfFileUrl(address: string): string {
  try {
    return fileURLToPath(address);
  } catch (error) {
    throw badAddress(address, error);
  }
}

function badAddress(address: string, cause?: unknown): MirrorError {
  return new MirrorError('BadInput', `${JSON.stringify(address)} is no place for a mirror`, {
    hint: 'name a directory, file:///…, http://… or https://…',
    cause,
    misuse: true,
  });
}
