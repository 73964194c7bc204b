import { MirrorError, named } from '../../lib/errors';

/** Names errors of the system that a person can correct, such as missing permissions. Returns every other error unchanged. */
export function systemError(thrown: unknown): unknown {
  const error = named(thrown);
  if (error instanceof MirrorError || !(error instanceof Error)) return error;
  const { code, path, dest, syscall } = error as NodeJS.ErrnoException & { readonly dest?: string };
  if (code === 'ENOENT' && (syscall === 'uv_cwd' || error.message.includes('uv_cwd'))) {
    return new MirrorError('NoSuchDirectory', 'the working directory does not exist any more', {
      hint: 'change to an existing folder, and run the command again',
      misuse: true,
    });
  }
  if ((code !== 'EACCES' && code !== 'EPERM') || path === undefined) return error;
  return new MirrorError('AccessDenied', `permission denied: ${dest ?? path}`, {
    hint: 'check the owner and mode of the path and its parent folders, or run the command as root',
    cause: error,
  });
}
