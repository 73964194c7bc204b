import { MirrorError } from '../../errors';
import type { Measured } from '../digest';
import type { Found } from './s3-request';

export function otherObject(url: string, there: string, wanted: string): MirrorError {
  return new MirrorError(
    'ObjectExists',
    `${url} is already there with sha256 ${there}; to be written was sha256 ${wanted}`,
    {
      hint: 'objects are never changed; build a new version instead',
    },
  );
}

/** @throws ChecksumMismatch where what came is not what S3 has */
export function checkWhole(url: string, got: Measured, { size, sha256 = got.sha256 }: Found): void {
  if (got.size === size && got.sha256 === sha256) return;
  throw new MirrorError(
    'ChecksumMismatch',
    `${url} came as ${got.size} bytes with sha256 ${got.sha256}, S3 has ${size} bytes with sha256 ${sha256}`,
    { hint: 'something between here and S3 changed it; run the command again' },
  );
}

/**
 * More takes several requests, and then S3 keeps no SHA-256 of the whole:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 * @throws NotSupported
 */
export function requireOneRequest(url: string, size: number): void {
  if (size <= 5 * 1024 ** 3) return;
  throw new MirrorError('NotSupported', `${url} has ${size} bytes; S3 takes 5 GiB in one request`, {
    hint: 'purge packages from the image: no MAAS image needs to be so large',
  });
}
