import { MirrorError } from '../errors';
import { mirror as layout } from '../job/layout';
import { type Operation, operationNeeds } from '../job/operations/operation';
import type { Followed, OperationOutcome, ViewOutcome } from '../job/operations/outcome';
import { changeView } from '../publication/change-view';
import { removeIndexes } from '../publication/delete-view';
import { followView, followViews } from '../publication/derived/follow-views';
import type { Press } from '../publication/press';
import { returnTombstone } from '../publication/restored/return-tombstone';
import { takeRemains } from '../publication/restored/take-remains';
import { timeText } from '../publication/state/kept-ledger';
import type { Note } from '../publication/state/view-content';
import { viewFoldersOf, viewsOf } from '../publication/views';
import { withdrawnEverywhere } from '../publication/withdrawn-everywhere';
import { DirectoryStore } from '../store/directory/directory';
import { checkFormat, formatKey } from '../store/format';
import { planChanged } from './carry-out/plan-changed';
import { planIdOf, planTime, timeOfPlan } from './carry-out/plan-id';
import { type Asked, type Asker, askerOf, noteOf } from './plans/asked';
import { failureOf } from './repair/fault-lines';
import { type Fault, faultsOf, type RestoredFault } from './repair/faults';
import {
  type Found,
  faultsIn,
  isBound,
  plannedOf,
  readableMarks,
  refuseHopeless,
  refuseLost,
  unlessFailed,
} from './repair/findings';
import { keepRestored, type Repairing } from './repair/keep-restored';
import { needsUpgrade, upgradeMirror, writeFirstState } from './upgrade';

/**
 * Repairs what is half-done in a mirror or was restored by hand: `verify` tells it, and this finishes it. With `upgrade`, brings
 * the mirror to the format of this release first.
 * @throws NoSuchView (misuse); NotSupported for a mirror of a newer release, and, without `upgrade`, of an older one;
 * PlanChanged; ChecksumMismatch for an index that this tool did not write; Withdrawn, Held if operators decided against what a restored index brings back;
 * NoSuchObject for a view that has lost what is remembered of it, without `forgetLost`. What is about one view does not keep the
 * others from being repaired
 */
export async function repairMirror(
  asked: Asked<'repair'>,
  { dryRun, plan: wanted }: Pick<Operation, 'dryRun' | 'plan'>,
  press: Press,
): Promise<OperationOutcome> {
  const { by: _by, reason: _reason, request: _request, ...operation } = asked;
  const { forgetLost = false } = operation;
  const isOld = await needsUpgrade(press.mirror);
  if (!isOld || !operation.upgrade) await refuseUnwritable(press);
  const at = wanted === undefined ? planTime(press.now()) : timeOfPlan(wanted);
  const names = await namedViews(operation.view, press);
  const format = { view: formatKey, lines: isOld ? [{ does: 'set', why: 'the format of this release' } as const] : [] };
  const found = await faultsIn(names, { isOld, forgetLost, at }, press);
  if (!isOld) refuseHopeless(found);
  const planned = [...(isOld ? [format] : []), ...found.map(plannedOf)];
  const plan = planIdOf(at, operation, planned);
  if (wanted !== undefined && wanted !== plan) {
    throw planChanged();
  }
  const done = dryRun
    ? { views: planned.map((one) => ({ ...one, moved: false })), followed: [] }
    : await repaired(askerOf(asked), { isOld, forgetLost, at, isPlanned: wanted !== undefined, found, format }, press);
  return { plan, at: timeText(at), ...done, remarks: [], needs: operationNeeds };
}

/** Also deleted views: what was withdrawn there binds the others. */
async function namedViews(view: string | undefined, { mirror }: Press): Promise<readonly string[]> {
  if (view === undefined) return viewFoldersOf(mirror);
  // Also a view that has lost its index: its folder is left.
  if ((await viewFoldersOf(mirror)).includes(view)) return [view];
  const all = await viewsOf(mirror);
  throw new MirrorError(
    'NoSuchView',
    `${mirror.name} has no view ${JSON.stringify(view)}; it has ${all.join(', ') || 'none'}`,
    {
      hint: 'give one of its views',
      misuse: true,
    },
  );
}

/** For an upgrade, the mirror is not open for writing: that it needs none does not mean that this release may change it. */
async function refuseUnwritable({ mirror }: Press): Promise<void> {
  const format = await mirror.read(formatKey);
  if (format !== undefined) checkFormat(mirror.name, format.bytes, { writes: true });
}

interface Repair {
  readonly isOld: boolean;
  readonly forgetLost: boolean;
  readonly at: Date;
  /** Whether it has to be what was shown. */
  readonly isPlanned: boolean;
  readonly found: readonly Found[];
  readonly format: Omit<ViewOutcome, 'moved'>;
}

async function repaired(
  asker: Asker,
  { isOld, found, format, ...repairing }: Repair,
  press: Press,
): Promise<Pick<OperationOutcome, 'views' | 'followed'>> {
  const views: ViewOutcome[] = [];
  const followed: Followed[] = [];
  if (isOld) {
    await upgradeMirror(press, asker);
    views.push({ ...format, moved: true });
  }
  const failures: MirrorError[] = [];
  const repair = async ({ view, faults, failure }: Found) => {
    const done = await unlessFailed(view, async () => {
      if (failure !== undefined) throw failure;
      return { view, faults: await repairView(view, faults, { note: noteOf('repair', asker), ...repairing }, press) };
    });
    if (done.failure !== undefined) failures.push(done.failure);
    else {
      const isRepaired = done.faults.some(({ fault }) => fault !== 'sourceless');
      views.push({ ...plannedOf(done), moved: isRepaired });
      if (isRepaired) followed.push(...(await followViews(view, press)));
    }
  };
  for (const one of found.filter(({ failure }) => failure === undefined)) await repair(one);
  // What could not be read may have depended on a view that is repaired by now.
  const failed = found.filter(({ failure }) => failure !== undefined).map(({ view }) => view);
  for (const one of await faultsIn(failed, { isOld: false, ...repairing }, press)) await repair(one);
  const failure = failureOf(
    failures,
    views.map(({ view }) => view),
  );
  if (failure !== undefined) throw failure;
  return { views, followed };
}

/** Until nothing is left: what is repaired first may have hidden more. */
async function repairView(
  view: string,
  first: readonly Fault[],
  { note, at, isPlanned, forgetLost }: Pick<Repair, 'at' | 'isPlanned' | 'forgetLost'> & { readonly note: Note },
  press: Press,
): Promise<readonly Fault[]> {
  const done: Fault[] = [];
  for (let faults = first; faults.length > 0; ) {
    // Marks that cannot be read must not be overlooked.
    const withdrawn = isBound(faults) ? await withdrawnEverywhere(press) : await readableMarks(press);
    const repairing = { note, withdrawn, at, isPlanned };
    for (const fault of faults) {
      if (fault.fault === 'restored') done.push(await keepRestored(view, fault, repairing, press));
      else {
        await repairFault(view, fault, repairing, press);
        done.push(fault);
      }
    }
    const told = new Set(done.map(({ fault }) => fault));
    faults = (await faultsOf(view, { withdrawn, at }, press)).filter(({ fault }) => !told.has(fault));
    if (!forgetLost) refuseLost(view, faults);
  }
  return done;
}

type Other = Exclude<Fault, RestoredFault>;

async function repairFault(view: string, fault: Other, { note, withdrawn }: Repairing, press: Press): Promise<void> {
  const { mirror } = press;
  switch (fault.fault) {
    case 'unfinished':
    case 'missing':
      if (mirror instanceof DirectoryStore) await mirror.finish(layout.index(view));
      return;
    case 'tombstone':
      if (mirror instanceof DirectoryStore) await returnTombstone(view, mirror);
      return;
    case 'put back':
      await removeIndexes(view, press);
      return;
    case 'lost':
      await takeRemains(view, note, press);
      return;
    case 'no state':
      await writeFirstState(view, { ...note, repaired: 'no state' }, press);
      return;
    case 'behind':
      // Every change lets it follow, also one of nothing.
      await changeView(view, () => undefined, press);
      return;
    case 'link':
      return mirror.expose(view, fault.folder);
    case 'unfollowed':
      await followView(view, withdrawn, press);
      return;
    case 'sourceless':
  }
}
