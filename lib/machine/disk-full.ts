import * as errors from '../errors';

/** Runs work that writes a file of a build. @throws DiskFull if the file system is full or the quota is exceeded */
export function nameDiskFull<T>(file: string, work: () => Promise<T>): Promise<T> {
  return errors.nameDiskFull(file, 'free some space, or use another work folder with --work DIR or TMPDIR', work);
}
