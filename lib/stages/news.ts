import type { Job } from '../job/job';
import { type Addition, newestVersion } from '../simplestreams/merge';
import type { Product, Products, Version } from '../simplestreams/types';
import { type DecisiveFacts, type Offer, versionOf } from './offers';

/** What went in decides whether an offer is news; whether it gave other bytes does not. */
const decisive = ['base_sha256', 'packages', 'recipe'] as const satisfies (keyof DecisiveFacts)[];

/** The offers that the view does not have as the newest version of their product. */
export function newsAmong(offers: readonly Offer[], document: Products | undefined, { rebuild }: Job): Offer[] {
  return offers.filter((offer) => offer.built && (rebuild || standing(offer, document) === undefined));
}

/** Whether a product's newest version was made of just this. */
export function isStanding(product: Product | undefined, facts: DecisiveFacts): boolean {
  return standingVersion(product, facts) !== undefined;
}

/** A version name that is this execution's, and the offers whose objects lie under it. */
export interface Claimed {
  readonly version: string;
  readonly offers: readonly Offer[];
}

/**
 * What to commit: the news under the name claimed for them, and for all else the newest version again beside renewed
 * fields. An offer that became news after the claim is passed over: another build has published a later one meanwhile.
 */
export function additionsOf(
  offers: readonly Offer[],
  document: Products | undefined,
  job: Job,
  claimed: Claimed | undefined,
): Addition[] {
  const news = newsAmong(offers, document, job);
  return offers.flatMap((offer): Addition[] => {
    const { productId, fields } = offer;
    const old = standing(offer, document);
    if (!news.includes(offer) && old !== undefined) {
      return [{ productId, fields, versionName: old.name, version: old.version }];
    }
    if (!claimed?.offers.includes(offer)) return [];
    return [{ productId, fields, versionName: claimed.version, version: versionOf(offer, claimed.version) }];
  });
}

/** The newest version of the offer's product, if it has just this. */
function standing(
  { productId, facts }: Offer,
  document: Products | undefined,
): { name: string; version: Version } | undefined {
  return standingVersion(document?.products[productId], facts);
}

function standingVersion(
  product: Product | undefined,
  facts: DecisiveFacts,
): { name: string; version: Version } | undefined {
  const name = product === undefined ? undefined : newestVersion(product);
  const version = name === undefined ? undefined : product?.versions[name];
  if (name === undefined || version === undefined) return undefined;
  return decisive.every((field) => version[field] === facts[field]) ? { name, version } : undefined;
}
