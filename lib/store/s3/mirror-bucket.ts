import { checkFormat, formatBytes, formatKey } from '../format';
import { S3Store } from './s3-store';

/**
 * Opens a bucket, or part of one, that contains a mirror. A bucket without a format is new and accepted too.
 * @param create - write the format if it is missing
 * @throws ForeignDirectory, NotSupported for another format; NoSuchBucket, AccessDenied, NoCredentials, WrongRegion
 */
export async function openMirrorBucket(address: string, { create }: { create: boolean }): Promise<S3Store> {
  const store = new S3Store(address);
  const format = await store.read(formatKey);
  if (format !== undefined) checkFormat(store.name, format.bytes);
  else if (create) await store.create(formatKey, formatBytes, { contentType: 'application/json' });
  return store;
}
