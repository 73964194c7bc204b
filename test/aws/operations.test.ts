import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { signerFrom } from '../../bin/keys/signing-key';
import type { StackOutputs } from '../../lib/job/aws/stack-outputs';
import { parseConfig } from '../../lib/job/config';
import { type Operation, type OperationRequest, operationNeeds } from '../../lib/job/operations/operation';
import type { OperationOutcome } from '../../lib/job/operations/outcome';
import { viewSettings } from '../../lib/job/views/view-settings';
import { callFunction } from '../../lib/local/tasks/lambda';
import type { LocalFunction } from '../../lib/local/template/template';
import { verifyMirror } from '../../lib/operations/verify';
import { contentOf } from '../../lib/publication/next-content';
import type { Press } from '../../lib/publication/press';
import { readView } from '../../lib/publication/read-view';
import { openStore } from '../../lib/store/open';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { operationBench } from '../operations/contract/operation-bench';
import { appFolder, cdk, deployedFunction, outputsOf, startAccount } from './deployed';
import type { MiniStack } from './mini-stack';

const [old, newer] = ['20261120.083000', '20261125.083000'];
const scope = { architectures: [], flavours: [] };
const promote: OperationRequest = { does: 'promote', from: 'candidate', to: 'stable', require: [], ...scope };

let home: string;
let account: MiniStack;
let app: string;
let outputs: StackOutputs;
let functions: Readonly<Record<'promote' | 'operate', LocalFunction>>;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'operations-'));
  account = await startAccount(home);
  for (const [name, value] of Object.entries(account.env)) vi.stubEnv(name, value);
  app = appFolder(join(home, 'app'), {
    views: {
      candidate: { releases: ['noble'] },
      stable: { promote: { from: 'candidate' } },
      'lab-2': { from: 'stable' },
    },
  });
  await cdk(account, app, 'deploy', '--require-approval', 'never');
  outputs = await outputsOf(account);
  functions = {
    promote: await deployedFunction(account, 'MirrorPromote', join(home, 'promote')),
    operate: await deployedFunction(account, 'MirrorOperate', join(home, 'operate')),
  };
  const { mirror, signer } = await pressOf(functions.operate);
  const { publish, turnClockTo } = operationBench(mirror, signer);
  turnClockTo(new Date().toISOString()); // a deployed key refuses to sign with a time before it was created
  await publish(old, { flavours: { 'ga-24.04': 'r1 g1', 'hwe-24.04': 'r1 h1' } });
  await operate(promote);
  await publish(newer, { flavours: { 'ga-24.04': 'r2 g2', 'hwe-24.04': 'r2 h2' } });
});

afterAll(async () => {
  await account?.[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

/** As Publish has it: with the deployed key. */
async function pressOf({ environment }: LocalFunction): Promise<Press> {
  const { MIRROR_SIGNING_KEY = '' } = environment;
  const mirror = await openStore(`s3://${outputs.mirrorBucketName}`, { create: true, writes: true });
  return { mirror, signer: await signerFrom(MIRROR_SIGNING_KEY), now: () => new Date() };
}

async function operate(operation: OperationRequest, more: Partial<Operation> = {}): Promise<OperationOutcome> {
  const asked = { operation, by: 'anna@ops1', dryRun: false, tool: '0.2.0', needs: [...operationNeeds], ...more };
  const called = operation.does === 'promote' ? functions.promote : functions.operate;
  return (await callFunction(called, asked, account.env)) as OperationOutcome;
}

async function newestOf(view: string): Promise<string[]> {
  const { documents } = contentOf(await readView(view, await pressOf(functions.operate)));
  const products = [...documents.values()].flatMap((document) => Object.values(document.products));
  return products.map(({ versions }) => Object.keys(versions).sort().at(-1) ?? '');
}

describe('operations by the functions of a deployed mirror', () => {
  it('promote by the plan that was shown', async () => {
    const shown = await operate(promote, { dryRun: true });
    const done = await operate(promote, { plan: shown.plan });

    expect(done).toMatchObject({ plan: shown.plan, views: [{ view: 'stable', moved: true }] });
    expect(await newestOf('stable')).toEqual([newer, newer]);
  });

  it('let a site follow, by the schedule', async () => {
    const views = scheduledViews();
    const filled = await callFunction(functions.promote, { views, at: '2026-11-30T10:00:00Z' }, account.env);

    expect(filled).toMatchObject({ changed: expect.arrayContaining(['lab-2']), refused: [] });
    expect(await newestOf('lab-2')).toEqual([newer, newer]);
  });

  it('attest, and refuse what failed', async () => {
    const attest = { does: 'attest', view: 'candidate', release: 'noble', version: newer, check: 'hw-lab', ...scope };
    await operate({ ...attest, passed: false } as OperationRequest);

    const refused = (await operate({ ...promote, to: 'other' })) as unknown;
    expect(refused).toMatchObject({ refused: { name: 'NotAttested', message: expect.stringContaining('hw-lab') } });
  });

  it('roll back in all views, and every view that follows goes along', async () => {
    const rollback = {
      does: 'rollback',
      view: 'candidate',
      release: 'noble',
      republish: false,
      allViews: true,
      ...scope,
    };
    const done = await operate(rollback as OperationRequest, { reason: 'NIC driver lost' });

    expect(done.views.filter(({ moved }) => moved).map(({ view }) => view)).toEqual(
      expect.arrayContaining(['candidate', 'stable']),
    );
    for (const view of ['candidate', 'stable', 'lab-2']) expect(await newestOf(view)).toEqual([old, old]);
  });

  it('hold, and leave a mirror in which every signature and rule is right', async () => {
    await operate({ does: 'hold', view: 'candidate', release: 'noble', ...scope });

    const { state } = contentOf(await readView('candidate', await pressOf(functions.operate)));
    expect(state.holds).toMatchObject([{ by: 'anna@ops1', request: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
    const cloud = await openStore(`s3://${outputs.mirrorBucketName}`);
    expect((await verifyMirror(cloud, { scratch: temporaryFolder() })).problems).toEqual([]);
  });

  it('are deployed again without a difference', async () => {
    await cdk(account, app, 'deploy', '--require-approval', 'never');
    expect(await outputsOf(account)).toEqual(outputs);
    expect(await cdk(account, app, 'diff')).toContain('There were no differences');
  });
});

/** What the deployed schedule hands to Promote. */
function scheduledViews(): unknown {
  const text = readFileSync(join(app, 'mirror.yaml'), 'utf8');
  return viewSettings(parseConfig(text, 'mirror.yaml'));
}
