/* operations/carry-out: how an operation is planned and carried out. */

import type { Asked, Plannable } from '../plans/asked';
import { planAttestation } from '../plans/attest-plan';
import { planRollback } from '../plans/back/rollback-plan';
import { planWithdrawal } from '../plans/back/withdraw-plan';
import { planHold } from '../plans/holds/hold-plan';
import { planUnhold } from '../plans/holds/unhold-plan';
import type { MirrorContent, Planned, Planner } from '../plans/planned';
import { planRemoval } from '../plans/remove-plan';
import { planRestoration } from '../plans/restore/restore-plan';
import { planPromotion } from '../promotion/promote-plan';
import { planSnapshot } from '../views/snapshot-plan';
import { planViewCreation, planViewDeletion, planViewSource } from '../views/view-plan';

/** The planner of each operation. */
const planners: { readonly [One in Plannable]: Planner<Asked<One>> } = {
  promote: planPromotion,
  withdraw: planWithdrawal,
  restore: planRestoration,
  rollback: planRollback,
  hold: planHold,
  unhold: planUnhold,
  attest: planAttestation,
  remove: planRemoval,
  snapshot: planSnapshot,
  'view-create': planViewCreation,
  'view-set': planViewSource,
  'view-delete': planViewDeletion,
};

/**
 * What an operation would do, in the views that are read whole.
 * @throws what the planner throws, and its refusal
 */
export function planOf(request: Asked<Plannable>, mirror: MirrorContent, at: Date): Planned {
  const planner = planners[request.does] as Planner<Asked<Plannable>>;
  const planned = planner(request, mirror, at);
  if (planned.refusal !== undefined) throw planned.refusal;
  return planned;
}
