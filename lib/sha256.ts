import { createHash } from 'node:crypto';

/** Hex sha256 of bytes, or of a string encoded as UTF-8. */
export function sha256Of(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
