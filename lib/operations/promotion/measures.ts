import { contentOf } from '../../publication/next-content';
import { type Reading, unlessLost } from '../../publication/read-index';
import { readView } from '../../publication/read-view';
import { withdrawnEverywhere } from '../../publication/withdrawn-everywhere';
import { productsIn, releaseOf } from '../plans/chosen-products';
import { statesOf } from './follow-all';
import type { FilledView } from './settings';
import { heldDays, type StandStill, standsStill } from './soak';

/** A release of a view, as it is now. */
export interface PromotionMeasure {
  readonly view: string;
  readonly release: string;
  /** Of a view that is filled by promotion: how the release stands still, or that it does not. @default - another view */
  readonly standsStill?: StandStill | false;
  /** Days since it was held without an end. @default - it is not */
  readonly heldDays?: number;
}

/** Measures the releases of views that are filled by promotion, and the holds of all views. */
export async function measured(
  filled: readonly FilledView[],
  reading: Reading & { readonly now: () => Date },
): Promise<PromotionMeasure[]> {
  const at = reading.now();
  const held = [...(await statesOf(reading))].flatMap(([view, state]) => {
    return [...heldDays({ state }, at)].map(([release, days]): PromotionMeasure => ({ view, release, heldDays: days }));
  });
  return [...(await stillnessOf(filled, at, reading)), ...held];
}

async function stillnessOf(filled: readonly FilledView[], at: Date, reading: Reading): Promise<PromotionMeasure[]> {
  const withdrawn = await withdrawnEverywhere(reading);
  const measures: PromotionMeasure[] = [];
  for (const promotion of filled) {
    const { view } = promotion;
    // One after the other: a large view takes much memory while it is read.
    const both = await unlessLost(async () => ({
      from: contentOf(await readView(promotion.from, reading)),
      to: contentOf(await readView(view, reading)),
    }));
    if (both === undefined) continue; // the promotion has failed by it, and says so
    const { from, to } = both;
    const still = new Map(standsStill(from, to, promotion, { withdrawn, at }).map((one) => [one.release, one]));
    const releases = new Set([...[...productsIn(from), ...productsIn(to)].map(({ product }) => releaseOf(product))]);
    measures.push(
      ...[...releases]
        .sort()
        .map((release) => ({ view, release, standsStill: still.get(release) ?? (false as const) })),
    );
  }
  return measures;
}
