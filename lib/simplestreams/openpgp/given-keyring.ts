import { MirrorError } from '../../errors';
import { binaryKeyring } from './keyring';

/**
 * A keyring that a person named, in its binary form.
 * @param read reads the file
 * @throws BadInput (misuse) where it cannot be read or is no keyring
 */
export async function givenKeyring(path: string, read: (path: string) => Promise<Buffer>): Promise<Buffer> {
  try {
    return binaryKeyring(await read(path));
  } catch (cause) {
    throw new MirrorError('BadInput', `the keyring ${path} cannot be read: ${(cause as Error).message}`, {
      hint: 'give the path of a keyring file, binary (`gpg --export`) or armoured',
      cause,
      misuse: true,
    });
  }
}
