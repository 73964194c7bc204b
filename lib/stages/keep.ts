import { join } from 'node:path';
import { kernelOf } from '../catalog/kernels';
import { productId } from '../catalog/products';
import { MirrorError } from '../errors';
import type { KeepInput } from '../job/handed-on/publish-input';
import type { Kept } from '../job/handed-on/results';
import type { Job } from '../job/job';
import { jobOfStrings } from '../job/job-of';
import { foldersOf, mirror as layout, made } from '../job/layout';
import { releaseFor } from '../job/releases/release-for';
import type { Item, Product, Version } from '../simplestreams/types';
import { byBytes } from '../simplestreams/version-order';
import type { Store } from '../store/store';
import { requestAt } from './run-documents';
import { contentIdOf } from './updates/attempt';
import { type Standing, standingOf } from './updates/standing';

/** The build to which the copies belong. CodeBuild never makes this id. */
const keptBuild = 'Kept:kept';

/** As a build hands it on. */
export interface KeptFlavour {
  readonly build: string;
  readonly result: Kept;
}

/** Where kernels are kept. */
interface KeepBench {
  readonly mirror: Store;
  readonly work: Store;
  /** An empty folder. */
  readonly scratch: string;
}

/**
 * Copies the last kernel and initrd of a flavour from the pool to where its build would have stored them, so that the boot
 * test can boot them with the new root.
 * @throws Withdrawn if all its versions are withdrawn; NoSuchVersion if it has none, or none with kernel and initrd
 */
export async function keepFlavour({ keep: { job: given, kernel } }: KeepInput, bench: KeepBench): Promise<KeptFlavour> {
  const job: Job = { ...jobOfStrings(given), kernel, extracted: keptBuild };
  const release = releaseFor(await requestAt(job.folder, bench.work));
  const { document, withdrawn } = await standingOf(job.view, contentIdOf(job), { mirror: bench.mirror });
  const id = productId(kernelOf(release, job.architecture, kernel), job.view);
  const product = document?.products[id];
  const [name, version] = lastOf(product, withdrawn) ?? [];
  if (product !== undefined && name === undefined) throw nothingToKeep('Withdrawn', kernel, job);
  const [bootKernel, bootInitrd] = [version?.items['boot-kernel'], version?.items['boot-initrd']];
  if (name === undefined || bootKernel === undefined || bootInitrd === undefined)
    throw nothingToKeep('NoSuchVersion', kernel, job);
  const { extracted } = foldersOf(job);
  await copy(bootKernel, made.kernel(extracted), bench);
  await copy(bootInitrd, made.initrd(extracted), bench);
  return { build: keptBuild, result: { version: name, kernel: measured(bootKernel), initrd: measured(bootInitrd) } };
}

/** As builds write: `adopt` asks whether the copy exists, which S3 refuses without the right to list the bucket. */
async function copy({ path, sha256 }: Item, key: string, { mirror, work, scratch }: KeepBench): Promise<void> {
  const file = join(scratch, sha256);
  await mirror.readTo(layout.pool(path), file);
  await work.create(key, { file }, { sha256 });
}

/** The newest version that is not withdrawn, with its name. */
function lastOf(
  product: Product | undefined,
  withdrawn: Standing['withdrawn'],
): readonly [name: string, version: Version] | undefined {
  if (product === undefined) return undefined;
  const newestFirst = Object.entries(product.versions).sort(([one], [other]) => byBytes(other, one));
  return newestFirst.find(([name, version]) => withdrawn.of(product, name, version) === undefined);
}

function measured({ sha256, size }: Version['items'][string]): Kept['kernel'] {
  return { sha256, size };
}

function nothingToKeep(
  name: 'Withdrawn' | 'NoSuchVersion',
  kernel: string,
  { release, architecture, view }: Job,
): MirrorError {
  const why = name === 'Withdrawn' ? ': all are withdrawn' : '';
  return new MirrorError(name, `${view} has no version of ${kernel} that could be kept${why}`, {
    hint: `see with: maas-mirror list ${view} (${release} ${architecture})`,
  });
}
