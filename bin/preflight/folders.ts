import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { isDiskFull, MirrorError } from '../../lib/errors';
import { shownText } from '../../lib/given-address';
import { isUrlLike } from '../../lib/job/sources/file-path';
import { triedFolder } from '../../lib/store/directory/mirror-directory';

/**
 * The absolute path of a folder that an option names.
 * @throws BadInput (misuse) for an address
 */
export function folderOf(
  option: string,
  value: string,
  hint = 'give the path of a folder; to build on AWS, use --stack NAME',
): string {
  if (value !== '' && !isUrlLike(value)) return resolve(value);
  throw new MirrorError('BadInput', `${option} ${JSON.stringify(shownText(value))} is not a folder of this machine`, {
    hint,
    misuse: true,
  });
}

/** Whether a path is a folder or below it; both are absolute. A name may begin with two dots. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith('../');
}

/**
 * Checks that a folder can be created at a path, or be written to if it exists. Leaves nothing behind.
 * @param option its name in messages: `--work`
 * @throws BadInput (misuse) if it is a file, or if nothing can be created there (/proc, a read-only file system); DiskFull
 */
export async function requireWritable(option: string, path: string): Promise<void> {
  const there = await nearestFolder(option, path);
  let probe: string | undefined;
  try {
    probe = await mkdtemp(join(there, triedFolder));
    await writeFile(join(probe, 'probe'), Buffer.alloc(64 * 1024));
  } catch (error) {
    throw unwritable(option, path, there, error as NodeJS.ErrnoException);
  } finally {
    if (probe !== undefined) await rm(probe, { recursive: true, force: true });
  }
}

/** The folder, or its nearest parent that exists. @throws BadInput (misuse) if that is a file */
export async function nearestFolder(option: string, path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    try {
      if ((await stat(at)).isDirectory()) return at;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') continue;
      throw unwritable(option, path, at, error as NodeJS.ErrnoException);
    }
    throw new MirrorError('BadInput', `${option} ${path} cannot be a folder: ${at} is a file`, {
      hint: `give another path with ${option}`,
      misuse: true,
    });
  }
}

function unwritable(option: string, path: string, there: string, error: NodeJS.ErrnoException): MirrorError {
  if (isDiskFull(error)) {
    return new MirrorError('DiskFull', `no space left on device, writing ${path}`, {
      hint: `make room on its file system (df -h ${there}), or give another path with ${option}`,
      cause: error,
    });
  }
  const why =
    { EROFS: 'its file system is read-only', EACCES: 'permission denied', EPERM: 'permission denied' }[
      String(error.code)
    ] ?? 'nothing can be created there';
  return new MirrorError('BadInput', `${option} ${path} cannot be written to: ${why}`, {
    hint: `give another path with ${option}`,
    cause: error,
    misuse: true,
  });
}
