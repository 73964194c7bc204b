import { isDiskFull, MirrorError } from '../errors';

/** Runs work that writes a file. @throws DiskFull where the file system or the quota is used up */
export async function nameDiskFull<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isDiskFull(cause)) throw cause;
    throw new MirrorError('DiskFull', `no space is left to write ${file}`, {
      hint: 'free some space, or give the build another place with --work DIR or TMPDIR',
      cause,
    });
  }
}
