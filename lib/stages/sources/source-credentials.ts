import { MirrorError } from '../../errors';
import { type Credentials, credentialsIn, splitAddress } from '../../job/sources/credentials';

/** What a secret or file of this name holds. */
export type SecretOf = (name: string) => Promise<string>;

/** A source as it is reached: its address has no user or password in it. */
export type ReachedSource<T> = Omit<T, 'credentials'> & { readonly credentials?: Credentials };

interface NamedSource {
  readonly uri: string;
  /** What its credentials are called. @default - it has none, or they are in its address */
  readonly credentials?: string | undefined;
}

/**
 * Looks up the credentials that sources name, and takes those out of addresses that stand there.
 * @throws BadInput for a secret or file that holds something else; what secretOf throws
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
    hint: 'a stage is started by the state machine, which says where credentials are',
  });
}
