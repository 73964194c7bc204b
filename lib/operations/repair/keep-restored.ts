import type { Press } from '../../publication/press';
import { type RestoredChange, takeRestored } from '../../publication/restored/take-restored';
import type { Note } from '../../publication/state/view-content';
import { sameJson } from '../../simplestreams/same-json';
import { planChanged } from '../carry-out/plan-changed';
import { type Binding, type RestoredFault, restoredFault } from './faults';

/** How a view is repaired. */
export interface Repairing extends Binding {
  readonly note: Note;
  /** Whether it has to be what was shown. */
  readonly isPlanned: boolean;
}

/**
 * Keeps a restored index.
 * @param shown what a plan says about it
 * @returns the fault as it was when it was repaired
 * @throws PlanChanged; the errors of takeRestored
 */
export async function keepRestored(
  view: string,
  shown: RestoredFault,
  { isPlanned, ...taking }: Repairing,
  press: Press,
): Promise<RestoredFault> {
  const approve = (change: RestoredChange) => {
    if (isPlanned && !sameJson(restoredFault(change), shown)) throw planChanged();
  };
  const change = await takeRestored(view, { ...taking, approve }, press);
  return change === undefined ? shown : restoredFault(change);
}
