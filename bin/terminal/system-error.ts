import { MirrorError, named } from '../../lib/errors';

/**
 * Names errors of the system that a person can correct, such as missing permissions. Returns every other error unchanged.
 * @param isRoot whether this process has every permission already
 */
export function systemError(thrown: unknown, isRoot = process.geteuid?.() === 0): unknown {
  const error = named(thrown);
  if (error instanceof MirrorError || !(error instanceof Error)) return error;
  const { code, path, dest, syscall } = error as NodeJS.ErrnoException & { readonly dest?: string };
  if (code === 'ENOENT' && syscall === 'uv_cwd') {
    return new MirrorError('NoSuchDirectory', 'the working directory does not exist any more', {
      hint: 'change to an existing folder, and run the command again',
      cause: error,
      misuse: true,
    });
  }
  if (code === 'EXDEV' && dest !== undefined) {
    return new MirrorError('NotSupported', `${dest} is on another file system than ${path}`, {
      hint: 'a mirror is changed only within one file system: move the folder back, without a link, or the whole mirror',
      cause: error,
    });
  }
  if (code === 'EROFS' && path !== undefined) {
    return new MirrorError('AccessDenied', `read-only file system: ${path}`, {
      hint: 'make its file system writable (mount -o remount,rw), and run the command again',
      cause: error,
    });
  }
  if ((code !== 'EACCES' && code !== 'EPERM') || path === undefined) return error;
  return new MirrorError('AccessDenied', `permission denied: ${dest === undefined ? path : `${path} -> ${dest}`}`, {
    hint: isRoot
      ? 'check the file system of the path, and its attributes (lsattr): root may not change a file that is immutable'
      : 'check the owner and mode of the path and its parent folders, or run the command as root',
    cause: error,
  });
}
