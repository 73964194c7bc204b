import { accessSync, constants, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { MirrorError } from '../../lib/errors';
import { systemFolders } from '../../lib/local/codebuild/build-environment';

/**
 * Makes this process and its children independent of how it was started: the PATH of cron, and of `su` without a dash,
 * lacks the folders of losetup and pivot_root, and the umask would affect images.
 */
export function repairEnvironment(): void {
  process.env.PATH = withSystemFolders(process.env.PATH ?? '');
  process.umask(0o022);
}

/** A search path with the folders of system programs appended. */
export function withSystemFolders(path: string): string {
  return [...new Set([...path.split(':').filter(Boolean), ...systemFolders])].join(':');
}

/** The folder for temporary files. @throws BadInput (misuse) if the environment names one that cannot be used */
export function temporaryFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const folder = tmpdir();
  const name = ['TMPDIR', 'TMP', 'TEMP'].find((one) => environment[one]) ?? 'TMPDIR';
  try {
    if (!statSync(folder).isDirectory()) throw unusable(name, folder, 'it is not a folder');
    accessSync(folder, constants.W_OK | constants.X_OK);
    return folder;
  } catch (error) {
    if (error instanceof MirrorError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    throw unusable(name, folder, missing ? 'it does not exist' : 'it cannot be written to', error);
  }
}

function unusable(name: string, folder: string, why: string, cause?: unknown): MirrorError {
  return new MirrorError('BadInput', `cannot use ${folder} for temporary files: ${why}`, {
    hint: `create the folder, or set ${name} to another one`,
    cause,
    misuse: true,
  });
}
