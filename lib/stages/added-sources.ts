import { MirrorError } from '../errors';
import { type AddedRepository, repositoryText } from '../job/added-repository';
import { addedSources, type ImageSource } from '../job/apt-sources';
import { checked } from '../job/checked';
import { foldersOf, made } from '../job/layout';
import { type AptSource, AptSources } from '../job/order';
import { parseRepository } from '../job/repository';
import { readText } from '../machine/files';
import { ppaKey } from '../machine/launchpad';
import { progress } from '../machine/log';
import { binaryKeyring, keysOf } from '../simplestreams/keyring';
import { parseStrictJson } from '../simplestreams/strict-json';
import { networkOf } from './search';
import { handOnJson, takeUp, type Workbench } from './workbench';

/** The repositories that an order adds, with their keys, found and kept for the later stages. */
export async function findAddedSources(bench: Workbench): Promise<ImageSource[]> {
  const { order } = bench;
  const found = await Promise.all((order.customise?.repositories ?? []).map((one) => sourcesOf(one, bench)));
  const sources = found.flat();
  await handOnJson(bench, made.repositories(bench.folder), sources);
  return sources;
}

/** Those that {@link findAddedSources} has kept; none where nothing is customised. */
export async function knownAddedSources(bench: Workbench): Promise<ImageSource[]> {
  if (!bench.job.customised) return [];
  const key = made.repositories(foldersOf(bench.job).root);
  return checked(AptSources, JSON.parse(await readText(await takeUp(bench, key))), key);
}

async function sourcesOf(added: AddedRepository, { order }: Workbench): Promise<AptSource[]> {
  const text = repositoryText(added);
  const repository = parseRepository(text);
  const keyring =
    repository.kind === 'ppa' ? await keyringOfPpa(repository, order.places) : await keyringOf(repository.key, text);
  const sources = addedSources({ ...order, customise: { ...emptyCustomisation, repositories: [added] } });
  return sources.map((source) => ({ ...source, keyring: keyring.toString('base64') }));
}

const emptyCustomisation = { repositories: [], proposed: [], packages: [], purge: [] };

/** The key is believed only if it is the one whose fingerprint the archive's own object tells. */
async function keyringOfPpa(
  ppa: { readonly owner: string; readonly name: string },
  places: Workbench['order']['places'],
): Promise<Buffer> {
  const name = `ppa:${ppa.owner}/${ppa.name}`;
  progress(`asking Launchpad for the key of ${name}`);
  const { fingerprint, armoured } = await ppaKey(places.launchpad, ppa, {
    network: networkOf(places),
    parse: parseStrictJson,
  });
  const keyring = await keyringOf(armoured, name);
  const [key, ...others] = await keysOf(keyring);
  if (key?.fingerprint === fingerprint && others.length === 0) return key.keyring;
  throw new MirrorError('BadSignature', `the key of ${name} is ${key?.fingerprint}, Launchpad says ${fingerprint}`, {
    hint: 'somebody between here and Launchpad changes what it answers, or its address is wrong',
  });
}

async function keyringOf(armoured: string, repository: string): Promise<Buffer> {
  const [name = ''] = repository.split('\n');
  try {
    const keyring = binaryKeyring(Buffer.from(armoured));
    await keysOf(keyring);
    return keyring;
  } catch (cause) {
    throw new MirrorError('BadSignature', `the key of ${name} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
