import { MirrorError } from '../../errors';
import { checkKey } from '../key';

/** The location of a store in S3. */
export interface S3Place {
  readonly bucket: string;
  /** Prefix of every key: empty, or ends in `/`. */
  readonly prefix: string;
}

/** @param address `s3://bucket` or `s3://bucket/prefix` @throws BadInput */
export function placeOf(address: string): S3Place {
  const [, bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(address) ?? [];
  if (bucket === undefined) {
    throw new MirrorError('BadInput', `${JSON.stringify(address)} is not a valid bucket address`, {
      hint: 'use the form s3://my-mirror or s3://my-mirror/images',
      misuse: true,
    });
  }
  const folder = path.replace(/\/+$/, '');
  if (folder !== '') checkKey(folder);
  return { bucket, prefix: folder === '' ? '' : `${folder}/` };
}
