import { familyOf } from '../../catalog/releases';
import { type ErrorName, MirrorError } from '../../errors';
import type { BuildRequest } from '../../job/build-request';
import { addedSources, archiveSources, proposedSources } from '../../job/sources/apt-sources';
import { archivesDigest, inReleaseSha256, quickly } from '../../machine/apt/in-release';
import { digestOf } from '../../machine/digest';
import type { VerifyClearsigned } from '../../simplestreams/openpgp/verified-text';
import { bootloaderArchives } from '../loaders/bootloader-archives';
import { bootloaderSources } from '../loaders/bootloader-sources';
import { networkOf, searchOf } from '../sources/search';
import { type SecretOf, withCredentials } from '../sources/source-credentials';
import { findCloudImage } from '../streams/find-cloud-image';
import { baseWord, inputsDigest } from './inputs-digest';

/** What a check of the sources needs. */
export interface CheckBench {
  readonly request: BuildRequest;
  readonly scratch: string;
  /** Holds `keyrings/`. */
  readonly tools: string;
  /** Verifies the signatures of a stream. @default gpgv */
  readonly verify?: VerifyClearsigned;
  /** Reads credentials by name. @default - there are no credentials */
  readonly secretOf?: SecretOf;
}

/** One digest of everything that a build would start from, or undefined if that cannot be known beforehand. */
export async function imageInputs(
  bench: CheckBench,
  architecture: string,
  recipe: string,
): Promise<string | undefined> {
  const { request } = bench;
  const network = networkOf(request.sources);
  const archive = archiveSources(request, architecture);
  // A Debian archive may be configured only on the machine that builds.
  if (archive.length === 0) return undefined;
  const sources = [...archive, ...proposedSources(request, architecture), ...addedSources(request, architecture)];
  const [base, archives] = await Promise.all([
    baseInput(bench, architecture),
    withCredentials(sources, bench.secretOf).then((reached) =>
      Promise.all(reached.map((source) => inReleaseSha256(source, network))),
    ),
  ]);
  return base === undefined ? undefined : inputsDigest({ recipe, archives, base });
}

/** The same for the bootloaders of a view. */
export async function bootloaderInputs(bench: CheckBench): Promise<string | undefined> {
  const network = networkOf(bench.request.sources);
  const sources = bootloaderSources(await bootloaderArchives(bench)).flatMap(({ repositories }) => repositories);
  return archivesDigest(await Promise.all(sources.map((source) => inReleaseSha256(source, network))));
}

/** What is known about the base image without downloading it. */
async function baseInput(bench: CheckBench, architecture: string): Promise<string | undefined> {
  const { request } = bench;
  if (request.base !== '') return baseWord({ kind: 'given', sha256: (await digestOf(request.base)).sha256 }, '');
  if (familyOf(request.release) === 'debian') return baseWord({ kind: 'bootstrap', sha256: '' }, '');
  try {
    const job = { architecture };
    const { serial, squashfs, rootTarball } = await findCloudImage({
      ...(await searchOf({ ...bench, job })),
      waits: quickly.waits,
      silenceMs: quickly.silenceMs,
    });
    return baseWord({ kind: 'cloud-image', sha256: (squashfs ?? rootTarball)?.sha256 ?? '' }, serial);
  } catch (error) {
    if (error instanceof MirrorError && passing.includes(error.name)) return undefined;
    throw error;
  }
}

/**
 * Errors that may be gone when the fetch stage tries again, and that it reports in more detail: a stream that cannot be
 * reached or is being updated. Bad signatures and invalid documents are always thrown.
 */
const passing: readonly ErrorName[] = ['DownloadFailed', 'NotReady'];
