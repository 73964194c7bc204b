import { MirrorError } from '../../errors';
import { bootloadersRequest } from '../../job/job';
import type { Product } from '../../simplestreams/types';
import { maasName } from './product-key';

/** Keeps every version that is new to a view on its shelf, as long as it stands and matches the product. */
export interface Hold {
  /** 12 hex digits. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** When it ends by itself. @default - when an operator ends it */
  readonly until?: string;
  /** As the caller said: `anna@ops1`. */
  readonly by?: string;
  readonly reason?: string;
  /** Id of the AWS request. */
  readonly request?: string;
  /** The products' field `release`, or `bootloaders`. */
  readonly release: string;
  /** Empty: all. */
  readonly architectures: readonly string[];
  /** MAAS's names, `hwe-24.04`; empty: all. */
  readonly flavours: readonly string[];
  /** The newest version that the view kept, for people and for `unhold`. */
  readonly at?: string;
}

/** What holds versions of this product back, also after `until`: it stands until an operation lifts it. */
export function heldBy({ holds }: { readonly holds: readonly Hold[] }, product: Product): Hold | undefined {
  return holds.find((hold) => isOf(hold, product));
}

/** Whether a hold has come to its end, so that it is to be lifted. */
export function hasEnded({ until }: Hold, at: Date): boolean {
  return until !== undefined && Date.parse(until) <= at.getTime();
}

/** The refusal of something new in a held product. */
export function heldError(view: string, { since, until, reason, release }: Hold): MirrorError {
  const end = until === undefined ? '' : `, until ${until.slice(0, 10)}`;
  const why = reason === undefined ? '' : ` (${reason})`;
  return new MirrorError('Held', `${release} has been held in ${view} since ${since.slice(0, 10)}${end}${why}`, {
    hint: `unhold it first: maas-mirror unhold ${view} ${release}`,
  });
}

function isOf({ release, architectures, flavours }: Hold, product: Product): boolean {
  const isLoader = product['bootloader-type'] !== undefined;
  const isOfRelease = isLoader ? release === bootloadersRequest : release === product.release;
  const isOneOf = (words: readonly string[], word = '') => words.length === 0 || words.includes(word);
  return isOfRelease && isOneOf(architectures, product.arch) && isOneOf(flavours, maasName(product));
}
