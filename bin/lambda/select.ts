import { checkBundles, workStoreVariable } from '../../lib/job/environment';
import { mirrorStoreVariable } from '../../lib/job/execution-names';
import { selectInputOf } from '../../lib/job/handed-on/publish-input';
import type { Selected } from '../../lib/job/handed-on/results';
import { select } from '../../lib/stages/select';
import { openStore, openWorkStore } from '../../lib/store/open';

/** The Select function: decides what is built for one architecture. */
export async function handler(event: unknown): Promise<Selected> {
  const { [mirrorStoreVariable]: mirror = '', [workStoreVariable]: work = '' } = process.env;
  const input = selectInputOf(event);
  checkBundles(input.job.bundles, process.env);
  return select(input, { mirror: await openStore(mirror), work: await openWorkStore(work), now: () => new Date() });
}
