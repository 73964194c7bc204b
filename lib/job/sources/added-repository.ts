import { z } from 'zod';
import { MirrorError, withoutPasswords } from '../../errors';
import { CredentialsName } from './credentials';
import { parseRepository } from './repository';

/** A repository as parseRepository reads it. */
const repository = z.string().superRefine((text, context) => {
  const fault = faultOf(() => parseRepository(text));
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

/** One that only answers to a user and a password, which a secret or a file holds. */
const PrivateRepository = z
  .strictObject({
    repository: repository.describe('A deb822 stanza with its key; its addresses are https'),
    credentials: CredentialsName.describe(
      'What holds user:password: on AWS the name or ARN of a secret, on one machine a file of mode 0600',
    ),
  })
  .superRefine(({ repository: text }, context) => {
    const fault = faultOf(() => checkPrivate(text));
    if (fault !== undefined) context.addIssue({ code: 'custom', path: ['repository'], message: fault });
  });

/** A repository that an order adds. */
export const AddedRepository = z.union([repository, PrivateRepository], {
  error: ({ input }) =>
    typeof input === 'object' && input !== null && 'repository' in input && !('credentials' in input)
      ? 'has repository: without credentials:; where it needs none, write the stanza itself, without repository:'
      : 'is neither ppa:owner/name, nor a deb822 stanza, nor a repository with its credentials',
});
export type AddedRepository = z.infer<typeof AddedRepository>;

/** How it is written, without its credentials. */
export function repositoryText(added: AddedRepository): string {
  return typeof added === 'string' ? added : added.repository;
}

/** What its credentials are called. */
export function credentialsOf(added: AddedRepository): string | undefined {
  return typeof added === 'string' ? undefined : added.credentials;
}

function checkPrivate(text: string): void {
  const parsed = parseRepository(text);
  if (parsed.kind === 'ppa') {
    const { owner, name } = parsed;
    throw new MirrorError(
      'BadInput',
      `ppa:${owner}/${name} has credentials, but Launchpad tells no key of a private PPA`,
      {
        hint: `give it as a deb822 stanza with URIs: https://private-ppa.launchpadcontent.net/${owner}/${name}/ubuntu and its key in Signed-By`,
      },
    );
  }
  const [stanza, ...more] = parsed.stanzas;
  if (more.length > 0 || stanza === undefined) {
    throw new MirrorError('BadInput', `it has ${parsed.stanzas.length} stanzas, and one user and password`, {
      hint: 'give each stanza as a repository of its own, with its credentials',
    });
  }
  const open = stanza.uris.find((uri) => !uri.startsWith('https://'));
  if (open !== undefined) {
    throw new MirrorError(
      'BadInput',
      `${withoutPasswords(open)} has credentials, which would cross the net in the open`,
      {
        hint: 'give its https address',
      },
    );
  }
  const twice = stanza.uris.find((uri) => withoutPasswords(uri) !== uri);
  if (twice === undefined) return;
  throw new MirrorError(
    'BadInput',
    `${withoutPasswords(twice)} has credentials, and a user or password in its address`,
    {
      hint: 'take them out of the address',
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
