/* stages/updates: whether a build would change anything. */

import type { Job } from '../../job/job';
import type { Reuse } from '../../publication/offers/offered-files';
import { contentDigest } from '../../publication/state/product-key';
import { type Addition, newestOf, newestVersion } from '../../simplestreams/merge';
import type { Product, Products, Version } from '../../simplestreams/types';
import { type DecisiveFacts, type Offer, versionOf } from './offers';

/** What went in decides whether an offer is an update; whether the result has other bytes does not matter. */
const decisive = ['base_sha256', 'packages', 'recipe'] as const satisfies (keyof DecisiveFacts)[];

/**
 * The offers that are not the newest version of their product yet. If another build has published one since this build
 * checked, it is unknown which of the two saw the newer sources: the published one stays, and the next build compares.
 */
export function updatesAmong(offers: readonly Offer[], document: Products | undefined, job: Job): Offer[] {
  return offers.filter((offer) => {
    if (!offer.built || (!job.rebuild && standing(offer, document, job) !== undefined)) return false;
    return job.rebuild || !isOvertaken(offer, document);
  });
}

/** Offers that were built but are skipped, because another build published a different version in the meantime. */
export function overtakenAmong(offers: readonly Offer[], document: Products | undefined, job: Job): Offer[] {
  if (job.rebuild) return [];
  return offers.filter((offer) => {
    return offer.built && standing(offer, document, job) === undefined && isOvertaken(offer, document);
  });
}

function isOvertaken({ productId, newest }: Offer, document: Products | undefined): boolean {
  return newestName(document?.products[productId]) !== newest;
}

/** Name of a product's newest version; empty if it has none. */
export function newestName(product: Product | undefined): string {
  return (product && newestVersion(product)) ?? '';
}

/** Whether a product's newest version was made from exactly this, and has booted if a boot test is requested. */
export function isStanding(product: Product | undefined, facts: DecisiveFacts, job: Wanted): boolean {
  return standingVersion(product, facts, job) !== undefined;
}

type Wanted = Pick<Job, 'bootTest'>;

/** A version name that this execution owns, and the offers whose objects are stored under it. */
export interface Claimed {
  readonly version: string;
  /** When it was claimed; ISO 8601. The day in its name is that of the base image. */
  readonly built: string;
  readonly offers: readonly Offer[];
  /** Where the view offered their files when it was claimed. */
  readonly reuse: Reuse;
}

/**
 * What to commit: updates under the name claimed for them; for all other offers, the newest version again with updated
 * fields. An offer that became an update after the claim is skipped: another build has published a later version.
 */
export function additionsOf(
  offers: readonly Offer[],
  document: Products | undefined,
  job: Job,
  claimed: Claimed | undefined,
): Addition[] {
  const updates = updatesAmong(offers, document, job);
  return offers.flatMap((offer): Addition[] => {
    const { productId, fields } = offer;
    const old = standing(offer, document, job);
    if (!updates.includes(offer) && old !== undefined) {
      return [{ productId, fields, versionName: old.name, version: old.version }];
    }
    if (!claimed?.offers.includes(offer)) return [];
    const version = { ...versionOf(offer, claimed.version, claimed.reuse), built: claimed.built };
    return [{ productId, fields, versionName: claimed.version, version }];
  });
}

/** The newest version of the offer's product, if it equals the offer. What is kept has the inputs of an older version. */
function standing(offer: Offer, document: Products | undefined, job: Wanted): ReturnType<typeof newestOf> {
  const product = document?.products[offer.productId];
  if (offer.kept === undefined) return standingVersion(product, offer.facts, job);
  const name = newestName(product);
  const version = product?.versions[name];
  const isEqual = version !== undefined && contentDigest(version) === contentDigest(versionOf(offer, name));
  return isEqual ? { name, version } : undefined;
}

function standingVersion(
  product: Product | undefined,
  facts: Partial<DecisiveFacts>,
  { bootTest }: Wanted,
): ReturnType<typeof newestOf> {
  const newest = newestOf(product);
  if (newest === undefined || (bootTest && isUntested(newest.version))) return undefined;
  return decisive.every((field) => newest.version[field] === facts[field]) ? newest : undefined;
}

/** Whether the boot test of a version was turned off. */
export function isUntested({ gate }: Version): boolean {
  return gate === 'waived';
}
