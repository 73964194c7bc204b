import { join } from 'node:path';
import { bootloaderContentId } from '../catalog/bootloaders';
import { kernelOf } from '../catalog/kernels';
import { contentId } from '../catalog/products';
import type { BuildRequest } from '../job/build-request';
import { executionFolder, runs } from '../job/layout';
import { type Plan, type PlanInput, planOf } from '../job/plan';
import { releaseFor } from '../job/releases/release-for';
import { saidOf } from '../publication/offers/withdrawn-words';
import { productKey } from '../publication/state/product-key';
import type { Match } from '../publication/state/withdrawals';
import type { VerifyClearsigned } from '../simplestreams/openpgp/verified-text';
import type { Product } from '../simplestreams/types';
import type { Store } from '../store/store';
import { describedRequest } from './releases/described-request';
import { checkAddedKeys } from './sources/added-sources';
import type { SecretOf } from './sources/source-credentials';
import { refuseFilled } from './updates/built-view';
import { endedHold, productOf } from './updates/decisions';
import { bootloaderInputs, imageInputs } from './updates/inputs';
import { knownOf } from './updates/is-up-to-date';
import { recipeOf } from './updates/recipe';
import { type Standing, standingOf } from './updates/standing';

/** What a check for updates needs. It writes nothing. */
export interface CheckBench {
  readonly mirror: Store;
  /** An empty folder. */
  readonly scratch: string;
  /** The folder of the bundle, which holds `keyrings/`. */
  readonly tools: string;
  /** Digest of the deployed bundles. @default - nothing is deployed */
  readonly bundles?: string;
  /** Verifies the signatures of a stream. @default gpgv */
  readonly verify?: VerifyClearsigned;
  /** Reads credentials by name, for archives that require them. @default - there are no credentials */
  readonly secretOf?: SecretOf;
  /** @default - the clock */
  readonly now?: () => Date;
}

export interface PlanBench extends CheckBench {
  /** Receives the build request, which the stages read. */
  readonly work: Store;
  /** Returns the given number of unpredictable bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

/**
 * Plans a build request, and stores the request for the stages in a folder of its own. A retry or a redrive plans again
 * and gets another folder, so files written earlier cannot affect it.
 * @throws BadInput (misuse) if the view gets its versions from others
 */
export async function plan(
  { request: requested, execution, redrives = 0 }: Partial<PlanInput> & Pick<PlanInput, 'request' | 'execution'>,
  bench: PlanBench,
): Promise<Plan> {
  const request = await describedRequest(requested, bench);
  const folder = executionFolder(execution, bench.random(8));
  const planned = { ...planOf(request, execution, folder), redrives };
  await bench.work.create(runs.request(folder), Buffer.from(`${JSON.stringify(request)}\n`));
  return narrowed(planned, request, bench);
}

/** Plans without an execution, to see what one would find. */
export async function checkForUpdates(requested: BuildRequest, bench: CheckBench): Promise<Plan> {
  const request = await describedRequest(requested, bench);
  return narrowed(planOf(request, 'check-for-updates'), request, bench);
}

/**
 * Decides cheaply whether there is anything to update. A product is up to date if the InRelease files of the sources, the
 * image that the stream offers and the recipe are those that it was last built or checked with. What cannot be decided
 * cheaply counts as an update; Select then compares what would really go in.
 */
async function narrowed(requested: Plan, request: BuildRequest, bench: CheckBench): Promise<Plan> {
  const planned = withBundles(requested, bench.bundles ?? '');
  return planned.bootloaders ? planBootloaders(planned, request, bench) : planImages(planned, request, bench);
}

/** Stages and functions of other bundles refuse the plan. */
function withBundles(plan: Plan, bundles: string): Plan {
  const architectures = plan.architectures.map((one) => ({ ...one, job: { ...one.job, bundles } }));
  return { ...plan, job: { ...plan.job, bundles }, architectures };
}

async function planImages(planned: Plan, request: BuildRequest, bench: CheckBench): Promise<Plan> {
  await checkAddedKeys(request);
  const recipe = recipeOf(request);
  const architectures = await Promise.all(
    planned.architectures.map(async (one) => {
      const scratch = join(bench.scratch, one.architecture);
      const inputs = await imageInputs({ ...bench, request, scratch }, one.architecture, recipe);
      return { ...one, job: { ...one.job, recipe, inputs: inputs ?? '' } };
    }),
  );

  const standing = await standingOf(request.view, contentId(releaseFor(request), request.view), bench);
  refuseFilled(standing.content);
  const known = architectures.map((one) => ({ one, ...knownOf(standing, one, request) }));
  const updates = known.filter(({ isUpToDate }) => !isUpToDate).map(({ one }) => one);
  if (updates.length > 0) return { ...planned, architectures: updates };
  const products = architectures.flatMap((one) => productsOf(one, request));
  const reason = upToDate(
    known.flatMap(({ withdrawn }) => withdrawn),
    'archive, base image and recipe',
  );
  return { ...planned, architectures, ...unlessEnded(standing, products, reason, bench) };
}

function productsOf({ architecture, kernels }: Plan['architectures'][number], request: BuildRequest): Product[] {
  return kernels.map(({ kernel }) => productOf(kernelOf(releaseFor(request), architecture, kernel), request.view));
}

/** What is withdrawn comes first: it is why an expected version does not appear. */
function upToDate([match]: readonly Match[], what: string): string {
  if (match !== undefined) return saidOf(match);
  return `up to date: ${what} are unchanged since the newest versions`;
}

/** A hold that has come to its end is lifted by Publish, which only a build reaches. */
function unlessEnded(
  { state }: Standing,
  products: readonly Product[],
  reason: string,
  { now = () => new Date() }: CheckBench,
): Pick<Plan, 'updates' | 'reason'> {
  const ended = endedHold(state, products, now());
  if (ended === undefined) return { updates: false, reason };
  return { updates: true, reason: `the hold until ${ended.until} has ended` };
}

async function planBootloaders(planned: Plan, request: BuildRequest, bench: CheckBench): Promise<Plan> {
  const inputs = (await bootloaderInputs({ ...bench, request })) ?? '';
  const plan = { ...planned, job: { ...planned.job, inputs } };
  const standing = await standingOf(request.view, bootloaderContentId(request.view), bench);
  refuseFilled(standing.content);
  const { document, withdrawn } = standing;
  const products = Object.values(document?.products ?? {});
  const matches = products.map((product) => withdrawn.ofInputs(productKey(product), { inputs }));
  const isKnown = (product: Product, at: number) =>
    matches[at] !== undefined || (!request.rebuild && product.inputs === inputs);
  if (inputs === '' || products.length === 0 || !products.every(isKnown)) return plan;
  const reason = upToDate(
    matches.filter((match) => match !== undefined),
    'the archives',
  );
  return { ...plan, ...unlessEnded(standing, products, reason, bench) };
}
