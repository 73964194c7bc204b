import { MirrorError } from '../../errors';
import { type Credentials, credentialsIn, splitAddress } from '../../job/sources/credentials';

/** The contents of the secret or file with this name. */
export type SecretOf = (name: string) => Promise<string>;

/** A source ready to be requested: its address contains no user or password. */
export type ReachedSource<T> = Omit<T, 'credentials'> & { readonly credentials?: Credentials };

interface NamedSource {
  readonly uri: string;
  /** Name of its credentials. @default - it has none, or they are in its address */
  readonly credentials?: string | undefined;
}

/**
 * Looks up the credentials that sources name, and removes credentials from addresses.
 * @throws BadInput for a secret or file that does not contain credentials; what secretOf throws
 */
export async function withCredentials<T extends NamedSource>(
  sources: readonly T[],
  secretOf: SecretOf = unknown,
): Promise<ReachedSource<T>[]> {
  return Promise.all(
    sources.map(async ({ credentials: name, ...source }) => {
      if (name === undefined) return { ...source, ...splitAddress(source.uri) };
      return { ...source, credentials: credentialsIn(await secretOf(name), name) };
    }),
  );
}

async function unknown(name: string): Promise<never> {
  throw new MirrorError('NotSupported', `the credentials ${name} cannot be read here`, {
    hint: 'start stages through the state machine, which says where credentials are stored',
  });
}
