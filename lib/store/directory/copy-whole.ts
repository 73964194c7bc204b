import { constants, copyFile, rm, stat } from 'node:fs/promises';
import { MirrorError } from '../../errors';

/**
 * Copies a file, sharing its blocks where the file system can; nothing is left where that fails.
 * @param size - bytes that must arrive
 */
export async function copyWhole(path: string, file: string, size: number): Promise<void> {
  try {
    await copyFile(path, file, constants.COPYFILE_FICLONE);
    const got = (await stat(file)).size;
    if (got === size) return;
    throw new MirrorError('ChecksumMismatch', `${file} got ${got} of ${size} bytes of ${path}`, {
      hint: 'the file was changed while it was read; run the command again',
    });
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}
