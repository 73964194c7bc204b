import { kernelOf } from '../catalog/kernels';
import { productId } from '../catalog/products';
import { MirrorError } from '../errors';
import type { KeepInput } from '../job/handed-on/publish-input';
import type { Kept } from '../job/handed-on/results';
import type { Job } from '../job/job';
import { jobOfStrings } from '../job/job-of';
import { foldersOf, mirror as layout, made } from '../job/layout';
import { releaseFor } from '../job/releases/release-for';
import type { Product, Version } from '../simplestreams/types';
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

/**
 * Copies the last kernel and initrd of a flavour from the pool to where its build would have stored them, so that the boot
 * test can boot them with the new root.
 * @throws NoSuchVersion if it has no version that is not withdrawn
 */
export async function keepFlavour(
  { keep: { job: given, kernel } }: KeepInput,
  { mirror, work }: { readonly mirror: Store; readonly work: Store },
): Promise<KeptFlavour> {
  const job: Job = { ...jobOfStrings(given), kernel, extracted: keptBuild };
  const release = releaseFor(await requestAt(job.folder, work));
  const { document, withdrawn } = await standingOf(job.view, contentIdOf(job), { mirror });
  const id = productId(kernelOf(release, job.architecture, kernel), job.view);
  const [name, version] = lastOf(document?.products[id], withdrawn) ?? [];
  const items = version && [version.items['boot-kernel'], version.items['boot-initrd']];
  const [bootKernel, bootInitrd] = items ?? [];
  if (name === undefined || bootKernel === undefined || bootInitrd === undefined) throw nothingToKeep(kernel, job);
  const { extracted } = foldersOf(job);
  await work.adopt(made.kernel(extracted), mirror, layout.pool(bootKernel.path), bootKernel);
  await work.adopt(made.initrd(extracted), mirror, layout.pool(bootInitrd.path), bootInitrd);
  return { build: keptBuild, result: { version: name, kernel: measured(bootKernel), initrd: measured(bootInitrd) } };
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

function nothingToKeep(kernel: string, { release, architecture, view }: Job): MirrorError {
  return new MirrorError('NoSuchVersion', `${view} has no version of ${kernel} that could be kept`, {
    hint: `see with: maas-mirror list ${view} (${release} ${architecture})`,
  });
}
