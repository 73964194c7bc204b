import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { MirrorError } from '../errors';
import { sha256Of } from '../sha256';

export interface Measured {
  /** Bytes. */
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
}

export function measureBytes(bytes: Buffer): Measured {
  return { size: bytes.length, sha256: sha256Of(bytes) };
}

/** Reads the file once, in pieces. @throws errors of opening and reading it (ENOENT, EISDIR) */
export async function measureFile(path: string): Promise<Measured> {
  return measureStream(createReadStream(path, { highWaterMark: 1024 * 1024 }));
}

export async function measureStream(stream: AsyncIterable<Uint8Array>): Promise<Measured> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of stream) {
    hash.update(piece);
    size += piece.length;
  }
  return { size, sha256: hash.digest('hex') };
}

/** @throws ChecksumMismatch if the digest differs from the promised one, if any */
export function checkDigest(what: string, got: Measured, promised: string | undefined): void {
  if (promised === undefined || promised === got.sha256) return;
  throw new MirrorError('ChecksumMismatch', `${what} has sha256 ${got.sha256}, expected ${promised}`, {
    hint: 'the file was changed or truncated after it was measured; run the build again',
  });
}
