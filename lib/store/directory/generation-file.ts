import { measureBytes } from '../digest';

/** One generation of a mutable object. Its file contains the sha256, a line feed, and the bytes. */
export interface Generation {
  /** Undefined: the object was removed. */
  readonly bytes: Buffer | undefined;
  /** Of the bytes, even if they have been deleted; undefined: the object was removed. */
  readonly sha256: string | undefined;
  /** Whether the bytes exist and are correct. A superseded generation has only its first line. */
  readonly isWhole: boolean;
}

export function bytesOf(object: Buffer | undefined): Buffer {
  return object === undefined ? removed : Buffer.concat([lineOf(measureBytes(object).sha256), object]);
}

export function supersededBytes({ sha256 }: Generation): Buffer {
  return sha256 === undefined ? removed : lineOf(sha256);
}

export function parseGeneration(file: Buffer): Generation {
  if (file.equals(removed)) return { bytes: undefined, sha256: undefined, isWhole: true };
  const end = file.indexOf('\n');
  const sha256 = file.subarray(0, end).toString('latin1');
  const bytes = file.subarray(end + 1);
  return { bytes, sha256, isWhole: end === 64 && measureBytes(bytes).sha256 === sha256 };
}

const removed = Buffer.from('removed\n');

function lineOf(sha256: string): Buffer {
  return Buffer.from(`${sha256}\n`);
}
