import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { execa } from 'execa';
import { MirrorError } from '../errors';

/**
 * Has gpgv check a file that holds its signature.
 * @param keyring absolute path of a binary keyring
 * @returns the text that gpgv gives out as signed; nothing else of the file counts
 * @throws BadSignature with gpgv's words; MissingTool; CommandFailed where gpgv cannot be started
 */
export async function verifyClearsigned(file: string, keyring: string): Promise<Buffer> {
  return gpgv(file, keyring, ['--output', '-'], [file]);
}

/** Has gpgv check a file against a detached signature. @throws as {@link verifyClearsigned} */
export async function verifyDetached(signature: string, file: string, keyring: string): Promise<void> {
  await gpgv(file, keyring, [], [signature, file]);
}

/**
 * What runs gpgv, in the folder of the keyring: gpgv takes what stands before any colon of a keyring's path for a scheme.
 * @throws BadInput where the keyring has no absolute path: gpgv looks for a bare name in its own home folder
 */
export function gpgvCommand(
  keyring: string,
  options: readonly string[],
  files: readonly string[],
): { readonly cwd: string; readonly args: string[] } {
  if (!isAbsolute(keyring)) {
    throw new MirrorError('BadInput', `the keyring ${keyring} is not an absolute path`, {
      hint: 'gpgv would look for it in its own home folder',
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
    throw new MirrorError('CommandFailed', `gpgv could not be started (${result.code})`, { cause: result });
  }
  const words = Buffer.from(result.stderr).toString() || result.message;
  throw new MirrorError('BadSignature', `the signature of ${file} does not hold: ${words}`, {
    hint: 'the file was changed, or signed by a key that the keyring does not hold',
  });
}

/** Bytes. No document is longer (lib/machine/download/download.ts); and gpgv repeats every line that it dislikes. */
const mostText = 512 * 1024 * 1024;
const mostWords = 64 * 1024;
