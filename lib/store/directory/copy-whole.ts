import { constants, copyFile, rm, stat } from 'node:fs/promises';
import { MirrorError } from '../../errors';

/**
 * Copies a file, sharing its blocks if the file system can. If that fails, no partial file is left behind.
 * @param size - expected number of bytes
 */
export async function copyWhole(path: string, file: string, size: number): Promise<void> {
  try {
    await copyFile(path, file, constants.COPYFILE_FICLONE);
    const got = (await stat(file)).size;
    if (got === size) return;
    throw new MirrorError('ChecksumMismatch', `${file} received ${got} of ${size} bytes of ${path}`, {
      hint: 'the file changed while it was copied; run the command again',
    });
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}
