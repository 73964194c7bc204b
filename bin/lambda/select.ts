import { checkBundles, workStoreVariable } from '../../lib/job/environment';
import { mirrorStoreVariable } from '../../lib/job/execution-names';
import { keepInputOf, selectInputOf } from '../../lib/job/handed-on/publish-input';
import type { Selected } from '../../lib/job/handed-on/results';
import { type KeptFlavour, keepFlavour } from '../../lib/stages/keep';
import { select } from '../../lib/stages/select';
import { openStore, openWorkStore } from '../../lib/store/open';

/**
 * The Select function: decides what is built for one architecture, or takes the last kernel of a flavour that is kept.
 */
export async function handler(event: object): Promise<Selected | KeptFlavour> {
  const { [mirrorStoreVariable]: mirror = '', [workStoreVariable]: work = '' } = process.env;
  if ('keep' in event) {
    const input = keepInputOf(event);
    checkBundles(input.keep.job.bundles, process.env);
    return keepFlavour(input, { mirror: await openStore(mirror), work: await openWorkStore(work) });
  }
  const input = selectInputOf(event);
  checkBundles(input.job.bundles, process.env);
  return select(input, { mirror: await openStore(mirror), work: await openWorkStore(work), now: () => new Date() });
}
