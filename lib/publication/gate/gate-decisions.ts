import { bootloadersRequest } from '../../job/job';
import type { NextContent } from '../next-content';
import { heldBy, heldError } from '../state/holds';
import type { ViewContent } from '../state/view-content';
import type { Withdrawal } from '../state/withdrawal';
import { WithdrawnIndex } from '../state/withdrawals';
import { addedVersions, touchedProducts } from './added-versions';
import { withdrawnError } from './withdrawn-error';
import { withdrawnNewest } from './withdrawn-newest';

/**
 * What operators decided binds every change: nothing withdrawn is offered as new, or becomes the newest of its product again,
 * and what is new to a held product waits on the shelf. The decisions that count are those after the change.
 * @param elsewhere withdrawals of other views
 * @throws Withdrawn, Held
 */
export function gateDecisions(before: ViewContent, next: NextContent, elsewhere: readonly Withdrawal[]): void {
  const { state, view } = next;
  const withdrawals = [...state.withdrawals, ...elsewhere];
  if (state.holds.length === 0 && withdrawals.length === 0) return;
  const withdrawn = new WithdrawnIndex(view, withdrawals);
  const touched = touchedProducts(before, next.changed);
  for (const { product, name, version } of addedVersions(touched)) {
    const match = withdrawn.of(product, name, version);
    if (match !== undefined) throw withdrawnError(product.release ?? bootloadersRequest, name, match);
    const hold = heldBy(state, product);
    if (hold !== undefined) throw heldError(view, hold);
  }
  const again = withdrawnNewest(touched, withdrawn);
  if (again !== undefined) throw again;
}
