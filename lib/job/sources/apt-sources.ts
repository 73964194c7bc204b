/* job/sources: archives, PPAs and their credentials. */

import { architectureOf } from '../../catalog/architectures';
import { familyOf } from '../../catalog/releases';
import type { AptSource, BuildRequest } from '../build-request';
import { credentialsOf, repositoryText } from './added-repository';
import { parseRepository } from './repository';
import type { Sources } from './sources';
import { isFor, type Stanza } from './stanza';

/** An apt source inside an image. */
export interface ImageSource extends AptSource {
  /** Path of a keyring in the image, used if no keyring is given. @default - apt's trusted keys */
  readonly signedBy?: string;
}

/** Ubuntu's public archives. */
export const ubuntuArchives = {
  archive: 'http://archive.ubuntu.com/ubuntu',
  ports: 'http://ports.ubuntu.com/ubuntu-ports',
} as const;

const ubuntuKeyring = '/usr/share/keyrings/ubuntu-archive-keyring.gpg';

/** The release's own archive, from the sources of a request; empty for Debian where the machine's apt configuration is used. */
export function archiveSources(request: BuildRequest, architecture: string): ImageSource[] {
  if (familyOf(request.release) === 'ubuntu')
    return ['', '-updates', '-security'].map((pocket) => ubuntuSource(request, architecture, pocket));
  const { archive, archiveKeyringData } = request.sources;
  if (archive === undefined) return [...request.aptSources];
  return [{ uri: archive, suite: request.release, components: ['main'], ...keyringOf(archiveKeyringData) }];
}

/** -proposed, if a request installs anything from it. */
export function proposedSources(request: BuildRequest, architecture: string): ImageSource[] {
  const { proposed = [], allProposed = false } = request.customise ?? {};
  return proposed.length === 0 && !allProposed ? [] : [ubuntuSource(request, architecture, '-proposed')];
}

/** A source of an added repository. */
export interface AddedSource extends Omit<AptSource, 'keyringData'> {
  /** Armoured keys from its stanza. @default - the PPA's key, from Launchpad */
  readonly keys?: readonly string[];
}

/** The added repositories of a request that apply to an architecture. */
export function addedSources(
  request: Pick<BuildRequest, 'customise' | 'release' | 'sources'>,
  architecture: string,
): AddedSource[] {
  return (request.customise?.repositories ?? []).flatMap((added) => {
    const repository = parseRepository(repositoryText(added));
    if (repository.kind === 'ppa') {
      const uri = `${request.sources.ppas.replace(/\/+$/, '')}/${repository.owner}/${repository.name}/ubuntu`;
      return [{ uri, suite: request.release, components: ['main'] }];
    }
    return repository.stanzas
      .filter((stanza) => isFor(stanza, architecture))
      .flatMap((stanza) => sourcesOf(stanza, credentialsOf(added)));
  });
}

function sourcesOf(
  { uris, suites, components, keys, options }: Stanza,
  credentials: string | undefined,
): AddedSource[] {
  const common = { components: [...components], keys, ...named(credentials), ...(hasAny(options) && { options }) };
  return uris.flatMap((uri) => suites.map((suite) => ({ uri, suite, ...common })));
}

const hasAny = (options: object) => Object.keys(options).length > 0;

const named = (credentials: string | undefined) => (credentials === undefined ? {} : { credentials });

/** Address of one of Ubuntu's two archives. A snapshot contains both. */
export function ubuntuArchive(sources: Sources, which: keyof typeof ubuntuArchives): string {
  const { snapshot, snapshots } = sources;
  if (snapshot === undefined) return sources[which] ?? ubuntuArchives[which];
  return `${snapshots.replace(/\/+$/, '')}/ubuntu/${snapshot}`;
}

function ubuntuSource({ release, sources }: BuildRequest, architecture: string, pocket: string): ImageSource {
  const { archiveKeyringData } = sources;
  return {
    uri: ubuntuArchive(sources, architectureOf(architecture).archive),
    suite: `${release}${pocket}`,
    components: ['main', 'restricted', 'universe', 'multiverse'],
    ...(archiveKeyringData === undefined ? { signedBy: ubuntuKeyring } : { keyringData: archiveKeyringData }),
  };
}

function keyringOf(keyringData: string | undefined): Pick<AptSource, 'keyringData'> {
  return keyringData === undefined ? {} : { keyringData };
}
