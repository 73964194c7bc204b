import { MirrorError } from '../../errors';
import type { Operation, OperationRequest } from '../../job/operations/operation';
import type { Followed, OperationOutcome, Remark, ViewOutcome } from '../../job/operations/outcome';
import { changeView } from '../../publication/change-view';
import { deleteView } from '../../publication/delete-view';
import { followEach } from '../../publication/derived/follow-views';
import type { Commit, Press } from '../../publication/press';
import { isDeletingError } from '../../publication/state/deleting-error';
import type { ViewContent } from '../../publication/state/view-content';
import { isOfView } from '../../publication/withdrawn-everywhere';
import { writeJson } from '../../simplestreams/json';
import { type Asked, askerOf, type Plannable } from '../plans/asked';
import type { Planned, PlannedView } from '../plans/planned';
import { undoCircle } from './circle-since';
import { lastOf } from './last-of';
import { tellingDone } from './partly-done';
import { beingDeleted, joined, unlessBroken, unreadRemark } from './pass-through';
import { planChanged } from './plan-changed';
import { planOf } from './planners';
import { newViews, type ReadMirror } from './read-mirror';
import { viewNamed } from './views-needed';
import { takeBackSince } from './withdrawn-since';

/** An operation that is carried out. */
export interface Run {
  readonly asked: Operation;
  /** What is planned from, once what the operation is about was decided: that stays, whatever a view becomes meanwhile. */
  readonly request: Asked<Plannable>;
  readonly at: Date;
  readonly bench: Press & { readonly log: (line: string) => void };
  /** Its `views` are each as it was when its change was made. */
  readonly mirror: ReadMirror;
  readonly commits: Map<string, Commit>;
  /** The latest plan, and what it remarks. */
  planned: Planned;
  remarks: readonly Remark[];
}

type Done = Pick<OperationOutcome, 'views' | 'followed'>;

/**
 * Changes views in the order of the plan, until no other view has come that the operation is about. Then the selected views
 * that are made from them follow, all together; also after a failure, those that are made from what was changed.
 */
export async function changeInTurn(run: Run): Promise<Done> {
  const done: { readonly views: ViewOutcome[]; readonly followed: Followed[]; readonly tried: string[] } = {
    ...{ views: [], followed: [], tried: [] },
  };
  const telling = <Result>(work: () => Promise<Result>, view?: string) =>
    tellingDone(run.asked, run.commits, work, view);
  const known = new Set([...run.mirror.views.keys(), ...run.mirror.passes]);
  try {
    for (let next = run.planned.views; next.length > 0; next = await telling(() => plannedSince(known, run))) {
      for (const one of next) {
        if (one.change !== undefined) done.tried.push(one.view);
        const { followed, ...view } = await telling(() => changed(one, run), one.view);
        done.views.push(view);
        done.followed.push(...followed);
        if (view.moved) run.bench.log(`${run.request.does.replace('-', ' ')}: ${one.view} changed`);
      }
    }
  } catch (error) {
    await followAfterFailure(done.tried, run.bench);
    throw error;
  }
  const last = await telling(() => followEach(done.tried, run.bench));
  return { views: done.views, followed: lastOf([...done.followed, ...last]) };
}

/** The last view that was tried may be changed, too, such as one that gets what was withdrawn meanwhile. */
async function followAfterFailure(tried: readonly string[], bench: Run['bench']): Promise<void> {
  const tell = (view: string, why: string) => bench.log(`could not update ${view}: ${why}`);
  try {
    for (const { view, failure } of await followEach(tried, bench)) if (failure !== undefined) tell(view, failure);
  } catch (error) {
    // What failed first is thrown, and must not be hidden by what fails because of it.
    tell(`what follows ${tried.join(', ')}`, error instanceof Error ? error.message : String(error));
  }
}

async function plannedSince(known: Set<string>, run: Run): Promise<readonly PlannedView[]> {
  const planned: PlannedView[] = [];
  for (const view of await newViews(run.asked.operation, known, run.bench)) {
    known.add(view);
    const content = await unlessBroken(view, run.bench, run.planned.elsewhere);
    if (content instanceof MirrorError) leaveOut(unreadRemark(view, content, run.planned.elsewhere?.later), run);
    else if (content === undefined || content.state.deleting) leaveOut(beingDeleted(view), run);
    else if (run.planned.elsewhere?.plan(content).planned !== undefined) planned.push(plannedAgain(content, run));
  }
  return planned;
}

type ChangedView = ViewOutcome & { readonly followed: readonly Followed[] };

async function changed(planned: PlannedView, run: Run): Promise<ChangedView> {
  const { view, lines, deletes } = planned;
  if (deletes !== undefined) return { view, lines, moved: await deleteView(view, deletes, run.bench), followed: [] };
  if (planned.change === undefined) return { view, lines, moved: false, followed: [] };
  let [made, before]: [PlannedView, ViewContent | undefined] = [planned, undefined];
  const change = (content: ViewContent) => {
    [made, before] = [plannedFrom(content, planned, run), content];
    return made.change;
  };
  const watched: Press = { ...run.bench, onCommit: (name, commit) => run.commits.set(name, commit) };
  const moved = await unlessGone(planned, run, () => changeView(view, change, watched));
  if (moved === undefined) return { view, lines: [], moved: false, followed: [] };
  const { request, at, bench } = run;
  const asker = askerOf(request);
  if (moved && before !== undefined && isSource(request)) await undoCircle(before, asker, bench);
  const back = { asker, at, before, press: bench };
  const since = moved && isCopied(made) ? await takeBackSince(view, run.mirror.withdrawn, back) : nothing;
  return { view, lines: [...made.lines, ...since.lines], moved, followed: since.followed };
}

/**
 * @returns undefined for a view that the operation does not name, and whose deletion has begun meanwhile, or that cannot be read
 * any more
 * @throws PlanChanged if what was shown cannot be done because of that
 */
async function unlessGone({ view }: PlannedView, run: Run, work: () => Promise<boolean>): Promise<boolean | undefined> {
  try {
    return await work();
  } catch (error) {
    const why = run.mirror.views.has(view) ? undefined : await goneBy(error, view, run);
    if (why === undefined) throw error;
    if (why.about !== 'being deleted' && run.asked.plan !== undefined) throw planChanged([why]);
    leaveOut(why, run);
    return undefined;
  }
}

/** Not of a view that may have been changed by then. */
async function goneBy(error: unknown, view: string, { bench, commits, planned }: Run): Promise<Remark | undefined> {
  if (isDeletingError(error, view)) return beingDeleted(view);
  if (!isOfView(error) || commits.has(view)) return undefined;
  const found = await unlessBroken(view, bench, planned.elsewhere);
  return found instanceof MirrorError ? unreadRemark(view, found, planned.elsewhere?.later) : undefined;
}

function leaveOut(why: Remark, run: Run): void {
  run.remarks = [why, ...run.remarks];
}

const isSource = ({ does }: Run['request']) => does === 'view-create' || does === 'view-set';

/** Whether a view gets versions that another one may withdraw. */
function isCopied({ change, lines }: PlannedView): boolean {
  return change?.withdrawn !== undefined && lines.some(({ does }) => does === 'offer');
}

const nothing = { lines: [], followed: [] };

/** What is done to a view, from what it is now. @throws PlanChanged if that is not what was shown */
function plannedFrom(content: ViewContent, { view, lines }: PlannedView, run: Run): PlannedView {
  const known = run.mirror.views.get(view);
  const wasThere = known === undefined || known.documents.size > 0;
  // What was withdrawn in a deleted view is obeyed in every view, so it is restored there, too.
  const isGone = wasThere && content.documents.size === 0 && run.request.does !== 'restore';
  if (isGone) return gone(view, run.asked.operation);
  const made = plannedAgain(content, run);
  const isAsShown = writeJson({ lines: made.lines }) === writeJson({ lines });
  if (run.asked.plan !== undefined && !isAsShown) throw planChanged();
  return made;
}

/**
 * What a view is changed to does not depend on the views that were changed before it, or a rollback in all views would go back
 * twice.
 */
function plannedAgain(content: ViewContent, run: Run): PlannedView {
  const { view } = content;
  const { views } = run.mirror;
  if (views.has(view)) {
    views.set(view, content);
    run.planned = planOf(run.request, run.mirror, run.at);
    if (run.planned.elsewhere === undefined) run.remarks = joined(run.planned, []).remarks;
    return run.planned.views.find((one) => one.view === view) ?? { view, lines: [] };
  }
  const { planned, refusal } = run.planned.elsewhere?.plan(content) ?? {};
  if (refusal !== undefined) throw refusal;
  return planned ?? { view, lines: [] };
}

/** Nothing is done to a view that was deleted meanwhile, unless the operation is about it. */
function gone(view: string, operation: OperationRequest): PlannedView {
  if (viewNamed(operation) !== view) return { view, lines: [] };
  throw new MirrorError('NoSuchView', `the view ${view} was deleted meanwhile`, {
    hint: `to see by whom: maas-mirror history ${view}`,
    misuse: true,
  });
}
