import { parseDuration } from '../../job/operations/duration';
import type { Candidate, PassedOver } from '../../publication/offers/chosen-set';
import { heldBy } from '../../publication/state/holds';
import { contentDigest, productKey } from '../../publication/state/product-key';
import type { ViewContent } from '../../publication/state/view-content';
import type { Promotion } from '../../publication/state/view-state';
import type { Withdrawal } from '../../publication/state/withdrawal';
import type { Product } from '../../simplestreams/types';
import { sortsAbove } from '../../simplestreams/version-order';
import { productsIn, releaseOf } from '../plans/chosen-products';
import { placesIn } from './promoted';
import { reasonOf } from './promotion-refusals';
import { promotionSets } from './promotion-sets';

/** A release that a promoted view did not take anything of, although its source had newer versions for twice as long as it waits. */
export interface StandStill {
  readonly release: string;
  /** The newest version that it does not have, in the source, and since when it is there; ISO 8601. */
  readonly product: string;
  readonly version: string;
  readonly since: string;
  /** Why it is not taken, in a clause. */
  readonly why: string;
}

/** What counts as long where a promotion waits for nothing, as it is repeated every hour. */
const shortest = parseDuration('12h');

/**
 * The releases of a promoted view that stand still. Withdrawn and removed versions do not count, and a held product stands still
 * because an operator wants it to.
 */
export function standsStill(
  from: ViewContent,
  to: ViewContent,
  { after, require = [] }: Pick<Promotion, 'after' | 'require'>,
  { withdrawn, at }: { readonly withdrawn: readonly Withdrawal[]; readonly at: Date },
): StandStill[] {
  if (from.documents.size === 0) return [];
  const waits = after === undefined ? 0 : parseDuration(after);
  const since = at.getTime() - 2 * (waits > 0 ? waits : shortest);
  const sets = promotionSets({
    ...{ from, to, words: {}, wanted: { at, require, after: waits }, mode: 'newest eligible' as const },
    withdrawn: [...from.state.withdrawals, ...withdrawn],
  });
  const missed = sets.flatMap(({ taken, passedOver }): Missed[] => [
    ...taken.map((candidate) => ({ candidate })),
    ...passedOver,
  ]);
  const lasting = lastingNews(missed, { from, to, since });
  const changed = new Set(
    productsIn(to).flatMap((one) => (hasChanged(one.id, to, since) ? [selectionOf(one.product)] : [])),
  );
  const still = [...Map.groupBy(lasting, ({ selection }) => selection)].flatMap(([selection, some]) => {
    return changed.has(selection) ? [] : some;
  });
  return [...Map.groupBy(still, ({ release }) => release).values()].map((some) => {
    const newest = some.reduce((one, other) => (sortsAbove(other.version, one.version) ? other : one));
    const { selection: _, ...told } = newest;
    return told;
  });
}

/** How many whole days releases of a view have been held without an end, by release. */
export function heldDays({ state }: Pick<ViewContent, 'state'>, at: Date): ReadonlyMap<string, number> {
  const days = new Map<string, number>();
  for (const { release, since, until } of state.holds) {
    if (until !== undefined) continue;
    const held = Math.max(0, Math.floor((at.getTime() - Date.parse(since)) / 86_400_000));
    days.set(release, Math.max(held, days.get(release) ?? 0));
  }
  return days;
}

/** A version that the target does not have. */
interface Missed {
  readonly candidate: Candidate;
  /** @default - it would be taken now */
  readonly why?: PassedOver['why'];
}

/** Architectures of a release are promoted one without the other. */
interface News extends StandStill {
  readonly selection: string;
}

function selectionOf(product: Product): string {
  return `${releaseOf(product)} ${product.arch ?? ''}`;
}

interface Looking {
  readonly from: ViewContent;
  readonly to: ViewContent;
  /** Milliseconds. */
  readonly since: number;
}

/** What has been in the source all the time, of products that the target has, or of a release that it lacks. */
function lastingNews(missed: readonly Missed[], { from, to, since }: Looking): News[] {
  const placeOf = placesIn({ from, to });
  const releases = new Set(productsIn(to).map(({ product }) => releaseOf(product)));
  return missed.flatMap(({ candidate, why }): News[] => {
    const { product, name, version } = candidate;
    const [content, release, place] = [contentDigest(version), releaseOf(product), placeOf(candidate)];
    const offered = place.results?.since[content];
    const isOurs = place.before !== undefined || !releases.has(release);
    const isDecided = why?.why === 'withdrawn' || why?.why === 'removed' || heldBy(to.state, product) !== undefined;
    const isNews = place.content !== content && !isDecided;
    if (!isOurs || !isNews || offered === undefined || Date.parse(offered) > since) return [];
    const reason = why === undefined ? 'not promoted' : reasonOf(why);
    const selection = selectionOf(product);
    return [{ release, selection, product: productKey(product), version: name, since: offered, why: reason }];
  });
}

function hasChanged(id: string, { ledger }: ViewContent, since: number): boolean {
  return Object.values(ledger.products[id]?.since ?? {}).some((one) => Date.parse(one) > since);
}
