import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { execa } from 'execa';
import { MirrorError } from '../errors';

/**
 * Verifies a clearsigned file with gpgv.
 * @param keyring absolute path of a binary keyring
 * @returns the signed text as gpgv prints it; ignore everything else in the file
 * @throws BadSignature with the output of gpgv; MissingTool; CommandFailed if gpgv cannot be started
 */
export async function verifyClearsigned(file: string, keyring: string): Promise<Buffer> {
  return gpgv(file, keyring, ['--output', '-'], [file]);
}

/** Verifies a file against a detached signature with gpgv. @throws as {@link verifyClearsigned} */
export async function verifyDetached(signature: string, file: string, keyring: string): Promise<void> {
  await gpgv(file, keyring, [], [signature, file]);
}

/**
 * The gpgv command. It runs in the keyring's folder, because gpgv treats text before a colon in a keyring's path as a
 * scheme.
 * @throws BadInput if the path of the keyring is not absolute: gpgv looks for relative ones in its home folder
 */
export function gpgvCommand(
  keyring: string,
  options: readonly string[],
  files: readonly string[],
): { readonly cwd: string; readonly args: string[] } {
  if (!isAbsolute(keyring)) {
    throw new MirrorError('BadInput', `the keyring ${keyring} is not an absolute path`, {
      hint: 'specify an absolute path; gpgv looks for other names in its home folder',
    });
  }
  const paths = files.map((file) => resolve(file));
  return { cwd: dirname(keyring), args: ['--keyring', `./${basename(keyring)}`, ...options, '--', ...paths] };
}

async function gpgv(
  file: string,
  keyring: string,
  options: readonly string[],
  files: readonly string[],
): Promise<Buffer> {
  const { cwd, args } = gpgvCommand(keyring, options, files);
  const result = await execa('gpgv', args, {
    cwd,
    reject: false,
    stdin: 'ignore',
    env: { LC_ALL: 'C' },
    encoding: 'buffer',
    stripFinalNewline: false,
    maxBuffer: { stdout: mostText, stderr: mostWords },
  });
  if (result.exitCode === 0 && !result.failed) return Buffer.from(result.stdout);
  if (result.code === 'ENOENT') {
    throw new MirrorError('MissingTool', 'gpgv is not installed', { hint: 'install the package gpgv', cause: result });
  }
  if (result.exitCode === undefined && result.signal === undefined) {
    throw new MirrorError('CommandFailed', `cannot start gpgv (${result.code})`, { cause: result });
  }
  const words = Buffer.from(result.stderr).toString() || result.message;
  throw new MirrorError('BadSignature', `bad signature of ${file}: ${words}`, {
    hint: 'the file was changed, or it was signed with a key that is not in the keyring',
  });
}

/** Bytes. No document is longer (lib/machine/download/download.ts). gpgv quotes every malformed line in its errors. */
const mostText = 512 * 1024 * 1024;
const mostWords = 64 * 1024;
