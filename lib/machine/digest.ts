import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { MirrorError } from '../errors';

/** Size in bytes and hex sha256 of a file. @throws BadImage for a FIFO, a device or a folder */
export async function digestOf(file: string): Promise<{ size: number; sha256: string }> {
  // Opening a FIFO would block forever.
  await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = await handle.stat();
  if (!stats.isFile()) {
    throw new MirrorError('BadImage', `${file} is not a regular file`, { hint: 'specify the path of a regular file' });
  }
  const hash = createHash('sha256');
  await pipeline(handle.createReadStream({ highWaterMark: 1 << 20, autoClose: false }), hash);
  return { size: stats.size, sha256: hash.digest('hex') };
}
