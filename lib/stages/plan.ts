import { kernelOf } from '../catalog/kernels';
import { contentId, productId } from '../catalog/products';
import { releaseOf } from '../catalog/releases';
import type { Order } from '../job/order';
import { type Plan, type PlanInput, planOf } from '../job/plan';
import { digestOf, sha256OfText } from '../machine/digest';
import { inReleaseDigest, readInRelease } from '../machine/in-release';
import type { Products } from '../simplestreams/types';
import type { Store } from '../store/store';
import { readView } from './published-view';

/** Raised when the stages come to make other bytes of the same inputs: everything is then built again. */
const recipeNumber = 1;

/**
 * Makes a plan of an order, and says cheaply whether anything is new: nothing is where the archive's InRelease files,
 * the base and the recipe are those that every ordered product was last built or looked at with. What cannot be told
 * cheaply counts as new; Publish then compares what really went in.
 */
export async function plan({ order, execution }: PlanInput, { mirror }: { mirror: Store }): Promise<Plan> {
  const planned = planOf(order, execution);
  const recipe = sha256OfText(JSON.stringify({ recipeNumber, customise: order.customise ?? null }));
  const inputs = await inputsOf(order, recipe);
  const architectures = planned.architectures.map((one) => ({
    ...one,
    job: { ...one.job, recipe, inputs: inputs ?? '' },
  }));
  if (order.rebuild || inputs === undefined) return { ...planned, architectures };

  const { documents } = await readView(order.view, { mirror });
  const document = documents.get(contentId(releaseOf(order.release), order.view))?.document;
  const news = architectures.filter((one) => !hasAll(document, one, order, inputs));
  if (news.length > 0) return { ...planned, architectures: news };
  return {
    ...planned,
    architectures,
    news: false,
    reason: 'nothing is new: archive, base and recipe are those of the newest versions',
  };
}

/** One digest of all that a build would start from, or undefined where that cannot be known beforehand. */
async function inputsOf({ sources, base }: Order, recipe: string): Promise<string | undefined> {
  const archive = inReleaseDigest(await Promise.all(sources.map(readInRelease)));
  if (archive === undefined) return undefined;
  return sha256OfText([recipe, archive, base === '' ? '' : (await digestOf(base)).sha256].join('\n'));
}

function hasAll(
  document: Products | undefined,
  { architecture, kernels }: Plan['architectures'][number],
  { release, view }: Order,
  inputs: string,
): boolean {
  return kernels.every(({ kernel }) => {
    const product = document?.products[productId(kernelOf(release, architecture, kernel), view)];
    return product?.inputs === inputs;
  });
}
