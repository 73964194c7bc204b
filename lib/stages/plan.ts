import { kernelOf } from '../catalog/kernels';
import { contentId, productId } from '../catalog/products';
import { releaseOf } from '../catalog/releases';
import { addedSources, archiveSources, proposedSources } from '../job/apt-sources';
import { runs } from '../job/layout';
import type { Order } from '../job/order';
import { type Plan, type PlanInput, planOf } from '../job/plan';
import { digestOf, sha256OfText } from '../machine/digest';
import { inReleaseDigest, readInRelease } from '../machine/in-release';
import type { Products } from '../simplestreams/types';
import type { Store } from '../store/store';
import { readView } from './published-view';

/** Raised when the stages come to make other bytes of the same inputs: everything is then built again. */
const recipeNumber = 2;

export interface PlanBench {
  readonly mirror: Store;
  /** Gets the order, for the stages to read. */
  readonly work: Store;
}

/**
 * Makes a plan of an order, and says cheaply whether anything is new: nothing is where the sources' InRelease files, the
 * image that the stream offers and the recipe are those that every ordered product was last built or looked at with.
 * What cannot be told cheaply counts as new; Select then compares what really would go in.
 */
export async function plan({ order, execution }: PlanInput, { mirror, work }: PlanBench): Promise<Plan> {
  const planned = planOf(order, execution);
  await work.create(runs.order(execution), Buffer.from(`${JSON.stringify(order)}\n`));
  const recipe = recipeOf(order);
  const architectures = await Promise.all(
    planned.architectures.map(async (one) => {
      const inputs = await inputsOf(order, one.architecture, recipe);
      return { ...one, job: { ...one.job, recipe, inputs: inputs ?? '' } };
    }),
  );
  if (order.rebuild || planned.bootloaders) return { ...planned, architectures };

  const { documents } = await readView(order.view, { mirror });
  const document = documents.get(contentId(releaseOf(order.release), order.view))?.document;
  const news = architectures.filter((one) => !hasAll(document, one, order));
  if (news.length > 0) return { ...planned, architectures: news };
  return {
    ...planned,
    architectures,
    news: false,
    reason: 'nothing is new: archive, base and recipe are those of the newest versions',
  };
}

/** What is asked of an image beyond the plain one, and how we make it. */
function recipeOf({ customise, compression }: Order): string {
  return sha256OfText(JSON.stringify({ recipeNumber, customise: customise ?? null, compression: compression ?? null }));
}

/** One digest of all that a build would start from, or undefined where that cannot be known beforehand. */
async function inputsOf(order: Order, architecture: string, recipe: string): Promise<string | undefined> {
  const sources = [
    ...archiveSources(order, architecture),
    ...proposedSources(order, architecture),
    ...addedSources(order),
  ];
  const archive = inReleaseDigest(await Promise.all(sources.map(readInRelease)));
  if (archive === undefined) return undefined;
  return sha256OfText([recipe, archive, order.base === '' ? '' : (await digestOf(order.base)).sha256].join('\n'));
}

function hasAll(
  document: Products | undefined,
  { architecture, kernels, job }: Plan['architectures'][number],
  { release, view }: Order,
): boolean {
  return kernels.every(({ kernel }) => {
    const product = document?.products[productId(kernelOf(release, architecture, kernel), view)];
    return job.inputs !== '' && product?.inputs === job.inputs;
  });
}
