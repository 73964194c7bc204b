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
  /** Verifies the signatures of the stream. @default gpgv */
  readonly verify?: VerifyClearsigned;
  /** Text of this machine's distro-info-data. @default - not installed */
  readonly distroInfo?: string | undefined;
}

/**
 * Adds a description of its release to a build request, if the catalogue does not have the release: from the signed
 * stream of cloud images, or from distro-info-data what the stream does not have. What the request says takes precedence.
 * @throws UnknownRelease (misuse) if no source has the release; NotSupported (misuse) for one before 16.04; BadFormat
 *   if its description contradicts itself; BadSignature
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
  throw odd(`${name} cannot be built from its description in ${described.about.sources.join(' and ')}: ${fault}`);
}

interface FromStream {
  readonly release?: StreamRelease | undefined;
  /** Why the stream could not be read. */
  readonly failure?: MirrorError;
  /** The releases in the stream. */
  readonly names?: readonly string[];
}

/** A stream that cannot be read is returned as a failure, since it may be readable later; a bad signature is thrown. */
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
  if (fault !== undefined) throw odd(`${placeOf(request)} describes ${word} incorrectly: ${fault}`);
  // A misspelt series would get the images of the right one.
  const namesake = found.releases.find(({ name, version }) => version === about?.version && name !== word);
  if (namesake !== undefined) throw odd(`${placeOf(request)} calls ${namesake.version} ${namesake.name}, not ${word}`);
  return { release: found.releases.find(isWanted), names: found.releases.map(({ name }) => name) };
}

/** The request takes precedence, then the stream; distro-info adds only what the stream does not have. */
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
    hint: 'report it to the publisher, or describe the release under `catalogue` in mirror.yaml',
  });
}

function tooOld({ name, version }: StreamRelease): MirrorError {
  return new MirrorError(
    'NotSupported',
    `${name} (${version}) is older than ${oldestDescribed}, the oldest supported release`,
    {
      hint: 'name a later release; `maas-mirror releases` lists them',
      misuse: true,
    },
  );
}

function unknown(request: BuildRequest, { failure, names }: FromStream): MirrorError {
  const known = `unknown release ${JSON.stringify(request.release)}; known releases: ${releaseNames()}`;
  const more = names?.filter((name) => findRelease(name) === undefined) ?? [];
  const stream =
    failure === undefined ? '' : `; ${placeOf(request)}, which may have it, cannot be read: ${failure.message}`;
  const isBare = request.about !== undefined && request.about.version === undefined;
  const bare = isBare ? `; the entry for ${request.release} under \`catalogue\` in mirror.yaml has no version` : '';
  return new MirrorError('UnknownRelease', `${known}${more.map((name) => `, ${name}`).join('')}${bare}${stream}`, {
    hint: isBare
      ? `add the version to that entry, in quotes: ${request.release}: { version: "27.04" }`
      : 'give a series or a version, such as noble or 24.04; `maas-mirror releases` lists them',
    misuse: true,
    ...(failure && { cause: failure }),
  });
}
