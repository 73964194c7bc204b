import { z } from 'zod';
import { MirrorError, withoutPasswords } from '../../errors';
import { CredentialsName } from './credentials';
import { parseRepository } from './repository';

/** A repository in a form that parseRepository accepts. */
const repository = z.string().superRefine((text, context) => {
  const fault = faultOf(() => parseRepository(text));
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

/** A repository that requires a user name and password, kept in a secret or a file. */
const PrivateRepository = z
  .strictObject({
    repository: repository.describe('A deb822 stanza with its key and https URLs'),
    credentials: CredentialsName.describe(
      'Where user:password is stored: on AWS the name or ARN of a secret, on one machine a file of mode 0600',
    ),
  })
  .superRefine(({ repository: text }, context) => {
    const fault = faultOf(() => checkPrivate(text));
    if (fault !== undefined) context.addIssue({ code: 'custom', path: ['repository'], message: fault });
  });

/** A repository that a request adds. */
export const AddedRepository = z.union([repository, PrivateRepository], {
  error: ({ input }) =>
    typeof input === 'object' && input !== null && 'repository' in input && !('credentials' in input)
      ? 'has repository: but no credentials:; for a public repository, write the stanza itself, without repository:'
      : 'must be ppa:owner/name, a deb822 stanza, or repository: with credentials:',
});
export type AddedRepository = z.infer<typeof AddedRepository>;

/** Its text, without its credentials. */
export function repositoryText(added: AddedRepository): string {
  return typeof added === 'string' ? added : added.repository;
}

/** The name of its credentials. */
export function credentialsOf(added: AddedRepository): string | undefined {
  return typeof added === 'string' ? undefined : added.credentials;
}

function checkPrivate(text: string): void {
  const parsed = parseRepository(text);
  if (parsed.kind === 'ppa') {
    const { owner, name } = parsed;
    throw new MirrorError(
      'BadInput',
      `ppa:${owner}/${name} has credentials, but Launchpad does not publish the keys of private PPAs`,
      {
        hint: `write it as a deb822 stanza with URIs: https://private-ppa.launchpadcontent.net/${owner}/${name}/ubuntu and its key in Signed-By`,
      },
    );
  }
  const [stanza, ...more] = parsed.stanzas;
  if (more.length > 0 || stanza === undefined) {
    throw new MirrorError('BadInput', `one set of credentials is given for ${parsed.stanzas.length} stanzas`, {
      hint: 'make each stanza a separate repository with its own credentials',
    });
  }
  const open = stanza.uris.find((uri) => !uri.startsWith('https://'));
  if (open !== undefined) {
    throw new MirrorError('BadInput', `${withoutPasswords(open)} has credentials, which would be sent unencrypted`, {
      hint: 'use its https address',
    });
  }
  const twice = stanza.uris.find((uri) => withoutPasswords(uri) !== uri);
  if (twice === undefined) return;
  throw new MirrorError(
    'BadInput',
    `${withoutPasswords(twice)} has credentials, and also a user name or password in its address`,
    {
      hint: 'remove them from the address',
    },
  );
}

function faultOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    return `${error.message}; ${error.hint}`;
  }
}
