import { MirrorError } from '../errors';

/**
 * What a deployed stack tells about itself. The CDK writes the path of the construct before these names and eight
 * digits behind them: `MirrorSiteMirrorUrl0F1E2D3C`.
 */
export const outputNames = {
  /** Address of the mirror, with a slash at its end. */
  url: 'MirrorUrl',
  /** Address of the keyring that MAAS wants. */
  keyringUrl: 'KeyringUrl',
  /** ARN of the KeyValueStore with the credentials of the sites, where the mirror asks for some. */
  credentials: 'CredentialsStore',
} as const;

/**
 * The output of this name.
 * @param outputs by their keys in the stack
 * @returns undefined where the stack has none
 * @throws BadInput where it has several: it holds more than one mirror
 */
export function outputOf(outputs: Readonly<Record<string, string>>, name: string): string | undefined {
  const pattern = new RegExp(`${name}([0-9A-F]{8})?$`);
  const found = Object.keys(outputs).filter((key) => pattern.test(key));
  if (found.length <= 1) return found[0] && outputs[found[0]];
  throw new MirrorError('BadInput', `the stack has more than one ${name}: ${found.join(', ')}`, {
    hint: 'this tool works on stacks that hold one mirror; give each mirror a stack of its own',
    misuse: true,
  });
}
