import { kernelOf } from '../catalog/kernels';
import { contentId, productId } from '../catalog/products';
import type { Release } from '../catalog/releases';
import { MirrorError } from '../errors';
import type { BuildRequest } from '../job/build-request';
import { checkSelectable } from '../job/handed-on/handed-on';
import type { SelectInput } from '../job/handed-on/publish-input';
import type { ResolvedKernel, Selected, SelectedFlavour } from '../job/handed-on/results';
import type { Job } from '../job/job';
import { jobOfStrings } from '../job/job-of';
import { releaseFor } from '../job/releases/release-for';
import { saidOf } from '../publication/offers/withdrawn-words';
import type { Match } from '../publication/state/withdrawals';
import type { Product, Products } from '../simplestreams/types';
import { sortsAbove } from '../simplestreams/version-order';
import type { Store } from '../store/store';
import { requestAt } from './run-documents';
import { withSisters } from './sisters/chosen-builds';
import { keyOf } from './updates/decisions';
import { type Standing, standingOf } from './updates/standing';
import { isStanding, newestName } from './updates/updates';

type Resolved = Extract<ResolvedKernel, { outcome: 'resolved' }>;

/**
 * Chooses the flavours of an architecture to build, now that their packages are known: flavours whose newest version has
 * these packages are skipped, as are those that would make again what was withdrawn, and flavours that resolve to the same
 * packages are built once.
 * @throws BadInput for results that no build of this request hands on; NotReady if the base is older than what is published; NoSuchPackage, NoKernel if the archive does not have a required flavour; BadSignature
 */
export async function select(
  input: SelectInput,
  { mirror, work, now }: { readonly mirror: Store; readonly work: Store; readonly now: () => Date },
): Promise<Selected> {
  const job = jobOfStrings(input.job);
  const request = await requestAt(job.folder, work);
  checkSelectable(input, { job, request, now: now() });
  const release = releaseFor(request);
  const { document, withdrawn } = await standingOf(job.view, contentId(release, job.view), { mirror });
  const productOf = (kernel: string) => productIn(document, kernel, release, job);
  refuseMissing(input);
  refuseOlderBase(input, productOf, request);

  const resolved = input.prepared.result.kernels.filter((one) => one.outcome === 'resolved');
  const base = input.fetched.result.squashfs.sha256;
  const refused = withdrawnAmong(resolved, { release, job, base, withdrawn });
  const updates = resolved.filter(
    (one) => !refused.has(one.kernel) && (job.rebuild || !stands(one, productOf(one.kernel), job, base)),
  );
  const chosen = input.kernels.flatMap((wanted): SelectedFlavour[] => {
    const own = resolved.find(({ kernel }) => kernel === wanted.kernel);
    if (own === undefined) return [];
    const { kernel, imagePackage, imageVersion, packages } = own;
    const builtAs = updates.includes(own) ? (updates.find((one) => one.packages === packages)?.kernel ?? kernel) : '';
    const newest = newestName(productOf(kernel));
    return [{ kernel, need: wanted.need, builtAs, imagePackage, imageVersion, packages, newest }];
  });
  const told = [...refused].map(([kernel, match]) => ({ kernel, said: saidOf(match) }));
  const { build, flavours } = withSisters(chosen, document, { input, release, job });
  return { build, flavours, missing: missingOf(input), withdrawn: told };
}

/** What would be made again although it was withdrawn, by flavour. */
function withdrawnAmong(
  resolved: readonly Resolved[],
  {
    release,
    job: { architecture, view, recipe, customised },
    base,
    withdrawn,
  }: Pick<Standing, 'withdrawn'> & { readonly release: Release; readonly job: Job; readonly base: string },
): ReadonlyMap<string, Match> {
  const matches = resolved.flatMap(({ kernel, packages, imagePackage, imageVersion }): [string, Match][] => {
    const made = { base_sha256: base, packages, recipe, image_package: imagePackage, image_version: imageVersion };
    const match = withdrawn.ofInputs(keyOf(kernelOf(release, architecture, kernel), view), made, customised);
    return match === undefined ? [] : [[kernel, match]];
  });
  return new Map(matches);
}

function stands(one: Resolved, product: Product | undefined, job: Job, base: string): boolean {
  return isStanding(product, { base_sha256: base, packages: one.packages, recipe: job.recipe }, job);
}

function productIn(
  document: Products | undefined,
  kernel: string,
  release: Release,
  { architecture, view }: Job,
): Product | undefined {
  return document?.products[productId(kernelOf(release, architecture, kernel), view)];
}

function refuseMissing({ kernels, prepared: { result: prepared } }: SelectInput): void {
  for (const { kernel, need } of kernels) {
    const found = prepared.kernels.find((one) => one.kernel === kernel);
    if (need !== 'required' || found?.outcome !== 'missing') continue;
    const name = found.error === 'NoKernel' ? 'NoKernel' : 'NoSuchPackage';
    throw new MirrorError(name, `${kernel}: ${found.message}`, {
      hint: 'nothing was built for this architecture; to build without this flavour, make it optional (--optional-kernel)',
    });
  }
}

/** A stream that was held back or replayed is validly signed: only its serial shows its age. */
function refuseOlderBase(
  { fetched: { result: fetched }, kernels }: SelectInput,
  productOf: (kernel: string) => Product | undefined,
  { serial: asked }: BuildRequest,
): void {
  if (asked !== undefined || fetched.source.kind === 'given') return;
  for (const { kernel } of kernels) {
    const product = productOf(kernel);
    const serial = product?.versions[newestName(product)]?.serial;
    if (typeof serial !== 'string' || !sortsAbove(serial, fetched.serial)) continue;
    throw new MirrorError(
      'NotReady',
      `the newest image available is ${fetched.serial}, but ${kernel} was published from ${serial}`,
      { hint: `the source is behind: run the build again later${wayBack[fetched.source.kind]}` },
    );
  }
}

/** A Debian serial is the day of the archive, which cannot be requested. */
const wayBack = {
  'cloud-image': '. To use an older image on purpose, give its serial (--serial)',
  bootstrap: ', or use another archive (--archive)',
};

function missingOf({ kernels, prepared: { result: prepared } }: SelectInput): Selected['missing'] {
  return prepared.kernels.flatMap((one) => {
    const wanted = kernels.some(({ kernel }) => kernel === one.kernel);
    return wanted && one.outcome === 'missing' ? [{ kernel: one.kernel, message: one.message }] : [];
  });
}
