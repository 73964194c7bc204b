import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testSignedOf } from '../../../lib/job/aws/probe';
import { workStoreVariable } from '../../../lib/job/environment';
import { mirrorStoreVariable } from '../../../lib/job/execution-names';
import { callDeployed } from '../../fixtures/aws/called-function';
import { temporaryFolder } from '../../fixtures/temporary-folder';

it('signs a test text for the doctor, hands on whose key it was and no signature, and opens no store', async () => {
  const folder = temporaryFolder();
  const [mirror, work] = [join(folder, 'mirror'), join(folder, 'work')];
  const variables = {
    [mirrorStoreVariable]: mirror,
    [workStoreVariable]: work,
    MIRROR_SIGNING_KEY: join(folder, 'key.asc'),
  };

  const signed = await callDeployed('publish', { probe: 'signing' }, variables, []);

  expect(testSignedOf(signed)).toEqual({ fingerprint: expect.stringMatching(/^[0-9A-F]{40}$/) });
  expect([existsSync(mirror), existsSync(work)]).toEqual([false, false]);
});
