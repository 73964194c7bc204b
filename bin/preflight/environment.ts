import { accessSync, constants, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { MirrorError } from '../../lib/errors';
import { systemFolders } from '../../lib/local/codebuild/build-environment';

/**
 * Puts right, for this process and all that it starts, what else would depend on how it was started: cron's PATH and that
 * of `su` without a dash lack the folders of losetup and pivot_root, and a umask would end in images.
 */
export function repairEnvironment(): void {
  process.env.PATH = withSystemFolders(process.env.PATH ?? '');
  process.umask(0o022);
}

/** A search path with the folders of the system's programs after its own. */
export function withSystemFolders(path: string): string {
  return [...new Set([...path.split(':').filter(Boolean), ...systemFolders])].join(':');
}

/** The folder for temporary files. @throws BadInput (misuse) where the environment names one that cannot be used */
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
  return new MirrorError('BadInput', `temporary files cannot be kept in ${folder}: ${why}`, {
    hint: `make the folder, or set ${name} to another one`,
    cause,
    misuse: true,
  });
}
