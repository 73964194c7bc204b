import type { ErrorName } from '../errors';
import { type OperationRequest, operationNeeds } from '../job/operations/operation';
import { toolVersion } from '../job/tool';
import { followEach } from '../publication/derived/follow-views';
import { hasEnded } from '../publication/state/holds';
import type { ViewState } from '../publication/state/view-state';
import { withdrawnEverywhere } from '../publication/withdrawn-everywhere';
import { endHoldsOf } from './lift-ended-holds';
import { type OperateBench, operate } from './operate';
import { followAll, statesOf } from './promotion/follow-all';
import { inOrder, namesOf, selectedAbove } from './promotion/in-order';
import { measured, type PromotionMeasure } from './promotion/measures';
import { attempted, beingDeleted, followRun, notShown, orWaiting, type PromotionRun } from './promotion/promotion-run';
import { type FilledView, promotionOf, type ViewSettings } from './promotion/settings';

export type { PromotionRun } from './promotion/promotion-run';

/** Who asks for promotions, and how they are carried out. */
export interface PromotionsAsked {
  /** For the history. */
  readonly by: string;
  readonly reason?: string;
  /** Only shows what it would do. @default false */
  readonly dryRun?: boolean;
}

export interface PromotionsOutcome {
  /** In their order. A failure does not stop the others. */
  readonly runs: readonly PromotionRun[];
  /** After all of them. */
  readonly measures: readonly PromotionMeasure[];
}

/**
 * What a mirror does by itself from hour to hour: lifts the holds that have ended, applies settings that have changed, fills
 * each view that has a promotion, and updates selected views. One view comes after another that it gets its versions from, so
 * that once is enough. A view whose source is not published yet, or not with what is selected from it, waits for it. A view
 * whose deletion was interrupted is told, and left alone.
 * @param settings of the views that are not built
 * @throws what is not about one view: errors of the store, or of a view that cannot be read
 */
export async function runPromotions(
  settings: readonly ViewSettings[],
  asked: PromotionsAsked,
  bench: OperateBench,
): Promise<PromotionsOutcome> {
  let states = await statesOf(bench);
  const closed = new Set([...states].filter(([, { deleting }]) => deleting).map(([view]) => view));
  const runs: PromotionRun[] = [...closed].map(beingDeleted);
  runs.push(...(await endHolds(asked, states, bench)));
  if (runs.some(({ moved }) => moved)) states = await statesOf(bench);
  const filled: FilledView[] = [];
  /** What a dry run would create. */
  const coming = new Set<string>();
  for (const one of inOrder(settings, states)) {
    if (closed.has(one.name)) continue;
    const done = await applied(one, states, asked, bench);
    runs.push(...done);
    if (done.length > 0) states = await statesOf(bench);
    const first = namesOf(one, states.get(one.name)).find((name) => coming.has(name));
    if (first !== undefined) runs.push(notShown(one, first));
    if (asked.dryRun && !states.has(one.name) && (first ?? done[0]?.lines[0])) coming.add(one.name);
    const promotion = promotionOf(one, states);
    if (promotion === undefined) continue;
    filled.push(promotion);
    if (done.some(({ follows }) => follows !== undefined)) continue;
    const followed = asked.dryRun ? [] : await followEach(selectedAbove(promotion.from, states), bench);
    // What fails here is tried once more at the end, and told then.
    runs.push(...followed.filter(({ moved }) => moved).flatMap(followRun));
    const promoted = await filledBy(promotion, asked, bench);
    runs.push(promoted);
    if (asked.dryRun && !states.has(one.name) && promoted.lines.some(({ does }) => does === 'offer'))
      coming.add(one.name);
    if (promoted.moved) states = await statesOf(bench); // the view may be the source of another, and new
  }
  if (!asked.dryRun) runs.push(...(await followAll(bench)).flatMap(followRun));
  return { runs, measures: await measured(filled, bench) };
}

async function filledBy(
  { view, from, after = '0m', require }: FilledView,
  asked: PromotionsAsked,
  bench: OperateBench,
): Promise<PromotionRun> {
  const scope = { architectures: [], flavours: [] };
  const promoting = { does: 'promote' as const, from, to: view, after, require: [...require], ...scope };
  return orWaiting(await run(view, promoting, asked, bench), ['NoSuchView']);
}

/** In every view. */
async function endHolds(
  { by, reason, dryRun = false }: PromotionsAsked,
  states: ReadonlyMap<string, ViewState>,
  bench: OperateBench,
): Promise<PromotionRun[]> {
  const ended = [...states].filter(
    ([, { holds, deleting }]) => !deleting && holds.some((hold) => hasEnded(hold, bench.now())),
  );
  if (ended.length === 0) return [];
  const asker = { by, ...(reason !== undefined && { reason }) };
  const ends = { asker, withdrawn: await withdrawnEverywhere(bench), dryRun };
  const runs: PromotionRun[] = [];
  for (const [view] of ended) runs.push(await attempted(view, 'unhold', () => endHoldsOf(view, ends, bench)));
  return runs;
}

/** Settings that differ from what was applied last. A view that is to be promoted is created by its first promotion. */
async function applied(
  { configured, ...setting }: ViewSettings,
  states: ReadonlyMap<string, ViewState>,
  asked: PromotionsAsked,
  bench: OperateBench,
): Promise<PromotionRun[]> {
  const { name, promote, select = [] } = setting;
  const state = states.get(name);
  const isWaiting = [...(promote ? [promote] : []), ...select].some(({ from }) => !states.has(from));
  if (state?.configured === configured || isWaiting) return [];
  if (state === undefined && select.length === 0) return [];
  const does = state === undefined ? 'view-create' : 'view-set';
  const done = await run(name, { does, ...setting, configured }, asked, bench);
  // Planned against what the view is before this, the promotion would be refused, or have other conditions.
  const isFilledThen = asked.dryRun && promote !== undefined && done.lines.length > 0;
  return [{ ...orWaiting(done, missing), ...(isFilledThen && { follows: `promoted from ${promote.from}` }) }];
}

/** Its source has nothing yet of what is selected; or the view, or a source, is being deleted. */
const missing: readonly ErrorName[] = ['NoSuchVersion', 'NoSuchView'];

function run(
  view: string,
  operation: OperationRequest,
  { dryRun = false, ...asker }: PromotionsAsked,
  bench: OperateBench,
): Promise<PromotionRun> {
  return attempted(view, operation.does, async () => {
    const asked = { operation, ...asker, dryRun, tool: toolVersion, needs: [...operationNeeds] };
    const { views, followed } = await operate(asked, bench);
    const own = views.find((one) => one.view === view);
    return { moved: own?.moved ?? false, lines: own?.lines ?? [], followed };
  });
}
