import { type ErrorName, errorNames, MirrorError, withoutName } from '../errors';
import { type OperationRequest, operationNeeds } from '../job/operations/operation';
import type { Followed, PlanLine } from '../job/operations/outcome';
import { toolVersion } from '../job/tool';
import { hasEnded } from '../publication/state/holds';
import type { ViewState } from '../publication/state/view-state';
import { withdrawnEverywhere } from '../publication/withdrawn-everywhere';
import { endHoldsOf } from './lift-ended-holds';
import { type OperateBench, operate } from './operate';
import { followAll, statesOf } from './promotion/follow-all';
import { measured, type PromotionMeasure } from './promotion/measures';
import { type FilledView, promotionOf, type ViewSettings } from './promotion/settings';

/** What was done to one view, or failed. */
export interface PromotionRun {
  readonly view: string;
  /** unhold: its holds that have ended; view-set, view-create: its settings; follow: its sources, which had changed before. */
  readonly does: OperationRequest['does'] | 'follow';
  readonly moved: boolean;
  readonly lines: readonly PlanLine[];
  readonly followed: readonly Followed[];
  /** What its source does not have yet, so that it is done later. @default - it was done, or failed */
  readonly waits?: string;
  /** What a dry run cannot show, since it follows from this: `promoted from candidate`. @default - nothing */
  readonly follows?: string;
  /** @default - it did not fail */
  readonly failure?: MirrorError;
}

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
 * each view that has a promotion, and updates selected views. A view whose source is not published yet, or not with what is
 * selected from it, waits for it.
 * @param settings of the views that are not built, in the order in which they are filled
 * @throws what is not about one view: errors of the store, or of a view that cannot be read
 */
export async function runPromotions(
  settings: readonly ViewSettings[],
  asked: PromotionsAsked,
  bench: OperateBench,
): Promise<PromotionsOutcome> {
  const runs: PromotionRun[] = await endHolds(asked, bench);
  let states = await statesOf(bench);
  for (const one of settings) {
    const done = await applied(one, states, asked, bench);
    runs.push(...done);
    if (done.length > 0) states = await statesOf(bench);
  }
  const filled: FilledView[] = [];
  for (const one of settings) {
    const promotion = promotionOf(one, states);
    if (promotion === undefined) continue;
    filled.push(promotion);
    if (runs.some((done) => done.view === one.name && done.follows !== undefined)) continue;
    const { view, from, after = '0m', require } = promotion;
    const scope = { architectures: [], flavours: [] };
    const promoting = { does: 'promote' as const, from, to: view, after, require: [...require], ...scope };
    const done = orWaiting(await run(view, promoting, asked, bench), ['NoSuchView']);
    runs.push(done);
    if (done.moved) states = await statesOf(bench); // the view may be the source of another, and new
  }
  if (!asked.dryRun) runs.push(...(await followAll(bench)).flatMap(followRun));
  return { runs, measures: await measured(filled, bench) };
}

/** In every view. */
async function endHolds({ by, reason, dryRun = false }: PromotionsAsked, bench: OperateBench): Promise<PromotionRun[]> {
  const ended = [...(await statesOf(bench))].filter(([, { holds }]) =>
    holds.some((hold) => hasEnded(hold, bench.now())),
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

/** A run that is done later if it failed by one of these names. */
function orWaiting({ failure, ...done }: PromotionRun, names: readonly ErrorName[]): PromotionRun {
  if (failure === undefined) return done;
  return names.includes(failure.name) ? { ...done, waits: failure.message } : { ...done, failure };
}

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

/** Nothing for a view that was not behind its sources. */
function followRun({ view, moved, failure }: Followed): PromotionRun[] {
  const run = { view, does: 'follow', moved, lines: [], followed: [] } as const;
  if (failure === undefined) return moved ? [run] : [];
  const name = errorNames.find((one) => failure.startsWith(`${one}: `)) ?? 'StoreFailed';
  return [{ ...run, failure: new MirrorError(name, withoutName(failure)) }];
}

async function attempted(
  view: string,
  does: PromotionRun['does'],
  work: () => Promise<Pick<PromotionRun, 'moved' | 'lines' | 'followed'>>,
): Promise<PromotionRun> {
  try {
    return { view, does, ...(await work()) };
  } catch (failure) {
    if (!(failure instanceof MirrorError)) throw failure;
    return { view, does, ...{ moved: false, lines: [], followed: [] }, failure };
  }
}
