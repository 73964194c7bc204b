import { MirrorError } from '../../errors';
import type { ViewOutcome } from '../../job/operations/outcome';
import type { Press } from '../../publication/press';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { decisionsOfAll, withdrawalsIn } from '../../publication/withdrawn-everywhere';
import { failureLine, failureOf, lineOf, lostError } from './fault-lines';
import { type Fault, faultsOf } from './faults';

/** What was found in one view. */
export interface Found {
  readonly view: string;
  readonly faults: readonly Fault[];
  /** Why the view cannot be repaired. @default - it can */
  readonly failure?: MirrorError;
}

export function plannedOf({ view, faults, failure }: Found): Omit<ViewOutcome, 'moved'> {
  return { view, lines: failure === undefined ? faults.map((fault) => lineOf(fault, view)) : [failureLine(failure)] };
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
}

/** In the order in which they are repaired. A view that cannot be repaired does not keep the others from it. */
export async function faultsIn(names: readonly string[], finding: Finding, press: Press): Promise<readonly Found[]> {
  // Marks that cannot be read yet bind nothing yet: what is repaired is checked again.
  const withdrawn = finding.isOld ? [] : await readableMarks(press);
  const found: Found[] = [];
  for (const view of names) {
    const one = await unlessFailed(view, async () => {
      const faults = await faultsOf(view, withdrawn, press);
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
  return found.sort((one, other) => rank(one) - rank(other));
}

/** @throws NoSuchObject: what is lost is only given up if that is asked for */
export function refuseLost(view: string, faults: readonly Fault[]): void {
  const lost = faults.find((fault) => fault.fault === 'lost');
  if (lost !== undefined) throw lostError(view, lost.parts);
}

/** The withdrawals of all views whose decisions can be read. */
export async function readableMarks(press: Press): Promise<readonly Withdrawal[]> {
  const decisions = await decisionsOfAll(press);
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
