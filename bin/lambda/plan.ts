import { workStoreVariable } from '../../lib/job/environment';
import { mirrorStoreVariable } from '../../lib/job/names';
import { type Plan, planInputOf } from '../../lib/job/plan';
import { plan } from '../../lib/stages/plan';
import { openStore, openWorkStore } from '../../lib/store/open';

/** The Plan function: an order in, a plan out. */
export async function handler(event: unknown): Promise<Plan> {
  const { [mirrorStoreVariable]: mirror = '', [workStoreVariable]: work = '' } = process.env;
  return plan(planInputOf(event), { mirror: await openStore(mirror), work: await openWorkStore(work) });
}
