import { checkFormat, formatBytes, formatKey } from '../format';
import { S3Store } from './s3-store';

/**
 * Opens a bucket, or part of one, that contains a mirror. A bucket without a format is new and accepted too.
 * @param create - write the format if it is missing
 * @param writes - the mirror is to be changed
 * @throws ForeignDirectory; NotSupported for another format, or if it may only be read; NoSuchBucket, AccessDenied, NoCredentials, WrongRegion
 */
export async function openMirrorBucket(
  address: string,
  { create, writes }: { readonly create: boolean; readonly writes: boolean },
): Promise<S3Store> {
  const store = new S3Store(address);
  const format = await store.read(formatKey);
  if (format !== undefined) checkFormat(store.name, format.bytes, { writes });
  else if (create) await store.create(formatKey, formatBytes, { contentType: 'application/json' });
  return store;
}
