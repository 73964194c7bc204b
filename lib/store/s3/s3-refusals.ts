import { MirrorError } from '../../errors';
import type { Measured } from '../digest';
import type { Found } from './s3-request';

export function otherObject(url: string, there: string, wanted: string): MirrorError {
  return new MirrorError(
    'ObjectExists',
    `${url} already exists with sha256 ${there}; cannot write sha256 ${wanted} there`,
    {
      hint: 'objects never change; build a new version instead',
    },
  );
}

/** @throws ChecksumMismatch if the received bytes differ from those in S3 */
export function checkWhole(url: string, got: Measured, { size, sha256 = got.sha256 }: Found): void {
  if (got.size === size && got.sha256 === sha256) return;
  throw new MirrorError(
    'ChecksumMismatch',
    `${url} was received as ${got.size} bytes with sha256 ${got.sha256}, but S3 has ${size} bytes with sha256 ${sha256}`,
    { hint: 'it was changed in transit; run the command again' },
  );
}

/**
 * Larger objects need several requests, and then S3 stores no SHA-256 of the whole:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 * @throws NotSupported
 */
export function requireOneRequest(url: string, size: number): void {
  if (size <= 5 * 1024 ** 3) return;
  throw new MirrorError('NotSupported', `${url} has ${size} bytes; the limit of S3 for one request is 5 GiB`, {
    hint: 'add fewer packages to the image: MAAS images need not be that large',
  });
}
