import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkBundlesOf, workStoreVariable } from '../../lib/job/environment';
import { mirrorStoreVariable } from '../../lib/job/execution-names';
import { keepInputOf, selectInputOf } from '../../lib/job/handed-on/publish-input';
import type { Selected } from '../../lib/job/handed-on/results';
import { type KeptFlavour, keepFlavour } from '../../lib/stages/keep';
import { select } from '../../lib/stages/select';
import { openStore, openWorkStore } from '../../lib/store/open';

/** What the state machine gives, before it is checked. */
interface Event {
  readonly job?: unknown;
  readonly keep?: { readonly job?: unknown; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/**
 * The Select function: decides what is built for one architecture, or takes the last kernel of a flavour that is kept.
 */
export async function handler(event: Event): Promise<Selected | KeptFlavour> {
  const { [mirrorStoreVariable]: mirror = '', [workStoreVariable]: work = '' } = process.env;
  checkBundlesOf(event.keep?.job ?? event.job, process.env);
  if (event.keep !== undefined) {
    const input = keepInputOf(event);
    const scratch = await mkdtemp(join(tmpdir(), 'keep-'));
    try {
      return await keepFlavour(input, { mirror: await openStore(mirror), work: await openWorkStore(work), scratch });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
  const input = selectInputOf(event);
  return select(input, { mirror: await openStore(mirror), work: await openWorkStore(work), now: () => new Date() });
}
