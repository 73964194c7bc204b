import { isAbsolute } from 'node:path';
import { execa } from 'execa';
import { MirrorError } from '../errors';

/**
 * Has gpgv check a file that holds its signature.
 * @param keyring absolute path of a binary keyring
 * @throws BadSignature with gpgv's words; MissingTool
 */
export async function verifyClearsigned(file: string, keyring: string): Promise<void> {
  await gpgv(file, gpgvCommand(keyring, [file]));
}

/** Has gpgv check a file against a signature that lies beside it. @throws BadSignature with gpgv's words; MissingTool */
export async function verifyDetached(signature: string, file: string, keyring: string): Promise<void> {
  await gpgv(file, gpgvCommand(keyring, [signature, file]));
}

/** @throws BadInput where the keyring has no absolute path: gpgv looks for a bare name in its own home folder */
export function gpgvCommand(keyring: string, files: readonly string[]): string[] {
  if (!isAbsolute(keyring)) {
    throw new MirrorError('BadInput', `the keyring ${keyring} is not an absolute path`, {
      hint: 'gpgv would look for it in its own home folder',
    });
  }
  return ['--keyring', keyring, '--', ...files];
}

async function gpgv(file: string, args: string[]): Promise<void> {
  const result = await execa('gpgv', args, { reject: false, stdin: 'ignore', env: { LC_ALL: 'C' } });
  if (result.exitCode === 0) return;
  if (result.code === 'ENOENT') {
    throw new MirrorError('MissingTool', 'gpgv is not installed', { hint: 'install the package gpgv', cause: result });
  }
  throw new MirrorError('BadSignature', `the signature of ${file} does not hold: ${result.stderr || result.message}`, {
    hint: 'the file was changed, or signed by a key that the keyring does not hold',
  });
}
