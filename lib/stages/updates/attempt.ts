import { contentId } from '../../catalog/products';
import { familyOf } from '../../catalog/releases';
import type { Job } from '../../job/job';
import { addingVersions } from '../../publication/add-versions';
import { heldOf, offeredAmong } from '../../publication/offers/held';
import { standingProducts } from '../../publication/offers/standing-products';
import type { Change, ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import type { Addition } from '../../simplestreams/merge';
import type { Offer } from './offers';
import type { Published } from './published';
import { additionsOf, type Claimed, overtakenAmong } from './updates';
import { sortedByDecision } from './withdrawn-offers';

export const contentIdOf = ({ release, view }: Job) => contentId({ family: familyOf(release) }, view);

/** One attempt to publish: the change of the view, and what came of it, once it was made for the last time. */
export interface Attempt {
  readonly change: Change;
  outcome(): Omit<Published, 'architecture' | 'leftOut' | 'kept' | 'followed'>;
}

/** @param elsewhere withdrawals of other views */
export function attemptOf(
  offers: readonly Offer[],
  job: Job,
  { claimed, elsewhere }: { readonly claimed: Claimed | undefined; readonly elsewhere: readonly Withdrawal[] },
): Attempt {
  const id = contentIdOf(job);
  let outcome: ReturnType<Attempt['outcome']> = { version: null, products: [], overtaken: [], withdrawn: [] };
  const change: Change = (content, at) => {
    let added: readonly Addition[] = [];
    const { free, withdrawn } = sortedByDecision(offers, content, elsewhere, standingProducts(content, id));
    const overtaken = new Set<string>();
    const adding = addingVersions(
      id,
      (current) => {
        for (const { kernel } of overtakenAmong(free, current, job)) overtaken.add(kernel.name);
        added = additionsOf(free, current, job, claimed);
        return added;
      },
      { what: 'publish', execution: job.execution },
      elsewhere,
    );
    const wanted = adding(content, at);
    const after: ViewContent = { ...content, ...wanted };
    const held = heldOf(after, offers);
    const products = newIn(offeredAmong(after, id, added), claimed);
    outcome = { ...named(products, claimed), overtaken: [...overtaken], withdrawn, ...(held && { held }) };
    return wanted;
  };
  return { change, outcome: () => outcome };
}

/** A claimed version may turn out not to be needed: an equal build may have been published first. */
function newIn(offered: readonly Addition[], claimed: Claimed | undefined): string[] {
  return offered.filter(({ versionName }) => versionName === claimed?.version).map(({ productId }) => productId);
}

function named(products: readonly string[], claimed: Claimed | undefined): Pick<Published, 'version' | 'products'> {
  return { version: products.length === 0 ? null : (claimed?.version ?? null), products };
}
