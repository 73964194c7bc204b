import { checkFormat, formatBytes, formatKey } from '../format';
import { S3Store } from './s3-store';

/**
 * Opens a bucket, or a part of one, that holds a mirror. One without a format is as good: it is new, and waits for its
 * first publication.
 * @param create - say the format where nothing does yet
 * @throws ForeignDirectory, NotSupported for another format; NoSuchBucket, AccessDenied, NoCredentials, WrongRegion
 */
export async function openMirrorBucket(address: string, { create }: { create: boolean }): Promise<S3Store> {
  const store = new S3Store(address);
  const format = await store.read(formatKey);
  if (format !== undefined) checkFormat(store.name, format.bytes);
  else if (create) await store.create(formatKey, formatBytes, { contentType: 'application/json' });
  return store;
}
