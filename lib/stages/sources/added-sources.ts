import { MirrorError, withoutPasswords } from '../../errors';
import { type AptSource, AptSources, type BuildRequest } from '../../job/build-request';
import { checked } from '../../job/checked';
import { foldersOf, made } from '../../job/layout';
import { type AddedRepository, repositoryText } from '../../job/sources/added-repository';
import { addedSources, type ImageSource } from '../../job/sources/apt-sources';
import { parseRepository } from '../../job/sources/repository';
import { isFor, type Stanza } from '../../job/sources/stanza';
import { ppaKey } from '../../machine/apt/launchpad';
import { readText } from '../../machine/files';
import { progress } from '../../machine/log';
import { keysOf } from '../../simplestreams/openpgp/keyring';
import { binaryKeyring, publicKeyring } from '../../simplestreams/openpgp/public-keyring';
import { parseStrictJson } from '../../simplestreams/strict-json';
import { handOnJson, takeUp, type Workbench } from '../workbench';
import { networkOf } from './search';

/** Finds the repositories that a build request adds, with their keys, and stores them for the later stages. */
export async function findAddedSources(bench: Workbench): Promise<ImageSource[]> {
  const { request } = bench;
  const found = await Promise.all((request.customise?.repositories ?? []).map((one) => sourcesOf(one, bench)));
  const sources = found.flat();
  await handOnJson(bench, made.repositories(bench.folder), sources);
  return sources;
}

/** The repositories that {@link findAddedSources} stored; none if nothing is customised. */
export async function knownAddedSources(bench: Workbench): Promise<ImageSource[]> {
  if (!bench.job.customised) return [];
  const key = made.repositories(foldersOf(bench.job).root);
  return checked(AptSources, JSON.parse(await readText(await takeUp(bench, key))), key);
}

async function sourcesOf(added: AddedRepository, { request, job }: Workbench): Promise<AptSource[]> {
  const repository = parseRepository(repositoryText(added));
  const only = { ...request, customise: { ...nothingElse, repositories: [added] } };
  const sources = addedSources(only, job.architecture);
  if (repository.kind === 'ppa') {
    const keyring = await keyringOfPpa(repository, request.sources);
    return sources.map(({ keys: _, ...source }) => ({ ...source, keyringData: keyring.toString('base64') }));
  }
  tellOfStanzas(repository.stanzas, job.architecture);
  return Promise.all(
    sources.map(async ({ keys = [], ...source }) => {
      const keyring = await stanzaKeyring(keys, source.uri);
      return { ...source, keyringData: keyring.toString('base64') };
    }),
  );
}

const nothingElse = { repositories: [], proposed: [], allProposed: false, packages: [], purge: [] };

/** Reports stanzas and fields that have no effect, as in apt. */
function tellOfStanzas(stanzas: readonly Stanza[], architecture: string): void {
  for (const stanza of stanzas) {
    const uris = withoutPasswords(stanza.uris.join(' '));
    if (!isFor(stanza, architecture)) progress(`skipping ${uris}: it is not for ${architecture}`);
    if (stanza.unknown.length > 0)
      progress(`warning: ignoring unknown fields of ${uris}: ${stanza.unknown.join(', ')}`);
  }
}

/**
 * Checks the keys that a build request gives for its repositories, before anything is downloaded.
 * @throws BadInput (misuse) for one that cannot be read
 */
export async function checkAddedKeys(request: Pick<BuildRequest, 'customise'>): Promise<void> {
  for (const added of request.customise?.repositories ?? []) {
    const repository = parseRepository(repositoryText(added));
    if (repository.kind === 'ppa') continue;
    for (const { keys, uris } of repository.stanzas) await stanzaKeyring(keys, uris.join(' '));
  }
}

/** The key is accepted only if it has the fingerprint in Launchpad's record of the PPA. */
async function keyringOfPpa(
  ppa: { readonly owner: string; readonly name: string },
  sources: Workbench['request']['sources'],
): Promise<Buffer> {
  const name = `ppa:${ppa.owner}/${ppa.name}`;
  progress(`asking Launchpad for the key of ${name}`);
  const asking = { network: networkOf(sources), parse: parseStrictJson };
  const { fingerprint, armoured } = await ppaKey(sources.launchpad, ppa, asking, { retried: progress });
  const keyring = await keyringOf(armoured, name);
  const [key, ...others] = await keysOf(keyring);
  if (key?.fingerprint === fingerprint && others.length === 0) return key.keyring;
  throw new MirrorError(
    'BadSignature',
    `the key of ${name} is ${key?.fingerprint}, but Launchpad names ${fingerprint}`,
    {
      hint: 'the response was changed in transit, or the address of Launchpad is wrong (--launchpad, sources.launchpad)',
    },
  );
}

/** A keyring of the key blocks of a stanza; any of the keys may sign for it. */
async function stanzaKeyring(keys: readonly string[], uri: string): Promise<Buffer> {
  try {
    const keyrings = keys.map((key) => publicKeyring(Buffer.from(key)));
    for (const keyring of keyrings) await keysOf(keyring);
    return Buffer.concat(keyrings);
  } catch (cause) {
    throw new MirrorError(
      'BadInput',
      `the key of ${withoutPasswords(uri)} cannot be read: ${(cause as Error).message}`,
      {
        hint: 'put the output of `gpg --armor --export` into Signed-By: indent each line by one space, and write a dot for an empty line',
        cause,
        misuse: true,
      },
    );
  }
}

async function keyringOf(armoured: string, name: string): Promise<Buffer> {
  try {
    const keyring = binaryKeyring(Buffer.from(armoured));
    await keysOf(keyring);
    return keyring;
  } catch (cause) {
    throw new MirrorError('BadSignature', `the key of ${name} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
