import { MirrorError } from '../../errors';
import type { ViewOutcome } from '../../job/operations/outcome';
import type { Press } from '../../publication/press';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { decisionsOfAll, unreadMarks, withdrawalsIn } from '../../publication/withdrawn-everywhere';
import { failureLine, failureOf, linesOf, lostError } from './fault-lines';
import { type Fault, faultsOf } from './faults';

/** What was found in one view. */
export interface Found {
  readonly view: string;
  readonly faults: readonly Fault[];
  /** Why the view cannot be repaired. @default - it can */
  readonly failure?: MirrorError;
}

export function plannedOf({ view, faults, failure }: Found): Omit<ViewOutcome, 'moved'> {
  if (failure !== undefined) return { view, lines: [failureLine(failure)], refused: failure.name };
  return { view, lines: faults.flatMap((fault) => linesOf(fault, view)) };
}

/** @throws the failure, if no view that has faults can be repaired */
export function refuseHopeless(found: readonly Found[]): void {
  const failures = found.flatMap((one) => one.failure ?? []);
  const failure = failures.length === found.length ? failureOf(failures, []) : undefined;
  if (failure !== undefined) throw failure;
}

interface Finding {
  readonly isOld: boolean;
  readonly forgetLost: boolean;
  /** The time from which names are made. */
  readonly at: Date;
}

/** In the order in which they are repaired. A view that cannot be repaired does not keep the others from it. */
export async function faultsIn(names: readonly string[], finding: Finding, press: Press): Promise<readonly Found[]> {
  // Marks that cannot be read yet bind nothing yet: what is repaired is checked again.
  const decisions = finding.isOld ? [] : await decisionsOfAll(press);
  const withdrawn = readableIn(decisions);
  const found: Found[] = [];
  for (const view of names) {
    const one = await unlessFailed(view, async () => {
      const faults = await faultsOf(view, { withdrawn, at: finding.at }, press);
      if (!finding.forgetLost) refuseLost(view, faults);
      return { view, faults };
    });
    if (one.faults.length > 0 || one.failure !== undefined) found.push(one);
  }
  // Marks of a view that has lost its state bind the others, and a view that follows others is repaired after them.
  const rank = ({ faults }: Found) => {
    const has = (kind: Fault['fault']) => faults.some(({ fault }) => fault === kind);
    return has('lost') ? 0 : has('unfollowed') ? 2 : 1;
  };
  return unlessUnread(found, decisions).sort((one, other) => rank(one) - rank(other));
}

/** What obeys the marks of all views is not repaired while some cannot be read, unless these are repaired first. */
function unlessUnread(found: readonly Found[], decisions: AllDecisions): Found[] {
  const repaired = new Set(found.flatMap(({ view, faults }) => (faults.some(isLoss) ? [view] : [])));
  const broken = decisions.find((one) => one.status === 'rejected' && !repaired.has(one.view));
  const failure = broken?.status === 'rejected' ? unreadMarks(broken.view, broken.reason) : undefined;
  if (failure === undefined) return [...found];
  if (!(failure instanceof MirrorError)) throw failure;
  return found.map((one) => (isBound(one.faults) ? { view: one.view, faults: [], failure } : one));
}

/** Whether a repair brings versions to a view, so that it has to obey what was withdrawn in others. */
export function isBound(faults: readonly Fault[]): boolean {
  return faults.some(({ fault }) => fault === 'restored' || fault === 'unfollowed');
}

const isLoss = ({ fault }: Fault) => fault === 'lost';

/** @throws NoSuchObject: what is lost is only given up if that is asked for */
export function refuseLost(view: string, faults: readonly Fault[]): void {
  const lost = faults.find((fault) => fault.fault === 'lost');
  if (lost !== undefined) throw lostError(view, lost.parts);
}

/** The withdrawals of all views whose decisions can be read. */
export async function readableMarks(press: Press): Promise<readonly Withdrawal[]> {
  return readableIn(await decisionsOfAll(press));
}

type AllDecisions = Awaited<ReturnType<typeof decisionsOfAll>>;

function readableIn(decisions: AllDecisions): readonly Withdrawal[] {
  return withdrawalsIn(decisions.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
}

/** What was found, or why that failed. */
export async function unlessFailed(view: string, work: () => Promise<Found>): Promise<Found> {
  try {
    return await work();
  } catch (failure) {
    if (!(failure instanceof MirrorError)) throw failure;
    return { view, faults: [], failure };
  }
}
