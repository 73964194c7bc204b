import { resolve } from 'node:path';
import { MirrorError } from '../../lib/errors';
import type { BuildRequest } from '../../lib/job/build-request';
import { type AddedRepository, credentialsOf } from '../../lib/job/sources/added-repository';
import { credentialsIn } from '../../lib/job/sources/credentials';
import { parseRepository } from '../../lib/job/sources/repository';
import { secretFile } from '../../lib/machine/secrets/secret-file';

/**
 * Repositories with the credentials that `--credentials HOST=NAME` gives to their hosts.
 * @throws BadInput (misuse) for another form, for a host that is named twice, or that no repository has
 */
export function withCredentials(stanzas: readonly string[], given: readonly string[]): AddedRepository[] {
  const named = given.map(namedHost);
  const hosts = stanzas.map(hostsOf);
  for (const [at, { host }] of named.entries()) {
    if (named.findIndex((other) => other.host === host) < at) throw misuse(`--credentials names ${host} twice`);
    if (!hosts.some((known) => known.includes(host))) {
      throw misuse(`--credentials names ${host}, but no --repository is on this host`, 'write the host as in its URIs');
    }
  }
  return stanzas.map((repository, at) => {
    const [one, other] = named.filter(({ host }) => hosts[at]?.includes(host));
    if (one === undefined) return repository;
    if (other === undefined) return { repository, credentials: one.name };
    throw misuse(`the repository on ${one.host} and ${other.host} has two credentials`, 'split it into two stanzas');
  });
}

function namedHost(text: string): { readonly host: string; readonly name: string } {
  const [, host, name] = /^([\w.-]+(?::\d+)?|\[[0-9a-f:]+\](?::\d+)?)=(.+)$/i.exec(text) ?? [];
  if (host !== undefined && name !== undefined) return { host: host.toLowerCase(), name };
  // The value is not shown: it may be the password.
  throw misuse('--credentials is not of the form HOST=NAME', credentialsHint);
}

const credentialsHint =
  'NAME is a file with mode 0600 that contains user:password; with --stack, it is the name or ARN of a secret';

/** None for an invalid repository: the schema of the build request has a better message. */
function hostsOf(stanza: string): string[] {
  try {
    const parsed = parseRepository(stanza);
    if (parsed.kind === 'ppa') return [];
    return parsed.stanzas.flatMap(({ uris }) => uris.map((uri) => new URL(uri).host));
  } catch (error) {
    if (error instanceof MirrorError || error instanceof TypeError) return [];
    throw error;
  }
}

/**
 * A build request whose credentials are files of this machine, by their absolute paths.
 * @param folder where relative paths begin
 */
export function fromFolder(request: BuildRequest, folder: string): BuildRequest {
  const { customise } = request;
  if (customise === undefined) return request;
  const repositories = customise.repositories.map((one) =>
    typeof one === 'string' ? one : { ...one, credentials: resolve(folder, one.credentials) },
  );
  return { ...request, customise: { ...customise, repositories } };
}

/** Checks all files before anything is built. @throws KeyExposed, BadInput */
export async function checkCredentials(requests: readonly BuildRequest[]): Promise<void> {
  const names = requests.flatMap(({ customise }) =>
    (customise?.repositories ?? []).flatMap((one) => credentialsOf(one) ?? []),
  );
  for (const name of new Set(names)) credentialsIn(await secretFile(name), name);
}

function misuse(message: string, hint = credentialsHint): MirrorError {
  return new MirrorError('BadInput', message, { hint, misuse: true });
}
