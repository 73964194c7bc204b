import { mirrorStoreVariable } from '../../lib/job/names';
import { type Plan, planInputOf } from '../../lib/job/plan';
import { plan } from '../../lib/stages/plan';
import { openStore } from '../../lib/store/open';

/** The Plan function: an order in, a plan out. */
export async function handler(event: unknown): Promise<Plan> {
  return plan(planInputOf(event), { mirror: await openStore(process.env[mirrorStoreVariable] ?? '') });
}
