import { kernelOf } from '../catalog/kernels';
import { contentId, productId } from '../catalog/products';
import { releaseOf } from '../catalog/releases';
import { MirrorError } from '../errors';
import { jobOfStrings } from '../job/environment';
import type { Job } from '../job/job';
import type { SelectInput } from '../job/plan';
import type { ResolvedKernel, Selected, SelectedFlavour } from '../job/results';
import type { Product, Products } from '../simplestreams/types';
import type { Store } from '../store/store';
import { isStanding, newestName } from './news';
import { readView } from './published-view';

type Resolved = Extract<ResolvedKernel, { outcome: 'resolved' }>;

/**
 * Chooses what is built of an architecture, now that it is known what would go in: flavours whose newest version has
 * just that are left, and flavours that resolve to the same packages are built once.
 * @throws NoSuchPackage, NoKernel where the archive does not have a required flavour; BadSignature
 */
export async function select(input: SelectInput, { mirror }: { mirror: Store }): Promise<Selected> {
  const job = jobOfStrings(input.job);
  const { documents } = await readView(job.view, { mirror });
  const document = documents.get(contentId(releaseOf(job.release), job.view))?.document;
  refuseMissing(input);

  const resolved = input.prepared.kernels.filter((one) => one.outcome === 'resolved');
  const news = resolved.filter((one) => job.rebuild || !stands(one, document, job, input.fetched.squashfs.sha256));
  const flavours = input.kernels.flatMap((wanted): SelectedFlavour[] => {
    const own = resolved.find(({ kernel }) => kernel === wanted.kernel);
    if (own === undefined) return [];
    const { kernel, imagePackage, imageVersion, packages } = own;
    const builtAs = news.includes(own) ? (news.find((one) => one.packages === packages)?.kernel ?? kernel) : '';
    const newest = newestName(productOf(kernel, document, job));
    return [{ kernel, need: wanted.need, builtAs, imagePackage, imageVersion, packages, newest }];
  });
  return { build: buildsOf(flavours), flavours, missing: missingOf(input) };
}

/** One build for each set of packages, required where one of its flavours is. */
function buildsOf(flavours: readonly SelectedFlavour[]): Selected['build'] {
  const kernels = [...new Set(flavours.map(({ builtAs }) => builtAs).filter(Boolean))];
  return kernels.map((kernel) => {
    const required = flavours.some(({ builtAs, need }) => builtAs === kernel && need === 'required');
    return { kernel, need: required ? 'required' : 'optional' };
  });
}

function stands(one: Resolved, document: Products | undefined, job: Job, base: string): boolean {
  const facts = { base_sha256: base, packages: one.packages, recipe: job.recipe };
  return isStanding(productOf(one.kernel, document, job), facts, job);
}

function productOf(kernel: string, document: Products | undefined, job: Job): Product | undefined {
  return document?.products[productId(kernelOf(job.release, job.architecture, kernel), job.view)];
}

function refuseMissing({ kernels, prepared }: SelectInput): void {
  for (const { kernel, need } of kernels) {
    const found = prepared.kernels.find((one) => one.kernel === kernel);
    if (need !== 'required' || found?.outcome !== 'missing') continue;
    const name = found.error === 'NoKernel' ? 'NoKernel' : 'NoSuchPackage';
    throw new MirrorError(name, `${kernel}: ${found.message}`, {
      hint: 'nothing of this architecture was built; order the flavour as optional to go on without it',
    });
  }
}

function missingOf({ kernels, prepared }: SelectInput): Selected['missing'] {
  return prepared.kernels.flatMap((one) => {
    const wanted = kernels.some(({ kernel }) => kernel === one.kernel);
    return wanted && one.outcome === 'missing' ? [{ kernel: one.kernel, message: one.message }] : [];
  });
}
