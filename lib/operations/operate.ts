import { MirrorError } from '../errors';
import { type Operation, type OperationRequest, operationNeeds } from '../job/operations/operation';
import type { Followed, OperationOutcome, ViewOutcome } from '../job/operations/outcome';
import { deleteView } from '../publication/delete-view';
import { changeAndFollow } from '../publication/derived/change-and-follow';
import type { Press } from '../publication/press';
import { timeText } from '../publication/state/kept-ledger';
import type { ViewContent } from '../publication/state/view-content';
import { writeJson } from '../simplestreams/json';
import { planIdOf, planTime, timeOfPlan } from './carry-out/plan-id';
import { planOf } from './carry-out/planners';
import { readMirror, readNewViews } from './carry-out/read-mirror';
import { releaseResolved } from './carry-out/release-resolved';
import { viewNamed } from './carry-out/views-needed';
import { takeBackSince } from './carry-out/withdrawn-since';
import { type Asked, askerOf } from './plans/asked';
import type { MirrorContent, Planned, PlannedView } from './plans/planned';
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
 * is faster, the view is planned again from what it is then. A dry run only plans.
 * @throws NoSuchView, NoSuchVersion, BadInput (misuse); Held, Withdrawn, NotAttested, NotBooted if what operators decided
 * forbids it; PlanChanged if the plan that was given is not what would be done now; the errors of changeView. If views were
 * changed before, the message names them
 */
export async function operate(asked: Operation, bench: OperateBench): Promise<OperationOutcome> {
  const request = requestOf(asked, bench);
  if (request.does === 'repair') return repairMirror(request, asked, bench);
  const at = asked.plan === undefined ? planTime(bench.now()) : timeOfPlan(asked.plan);
  const mirror = await readMirror(asked.operation, bench);
  const planned = planOf(request, mirror, at);
  const plan = planIdOf(at, releaseResolved(asked.operation, mirror), planned.views);
  if (asked.plan !== undefined && asked.plan !== plan) throw planChanged();
  const run = { asked, request: planned.then ?? request, at, bench, mirror, contents: new Map(mirror.views), planned };
  const done = asked.dryRun
    ? { views: planned.views.map(({ view, lines }) => ({ view, lines, moved: false })), followed: [] }
    : await carriedOut(planned.views, run);
  return { plan, at: timeText(at), ...done, remarks: run.planned.remarks, needs: operationNeeds };
}

type AnyRequest = Asked<OperationRequest['does']>;

function requestOf({ operation, by, reason }: Operation, { request }: OperateBench): AnyRequest {
  return { ...operation, by, ...(reason !== undefined && { reason }), ...(request !== undefined && { request }) };
}

interface Run {
  readonly asked: Operation;
  /** What is planned from, once what the operation is about was decided: that stays, whatever a view becomes meanwhile. */
  readonly request: AnyRequest;
  /** The latest plan. */
  planned: Planned;
  readonly at: Date;
  readonly bench: OperateBench;
  readonly mirror: MirrorContent;
  /**
   * Each view as it was when its change was made: what a view is changed to must not depend on the views that were changed
   * before it, or a rollback in all views would go back twice.
   */
  readonly contents: Map<string, ViewContent>;
}

type Done = Pick<OperationOutcome, 'views' | 'followed'>;

/** Until no other view has come that the operation is about. */
async function carriedOut(planned: readonly PlannedView[], run: Run): Promise<Done> {
  const [views, followed]: [ViewOutcome[], Followed[]] = [[], []];
  for (let next = planned; next.length > 0; next = await plannedForNewViews(run)) {
    for (const one of next) {
      const done = await named(views, () => changed(one, run));
      views.push(done.view);
      followed.push(...done.followed);
      if (done.view.moved) run.bench.log(`${run.request.does}: ${one.view} changed`);
    }
  }
  return { views, followed };
}

async function plannedForNewViews(run: Run): Promise<readonly PlannedView[]> {
  const found = await readNewViews(run.asked.operation, run.contents, run.bench);
  if (found.size === 0) return [];
  for (const [view, content] of found) run.contents.set(view, content);
  return planAgain(run).filter(({ view }) => found.has(view));
}

interface ChangedView {
  readonly view: ViewOutcome;
  readonly followed: readonly Followed[];
}

async function changed(planned: PlannedView, run: Run): Promise<ChangedView> {
  const { view, lines, deletes } = planned;
  if (deletes !== undefined) {
    const moved = await deleteView(view, deletes, run.bench);
    return { view: { view, lines, moved }, followed: [] };
  }
  if (planned.change === undefined) return { view: { view, lines, moved: false }, followed: [] };
  let made = planned;
  const done = await changeAndFollow(
    view,
    (content) => {
      made = plannedFrom(content, planned, run);
      return made.change;
    },
    run.bench,
  );
  const since = done.moved && isCopied(made) ? await takeBackSince(view, run.mirror.withdrawn, sinceOf(run)) : nothing;
  return {
    view: { view, lines: [...made.lines, ...since.lines], moved: done.moved },
    followed: [...done.followed, ...since.followed],
  };
}

/** Whether a view gets versions that another one may withdraw. */
function isCopied({ change, lines }: PlannedView): boolean {
  return change?.withdrawn !== undefined && lines.some(({ does }) => does === 'offer');
}

function sinceOf({ request, at, bench }: Run): Parameters<typeof takeBackSince>[2] {
  return { asker: askerOf(request), at, press: bench };
}

const nothing = { lines: [], followed: [] };

/** What is done to a view, from what it is now. @throws PlanChanged if that is not what was shown */
function plannedFrom(content: ViewContent, { view, lines }: PlannedView, run: Run): PlannedView {
  const wasThere = (run.contents.get(view)?.documents.size ?? 0) > 0;
  if (wasThere && content.documents.size === 0) return gone(view, run.asked.operation);
  run.contents.set(view, content);
  const made = planAgain(run).find((one) => one.view === view) ?? { view, lines: [] };
  const isAsShown = writeJson({ lines: made.lines }) === writeJson({ lines });
  if (run.asked.plan !== undefined && !isAsShown) throw planChanged();
  return made;
}

function planAgain(run: Run): readonly PlannedView[] {
  run.planned = planOf(run.request, { ...run.mirror, views: run.contents }, run.at);
  return run.planned.views;
}

/** Nothing is done to a view that was deleted meanwhile, unless the operation is about it. */
function gone(view: string, operation: OperationRequest): PlannedView {
  if (viewNamed(operation) !== view) return { view, lines: [] };
  throw new MirrorError('NoSuchView', `the view ${view} was deleted meanwhile`, { misuse: true });
}

function planChanged(): MirrorError {
  return new MirrorError('PlanChanged', 'the mirror has changed since this plan was made', {
    hint: 'show it again with --dry-run',
  });
}

/** Work on one view; its error names the views that were changed before. */
async function named<Result>(before: readonly ViewOutcome[], work: () => Promise<Result>): Promise<Result> {
  const changed = before.filter(({ moved }) => moved).map(({ view }) => view);
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof MirrorError) || changed.length === 0) throw cause;
    const { name, message, hint, misuse } = cause;
    const again = 'run the same command again: it continues with the other views';
    throw new MirrorError(name, `${message}; already changed: ${changed.join(', ')}`, {
      hint: hint === undefined ? again : `${hint}; then ${again}`,
      ...{ cause, misuse },
    });
  }
}
