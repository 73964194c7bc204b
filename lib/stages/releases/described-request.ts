/* stages/releases: releases that the signed stream describes. */

import { architectures as builtArchitectures } from '../../catalog/architectures';
import { factsFault, isTooOld, oldestDescribed } from '../../catalog/described';
import { findRelease, releaseNames } from '../../catalog/releases';
import { MirrorError, withoutPasswords } from '../../errors';
import type { BuildRequest } from '../../job/build-request';
import { bootloadersRequest } from '../../job/job';
import { type DistroInfoRelease, distroInfoReleases } from '../../job/releases/distro-info';
import type { AboutRelease, FactsSource, ReleaseFacts } from '../../job/releases/facts';
import { streamAddress } from '../../job/sources/sources';
import { quickly } from '../../machine/apt/in-release';
import type { StreamRelease, StreamReleases } from '../../simplestreams/foreign/stream-release';
import type { VerifyClearsigned } from '../../simplestreams/openpgp/verified-text';
import { streamOf } from '../sources/search';
import { streamReleases } from './stream';

export interface DescribeBench {
  /** An empty folder. */
  readonly scratch: string;
  /** Holds `keyrings/`. */
  readonly tools: string;
  /** Who checks the signatures of the stream. @default gpgv */
  readonly verify?: VerifyClearsigned;
  /** Text of this machine's distro-info-data. @default - it has none */
  readonly distroInfo?: string | undefined;
}

/**
 * An order whose release is known: where the catalogue does not have it, the order says what the signed stream of cloud
 * images says of it, and distro-info-data where the stream says nothing. What the order says already counts more.
 * @throws UnknownRelease (misuse) where no source has the release; NotSupported (misuse) for one before 16.04; BadFormat
 *   where its description contradicts itself; BadSignature
 */
export async function describedRequest(request: BuildRequest, bench: DescribeBench): Promise<BuildRequest> {
  const { release: word, about } = request;
  if (word === bootloadersRequest || findRelease(word) !== undefined) return request;
  if (about?.sources.some((source) => source !== 'mirror.yaml')) return request;
  if (!/^(?:[a-z]{1,40}|\d\d\.\d\d)$/.test(word)) throw unknown(request, {});

  const stream = await fromStream(request, bench);
  if (stream.release !== undefined && isTooOld(stream.release.version)) throw tooOld(stream.release);
  const [distro] = distroInfoReleases(bench.distroInfo ?? '', stream.release?.name ?? word);
  if (stream.release === undefined && distro === undefined && about?.version === undefined)
    throw unknown(request, stream);
  const name = stream.release?.name ?? distro?.name ?? word;
  const described = { ...request, release: name, about: merged(about, stream.release, distro) };
  const fault = factsFault(name, described.about);
  if (fault === undefined) return described;
  throw odd(`${name} cannot be built by what ${described.about.sources.join(' and ')} says: ${fault}`);
}

interface FromStream {
  readonly release?: StreamRelease | undefined;
  /** Why nothing is known of it. */
  readonly failure?: MirrorError;
  /** What the stream has. */
  readonly names?: readonly string[];
}

/** A stream that cannot be read now may be read by the next one who asks; a signature that is wrong is never passed over. */
async function fromStream(request: BuildRequest, bench: DescribeBench): Promise<FromStream> {
  const { release: word, about } = request;
  if (request.base !== '' && about?.version !== undefined) return {};
  let found: StreamReleases;
  try {
    const { stream, ...search } = await streamOf({ ...bench, request });
    found = await streamReleases(stream, { ...search, waits: quickly.waits, silenceMs: quickly.silenceMs });
  } catch (failure) {
    if (failure instanceof MirrorError && ['DownloadFailed', 'NotReady'].includes(failure.name)) return { failure };
    throw failure;
  }
  const isWanted = ({ name, version }: { name: string; version: string }) => name === word || version === word;
  const fault = found.odd.find(isWanted)?.fault;
  if (fault !== undefined) throw odd(`${placeOf(request)} describes ${word} oddly: ${fault}`);
  // A series that is misspelt would have the images of the right one.
  const namesake = found.releases.find(({ name, version }) => version === about?.version && name !== word);
  if (namesake !== undefined) throw odd(`${placeOf(request)} calls ${namesake.version} ${namesake.name}, not ${word}`);
  return { release: found.releases.find(isWanted), names: found.releases.map(({ name }) => name) };
}

/** What is said first counts; only days that the stream does not know are distro-info's where both know a release. */
function merged(
  said: AboutRelease | undefined,
  stream: StreamRelease | undefined,
  distro: DistroInfoRelease | undefined,
): AboutRelease {
  const { sources: _, ...given } = said ?? { sources: [] };
  const info = stream === undefined || stream.version === distro?.facts.version ? distro?.facts : undefined;
  const facts: ReleaseFacts = { ...info, ...(stream && factsOfStream(stream)), ...given };
  const sources: FactsSource[] = [
    ...(said === undefined ? [] : ['mirror.yaml' as const]),
    ...(stream === undefined ? [] : ['stream' as const]),
    ...(info === undefined ? [] : ['distro-info' as const]),
  ];
  return { ...facts, sources };
}

/** Variants (`amd64v3`) and architectures that cannot be built for are left out. */
export function factsOfStream({ version, title, codename, supportEol, architectures }: StreamRelease): ReleaseFacts {
  const buildable = architectures.filter((one) => builtArchitectures.some(({ name }) => name === one));
  return {
    version,
    ...(title !== undefined && { title }),
    ...(codename !== undefined && { codename }),
    ...(supportEol !== undefined && { supportEol }),
    ...(buildable.length > 0 && { architectures: [...new Set(buildable)].sort() }),
  };
}

const placeOf = ({ sources }: BuildRequest) => withoutPasswords(streamAddress(sources));

function odd(message: string): MirrorError {
  return new MirrorError('BadFormat', message, {
    hint: 'report it to its publisher, or describe the release by `catalogue` in mirror.yaml',
  });
}

function tooOld({ name, version }: StreamRelease): MirrorError {
  return new MirrorError(
    'NotSupported',
    `${name} (${version}) is older than ${oldestDescribed}, the oldest that is built`,
    {
      hint: 'name a later release; `maas-mirror releases` lists them',
      misuse: true,
    },
  );
}

function unknown(request: BuildRequest, { failure, names }: FromStream): MirrorError {
  const known = `no release ${JSON.stringify(request.release)}; there are ${releaseNames()}`;
  const more = names?.filter((name) => findRelease(name) === undefined) ?? [];
  const stream =
    failure === undefined ? '' : `; ${placeOf(request)}, which may know it, cannot be read: ${failure.message}`;
  const isBare = request.about !== undefined && request.about.version === undefined;
  const bare = isBare ? `; the entry of ${request.release} in \`catalogue\` of mirror.yaml lacks its version` : '';
  return new MirrorError('UnknownRelease', `${known}${more.map((name) => `, ${name}`).join('')}${bare}${stream}`, {
    hint: isBare
      ? `write its version into that entry, in quotes: ${request.release}: { version: "27.04" }`
      : 'name a release by its series or version, "noble" or "24.04"; `maas-mirror releases` lists them',
    misuse: true,
    ...(failure && { cause: failure }),
  });
}
