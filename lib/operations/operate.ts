import { type Operation, type OperationRequest, operationNeeds } from '../job/operations/operation';
import type { OperationOutcome } from '../job/operations/outcome';
import { KnownDocuments } from '../publication/known-documents';
import type { Press } from '../publication/press';
import { refuseRestoredView } from '../publication/published-last';
import { timeText } from '../publication/state/kept-ledger';
import { changeInTurn, type Run } from './carry-out/in-turn';
import { passThrough } from './carry-out/pass-through';
import { planChanged } from './carry-out/plan-changed';
import { planIdOf, planTime, timeOfPlan } from './carry-out/plan-id';
import { planOf } from './carry-out/planners';
import { readMirror } from './carry-out/read-mirror';
import { releaseResolved } from './carry-out/release-resolved';
import type { Asked } from './plans/asked';
import { refuseEnded } from './plans/holds/holding';
import type { Planned } from './plans/planned';
import { repairMirror } from './repair';

/** What carries out operations: the mirror, the signer and the time. */
export interface OperateBench extends Press {
  /** Id of the AWS request that asks. @default - the command line does */
  readonly request?: string;
  /** Told which views were changed, as they are. */
  readonly log: (line: string) => void;
}

/**
 * Plans an operation and carries it out, view by view: each view changes at once, in the order of the plan. If another writer
 * is faster, the view is planned again from what it is then. Selected views follow after the last one. A dry run only plans.
 * @throws NoSuchView, NoSuchVersion, BadInput (misuse); Held, Withdrawn, NotAttested, NotBooted if what operators decided
 * forbids it; PlanChanged if the plan that was given is not what would be done now; the errors of changeView. If views were
 * changed before, the message names them
 */
export async function operate(asked: Operation, given: OperateBench): Promise<OperationOutcome> {
  const request = requestOf(asked, given);
  if (request.does === 'repair') return repairMirror(request, asked, given);
  const bench = { ...given, known: new KnownDocuments() };
  // A plan may be carried out long after it was made.
  if (request.does === 'hold') refuseEnded(request, bench.now());
  const at = asked.plan === undefined ? planTime(bench.now()) : timeOfPlan(asked.plan);
  const mirror = await readMirror(asked.operation, bench);
  const planned = await passThrough(planOf(request, mirror, at), mirror.passes, bench);
  const plan = planIdOf(at, releaseResolved(asked.operation, mirror), planned.views);
  if (asked.plan !== undefined && asked.plan !== plan) throw planChanged(planned.remarks);
  for (const { view } of unchangedIn(planned.views, asked.operation)) await refuseRestoredView(view, bench);
  const { remarks } = planned;
  const run: Run = { asked, request: planned.then ?? request, at, bench, mirror, commits: new Map(), planned, remarks };
  const done = asked.dryRun
    ? { views: planned.views.map(({ view, lines }) => ({ view, lines, moved: false })), followed: [] }
    : await changeInTurn(run);
  // Another operator did the same meanwhile. What was changed here must be reported, so no refusal hides it.
  const isNothing = !asked.dryRun && done.views.every(({ moved }) => !moved);
  if (isNothing) for (const { view } of done.views) await refuseRestoredView(view, bench);
  return { plan, at: timeText(at), ...done, remarks: run.remarks, needs: operationNeeds };
}

/** Views that need no change. Those that were not named do not keep the others from being changed. */
function unchangedIn(views: Planned['views'], operation: OperationRequest): Planned['views'] {
  const isNothing = views.every(({ lines }) => lines.length === 0);
  const named = 'view' in operation ? operation.view : undefined;
  return views.filter(({ view, lines }) => lines.length === 0 && (isNothing || view === named));
}

type AnyRequest = Asked<OperationRequest['does']>;

function requestOf({ operation, by, reason }: Operation, { request }: OperateBench): AnyRequest {
  return { ...operation, by, ...(reason !== undefined && { reason }), ...(request !== undefined && { request }) };
}
