import { type ErrorName, MirrorError } from '../../lib/errors';
import { holdMeasured, promotionMeasured } from '../../lib/job/aws/metrics';
import { stateMachineVariable } from '../../lib/job/environment';
import type { OperationAnswer } from '../../lib/job/operations/answer';
import { type ScheduledViews, scheduledViewsOf } from '../../lib/job/views/scheduled-views';
import { type PromotionRun, type PromotionsOutcome, runPromotions } from '../../lib/operations/promotions';
import { type CallContext, operateBench, operateInFunction } from '../operation/in-function';

/** What the schedule did. */
export interface Filled {
  /** Views that changed. */
  readonly changed: readonly string[];
  /** Views that were left as they are, each with the reason. */
  readonly refused: readonly string[];
  /** Views that wait for what their sources do not have yet. */
  readonly waiting: readonly string[];
}

/** The Promote function: carries out promotions, for operators, and fills views by schedule. */
export async function handler(event: object, context: CallContext): Promise<OperationAnswer | Filled> {
  if ('views' in event) return fillViews(scheduledViewsOf(event), context);
  return operateInFunction(event, context, ({ operation: { does } }) => does === 'promote');
}

async function fillViews({ views, at }: ScheduledViews, context: CallContext): Promise<Filled> {
  const { runs, measures } = await runPromotions(views, { by: 'schedule' }, await operateBench(context));
  writeMeasures(measures, at);
  for (const { view, waits } of runs) if (waits !== undefined) console.log(`${view} waits: ${waits}`);
  const serious = runs.filter(({ failure }) => failure !== undefined && !decisions.includes(failure.name));
  if (serious.length > 0) throw failureOf(serious);
  return {
    changed: runs.flatMap(({ view, moved }) => (moved ? [view] : [])),
    refused: runs.flatMap((run) => (run.failure === undefined ? [] : [textOf(run)])),
    waiting: runs.flatMap(({ view, waits }) => (waits === undefined ? [] : [`${view}: ${waits}`])),
  };
}

/** What operators decided is no failure: the metric StandsStill is about it. */
const decisions: readonly ErrorName[] = ['Held', 'Withdrawn', 'NotAttested', 'NotBooted'];

function writeMeasures(measures: PromotionsOutcome['measures'], at: Date): void {
  const { [stateMachineVariable]: stateMachineArn = '' } = process.env;
  for (const { view, release, standsStill, heldDays } of measures) {
    const of = { stateMachineArn, view, release, at };
    if (standsStill) {
      const { version, since, why } = standsStill;
      console.log(`${view}: ${release} stands still: ${version} has been published since ${since}: ${why}`);
    }
    if (standsStill !== undefined)
      console.log(JSON.stringify(promotionMeasured({ ...of, standsStill: standsStill ? 1 : 0 })));
    if (heldDays !== undefined) console.log(JSON.stringify(holdMeasured({ ...of, days: heldDays })));
  }
}

/** Of all views that failed; the others are done. */
function failureOf(runs: readonly PromotionRun[]): MirrorError {
  const [{ failure: cause } = { failure: undefined }] = runs;
  const { name = 'AwsFailed', hint } = cause ?? {};
  return new MirrorError(name, runs.map(textOf).join('; '), { cause, ...(hint !== undefined && { hint }) });
}

const textOf = ({ view, does, failure }: PromotionRun) => `${view} (${does}): ${failure?.message ?? ''}`;
