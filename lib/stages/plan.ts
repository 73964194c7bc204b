import { join } from 'node:path';
import { bootloaderContentId } from '../catalog/bootloaders';
import { contentId } from '../catalog/products';
import type { BuildRequest } from '../job/build-request';
import { executionFolder, runs } from '../job/layout';
import { type Plan, type PlanInput, planOf } from '../job/plan';
import { releaseFor } from '../job/releases/release-for';
import { readProducts } from '../publication/read-view';
import type { VerifyClearsigned } from '../simplestreams/openpgp/verified-text';
import type { Store } from '../store/store';
import { describedRequest } from './releases/described-request';
import { checkAddedKeys } from './sources/added-sources';
import type { SecretOf } from './sources/source-credentials';
import { bootloaderInputs, imageInputs } from './updates/inputs';
import { isUpToDate } from './updates/is-up-to-date';
import { recipeOf } from './updates/recipe';

/** What a look needs; it writes nothing. */
export interface CheckBench {
  readonly mirror: Store;
  /** An empty folder. */
  readonly scratch: string;
  /** The folder of the bundle, which holds `keyrings/`. */
  readonly tools: string;
  /** Digest of the bundles that are deployed. @default - nobody has deployed anything */
  readonly bundles?: string;
  /** Who checks the signatures of a stream. @default gpgv */
  readonly verify?: VerifyClearsigned;
  /** Reads what a name of credentials stands for: archives that want them are looked at, too. @default - it knows none */
  readonly secretOf?: SecretOf;
}

export interface PlanBench extends CheckBench {
  /** Gets the order, for the stages to read. */
  readonly work: Store;
  /** Draws as many bytes as are asked for, which nobody can guess. */
  readonly random: (bytes: number) => Uint8Array;
}

/**
 * Makes a plan of an order, and writes the order down for the stages, in a folder of this very plan: one that is made again,
 * by a retry or a redrive, has another, so what anybody has written before makes no difference.
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

/** The same without an execution: what one would find. */
export async function checkForUpdates(requested: BuildRequest, bench: CheckBench): Promise<Plan> {
  const request = await describedRequest(requested, bench);
  return narrowed(planOf(request, 'check-for-updates'), request, bench);
}

/**
 * Says cheaply whether anything is new: nothing is where the sources' InRelease files, the
 * image that the stream offers and the recipe are those that every ordered product was last built or looked at with.
 * What cannot be told cheaply counts as new; Select then compares what really would go in.
 */
async function narrowed(requested: Plan, request: BuildRequest, bench: CheckBench): Promise<Plan> {
  const planned = withBundles(requested, bench.bundles ?? '');
  return planned.bootloaders ? planBootloaders(planned, request, bench) : planImages(planned, request, bench);
}

/** Stages and functions of other bundles refuse to go on with it. */
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
  if (request.rebuild) return { ...planned, architectures };

  const document = await readProducts(request.view, contentId(releaseFor(request), request.view), {
    mirror: bench.mirror,
  });
  const updates = architectures.filter((one) => !isUpToDate(document, one, request));
  if (updates.length > 0) return { ...planned, architectures: updates };
  return {
    ...planned,
    architectures,
    updates: false,
    reason: 'nothing is new: archive, base and recipe are those of the newest versions',
  };
}

async function planBootloaders(planned: Plan, request: BuildRequest, bench: CheckBench): Promise<Plan> {
  const inputs = (await bootloaderInputs({ ...bench, request })) ?? '';
  const plan = { ...planned, job: { ...planned.job, inputs } };
  const document = await readProducts(request.view, bootloaderContentId(request.view), { mirror: bench.mirror });
  const products = Object.values(document?.products ?? {});
  const known = inputs !== '' && products.length > 0 && products.every((product) => product.inputs === inputs);
  if (request.rebuild || !known) return plan;
  return { ...plan, updates: false, reason: 'nothing is new: the archives are those of the newest versions' };
}
