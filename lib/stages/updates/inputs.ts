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

/** What a look at the sources needs. */
export interface CheckBench {
  readonly request: BuildRequest;
  readonly scratch: string;
  /** Holds `keyrings/`. */
  readonly tools: string;
  /** Who checks the signatures of a stream. @default gpgv */
  readonly verify?: VerifyClearsigned;
  /** Reads what a name of credentials stands for. @default - it knows none */
  readonly secretOf?: SecretOf;
}

/** One digest of all that a build would start from, or undefined where that cannot be known beforehand. */
export async function imageInputs(
  bench: CheckBench,
  architecture: string,
  recipe: string,
): Promise<string | undefined> {
  const { request } = bench;
  const network = networkOf(request.sources);
  const archive = archiveSources(request, architecture);
  // A Debian's may be known to the apt of the machine alone that builds.
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

/** The same of a view's bootloaders. */
export async function bootloaderInputs(bench: CheckBench): Promise<string | undefined> {
  const network = networkOf(bench.request.sources);
  const sources = bootloaderSources(await bootloaderArchives(bench)).flatMap(({ repositories }) => repositories);
  return archivesDigest(await Promise.all(sources.map((source) => inReleaseSha256(source, network))));
}

/** What is known of the base image without bringing it. */
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
 * What may be over when the fetch stage looks again, which says more of it: a stream that cannot be reached, and one that
 * is being updated. A signature that does not hold, and a document that says something wrong, never pass unseen.
 */
const passing: readonly ErrorName[] = ['DownloadFailed', 'NotReady'];
