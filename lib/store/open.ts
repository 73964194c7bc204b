import { fileURLToPath } from 'node:url';
import { MirrorError } from '../errors';
import { openMirrorDirectory, openWorkDirectory } from './directory/mirror-directory';
import { HttpStore } from './http/http';
import type { Store } from './store';

export { openMirrorDirectory, openWorkDirectory };

/**
 * Opens the mirror at an address: a directory (path or `file:` URL), a bucket (`s3://…`) or, read-only, `http(s)://…`.
 * @param create - create a mirror if the directory is missing or empty. @default false
 * @param copies - also accept a directory that contains only copies of views. @default false
 * @param writes - the mirror is to be changed, so it must be of this release's format. @default create
 * @throws errors of openMirrorDirectory and openMirrorBucket; BadInput for another scheme
 */
export async function openStore(
  address: string,
  {
    create = false,
    copies = false,
    writes = create,
  }: { readonly create?: boolean; readonly copies?: boolean; readonly writes?: boolean } = {},
): Promise<Store> {
  if (/^https?:/i.test(address)) return new HttpStore(address);
  if (!isBucket(address)) return openMirrorDirectory(pathOf(address), { create, copies, writes });
  const { openMirrorBucket } = await import('./s3/mirror-bucket.js');
  return openMirrorBucket(address, { create, writes });
}

/** Opens the store through which stages pass data: a bucket, or a directory, created if missing. */
export async function openWorkStore(address: string): Promise<Store> {
  if (!isBucket(address)) return openWorkDirectory(pathOf(address));
  const { S3Store } = await import('./s3/s3-store.js');
  return new S3Store(address);
}

/** Checked before the S3 modules are imported: they load the AWS SDK, a megabyte that nothing else needs. */
function isBucket(address: string): boolean {
  return address.startsWith('s3://');
}

function pathOf(address: string): string {
  if (address.startsWith('file:')) return pathOfFileUrl(address);
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
  return new MirrorError('BadInput', `${JSON.stringify(address)} is not a valid mirror address`, {
    hint: 'give a folder, file:///…, s3://bucket, http://… or https://…',
    cause,
    misuse: true,
  });
}
