import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Order } from '../../lib/job/order';
import type { StackOutputs } from '../../lib/job/stack-outputs';
import { runExecution } from '../../lib/local/engine';
import { verifyMirror } from '../../lib/operations/verify';
import { openStore } from '../../lib/store/open';
import { type SmallRelease, serveArchive, smallRelease } from '../fixtures/small-release';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { appFolder, cdk, deployedAssembly, outputsOf, startAccount } from './deployed';
import type { MiniStack } from './mini-stack';

let home: string;
let account: MiniStack;
let app: string;
let outputs: StackOutputs;
let small: SmallRelease;

beforeAll(async () => {
  small = await smallRelease();
  home = mkdtempSync(join(tmpdir(), 'end-to-end-'));
  account = await startAccount(home);
  Object.assign(process.env, account.env);
  app = appFolder(join(home, 'app'), {
    views: { candidate: { releases: ['noble'] }, proof: { releases: ['bookworm'], kernels: { required: ['cloud'] } } },
    schedule: 'daily',
  });
  await cdk(account, app, 'deploy', '--require-approval', 'never');
  outputs = await outputsOf(account);
}, 600_000);

afterAll(async () => {
  await account?.[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
});

describe('a deployed mirror', () => {
  it('has its keyring from the first day', async () => {
    const store = await openStore(`s3://${outputs.mirrorBucketName}`);
    expect((await store.read('keyring.gpg'))?.bytes.length).toBeGreaterThan(500);
  });

  it('builds, boots and publishes by what was deployed', { timeout: 600_000 }, async () => {
    const folder = temporaryFolder();
    await using archive = await serveArchive(small.archive);
    const order = Order.parse({
      release: small.release,
      architectures: [small.architecture],
      kernels: { required: ['cloud'] },
      base: small.base,
      places: { archive: archive.url, archiveKeyring: readFileSync(small.keyring).toString('base64') },
    });
    for (const name of ['scratch', 'logs', 'code']) mkdirSync(join(folder, name));

    const result = await runExecution({
      assembly: await deployedAssembly(account, outputs, join(folder, 'code')),
      input: order,
      name: 'bookworm-20261125T120000-00000000',
      scratch: join(folder, 'scratch'),
      logs: join(folder, 'logs'),
      environment: { ...account.env },
    });

    expect(result).toMatchObject({ status: 'SUCCEEDED', failures: [] });
    const report = await verifyMirror(await openStore(`s3://${outputs.mirrorBucketName}`), {
      scratch: temporaryFolder(),
    });
    expect(report.problems).toEqual([]);
  });
});
