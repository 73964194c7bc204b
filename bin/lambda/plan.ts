/* bin/lambda: the Lambda functions, one file each. */

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlesVariable, checkBundles, workStoreVariable } from '../../lib/job/environment';
import { mirrorStoreVariable } from '../../lib/job/execution-names';
import { concludeInputOf, type Plan, planInputOf } from '../../lib/job/plan';
import { refuseFileAddresses } from '../../lib/job/sources/file-addresses';
import { refusePasswords } from '../../lib/job/sources/passwords';
import { verifyInProcess } from '../../lib/simplestreams/openpgp/openpgp-verify';
import { type Conclusion, conclude } from '../../lib/stages/conclude';
import { plan } from '../../lib/stages/plan';
import { openStore, openWorkStore } from '../../lib/store/open';
import { isInCloud, secretsFor } from '../keys/secret-of';

/**
 * The Plan function: takes a build request and returns a plan, or takes the results of a plan and returns the conclusion.
 * It verifies signatures without gpgv, which Lambda does not have.
 */
export async function handler(event: object): Promise<Plan | Conclusion> {
  if ('architectures' in event) {
    const input = concludeInputOf(event);
    checkBundles(input.plan.job.bundles, process.env);
    return conclude(input);
  }
  const {
    [mirrorStoreVariable]: mirror = '',
    [workStoreVariable]: work = '',
    [bundlesVariable]: bundles = '',
  } = process.env;
  const input = planInputOf(event);
  if (isInCloud(work)) {
    refuseFileAddresses(input.request);
    refusePasswords(input.request);
  }
  const scratch = await mkdtemp(join(tmpdir(), 'plan-'));
  try {
    const stores = { mirror: await openStore(mirror), work: await openWorkStore(work) };
    return await plan(input, {
      ...stores,
      scratch,
      tools: __dirname,
      bundles,
      verify,
      random: randomBytes,
      secretOf: secretsFor(work),
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const verify = (clearsigned: Buffer, keyring: Buffer) => verifyInProcess(clearsigned, keyring, new Date());
