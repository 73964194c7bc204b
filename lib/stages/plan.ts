import { join } from 'node:path';
import { bootloaderContentId } from '../catalog/bootloaders';
import { contentId } from '../catalog/products';
import { executionFolder, runs } from '../job/layout';
import type { Order } from '../job/order';
import { type Plan, type PlanInput, planOf } from '../job/plan';
import { releaseFor } from '../job/releases/release-for';
import { readProducts } from '../publication/read-view';
import type { VerifyClearsigned } from '../simplestreams/openpgp/verified-text';
import type { Store } from '../store/store';
import { bootloaderInputs, imageInputs } from './news/inputs';
import { isUpToDate } from './news/is-up-to-date';
import { recipeOf } from './news/recipe';
import { describedOrder } from './releases/described-order';
import { checkAddedKeys } from './sources/added-sources';
import type { SecretOf } from './sources/source-credentials';

/** What a look needs; it writes nothing. */
export interface LookBench {
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

export interface PlanBench extends LookBench {
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
  { order: ordered, execution, redrives = 0 }: Partial<PlanInput> & Pick<PlanInput, 'order' | 'execution'>,
  bench: PlanBench,
): Promise<Plan> {
  const order = await describedOrder(ordered, bench);
  const folder = executionFolder(execution, bench.random(8));
  const planned = { ...planOf(order, execution, folder), redrives };
  await bench.work.create(runs.order(folder), Buffer.from(`${JSON.stringify(order)}\n`));
  return narrowed(planned, order, bench);
}

/** The same without an execution: what one would find. */
export async function look(ordered: Order, bench: LookBench): Promise<Plan> {
  const order = await describedOrder(ordered, bench);
  return narrowed(planOf(order, 'look'), order, bench);
}

/**
 * Says cheaply whether anything is new: nothing is where the sources' InRelease files, the
 * image that the stream offers and the recipe are those that every ordered product was last built or looked at with.
 * What cannot be told cheaply counts as new; Select then compares what really would go in.
 */
async function narrowed(ordered: Plan, order: Order, bench: LookBench): Promise<Plan> {
  const planned = withBundles(ordered, bench.bundles ?? '');
  return planned.bootloaders ? planBootloaders(planned, order, bench) : planImages(planned, order, bench);
}

/** Stages and functions of other bundles refuse to go on with it. */
function withBundles(plan: Plan, bundles: string): Plan {
  const architectures = plan.architectures.map((one) => ({ ...one, job: { ...one.job, bundles } }));
  return { ...plan, job: { ...plan.job, bundles }, architectures };
}

async function planImages(planned: Plan, order: Order, bench: LookBench): Promise<Plan> {
  await checkAddedKeys(order);
  const recipe = recipeOf(order);
  const architectures = await Promise.all(
    planned.architectures.map(async (one) => {
      const scratch = join(bench.scratch, one.architecture);
      const inputs = await imageInputs({ ...bench, order, scratch }, one.architecture, recipe);
      return { ...one, job: { ...one.job, recipe, inputs: inputs ?? '' } };
    }),
  );
  if (order.rebuild) return { ...planned, architectures };

  const document = await readProducts(order.view, contentId(releaseFor(order), order.view), { mirror: bench.mirror });
  const news = architectures.filter((one) => !isUpToDate(document, one, order));
  if (news.length > 0) return { ...planned, architectures: news };
  return {
    ...planned,
    architectures,
    news: false,
    reason: 'nothing is new: archive, base and recipe are those of the newest versions',
  };
}

async function planBootloaders(planned: Plan, order: Order, bench: LookBench): Promise<Plan> {
  const inputs = (await bootloaderInputs({ ...bench, order })) ?? '';
  const plan = { ...planned, job: { ...planned.job, inputs } };
  const document = await readProducts(order.view, bootloaderContentId(order.view), { mirror: bench.mirror });
  const products = Object.values(document?.products ?? {});
  const known = inputs !== '' && products.length > 0 && products.every((product) => product.inputs === inputs);
  if (order.rebuild || !known) return plan;
  return { ...plan, news: false, reason: 'nothing is new: the archives are those of the newest versions' };
}
