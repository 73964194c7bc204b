import { workStoreVariable } from '../../lib/job/environment';
import { mirrorStoreVariable } from '../../lib/job/names';
import { publishInputOf } from '../../lib/job/plan';
import { type Published, publish } from '../../lib/stages/publish';
import { openStore, openWorkStore } from '../../lib/store/open';
import { signerFrom } from '../signing-key';

/** The Publish function: what the builds of one architecture made in, what was published out. */
export async function handler(event: unknown): Promise<Published> {
  const { [mirrorStoreVariable]: mirror = '', [workStoreVariable]: work = '', MIRROR_SIGNING_KEY = '' } = process.env;
  return publish(publishInputOf(event), {
    mirror: await openStore(mirror),
    work: await openWorkStore(work),
    signer: await signerFrom(MIRROR_SIGNING_KEY),
    now: () => new Date(),
  });
}
