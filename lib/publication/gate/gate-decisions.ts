import type { NextContent } from '../next-content';
import { heldBy, heldError } from '../state/holds';
import type { ViewContent } from '../state/view-content';
import { addedVersions } from './added-versions';

/**
 * What operators decided binds every change, whoever makes it: a version that is new to a held product waits on the shelf.
 * @throws Held
 */
export function gateDecisions(before: ViewContent, next: NextContent): void {
  if (next.state.holds.length === 0) return;
  for (const { product } of addedVersions(before, next)) {
    const hold = heldBy(next.state, product);
    if (hold !== undefined) throw heldError(next.view, hold);
  }
}
