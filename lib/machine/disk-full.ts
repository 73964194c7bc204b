import * as errors from '../errors';

/** Runs work that writes a file of a build. @throws DiskFull where the file system or the quota is used up */
export function nameDiskFull<T>(file: string, work: () => Promise<T>): Promise<T> {
  return errors.nameDiskFull(file, 'free some space, or give the build another place with --work DIR or TMPDIR', work);
}
