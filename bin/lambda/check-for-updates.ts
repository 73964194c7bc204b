import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SFNClient } from '@aws-sdk/client-sfn';
import { runningOf, startExecution, succeededSince } from '../../lib/cloud/follow/executions';
import { MirrorError } from '../../lib/errors';
import { type CheckForUpdatesInput, checkForUpdatesInputOf, keptUpSince } from '../../lib/job/aws/check-for-updates';
import { holdMeasured, measurements } from '../../lib/job/aws/metrics';
import { stateMachineVariable } from '../../lib/job/environment';
import { mirrorStoreVariable } from '../../lib/job/execution-names';
import type { Plan } from '../../lib/job/plan';
import { refuseFileAddresses } from '../../lib/job/sources/file-addresses';
import { refusePasswords } from '../../lib/job/sources/passwords';
import { heldDays } from '../../lib/operations/promotion/soak';
import { readDecisions } from '../../lib/publication/read-state';
import { verifyInProcess } from '../../lib/simplestreams/openpgp/openpgp-verify';
import { checkForUpdates } from '../../lib/stages/plan';
import { newestTime } from '../../lib/stages/updates/newest-time';
import { openStore } from '../../lib/store/open';
import { isInCloud, secretsFor } from '../keys/secret-of';

const sfn = new SFNClient({ maxAttempts: 6 });

/** The result of a check. */
export interface UpdateCheck {
  readonly updates: boolean;
  readonly reason: string;
  /** The execution that builds the updates. */
  readonly execution?: string;
}

/** The CheckForUpdates function, called by the schedule: plans a build request, and starts an execution if there are updates. */
export async function handler(event: unknown): Promise<UpdateCheck> {
  const input = checkForUpdatesInputOf(event);
  const checked = await checkAndStart(input);
  const { view, release } = input.request;
  const published = await newestTime(input.request, { mirror: await openStore(mirror()) });
  const behind = checked.updates && !(await keepsUp(input)) ? 1 : 0;
  const stateMachineArn = stateMachine();
  console.log(JSON.stringify(measurements({ stateMachineArn, view, release, at: input.at, behind, published })));
  const days = heldDays(await readDecisions(view, { mirror: await openStore(mirror()) }), input.at).get(release);
  if (days !== undefined)
    console.log(JSON.stringify(holdMeasured({ stateMachineArn, view, release, at: input.at, days })));
  return checked;
}

async function checkAndStart({ request, at }: CheckForUpdatesInput): Promise<UpdateCheck> {
  const stateMachineArn = stateMachine();
  const planned = await planOrNotReady(request);
  if (planned instanceof MirrorError) return { updates: true, reason: planned.message };
  if (!planned.updates) return { updates: false, reason: planned.reason };
  const running = await runningOf(sfn, { stateMachineArn, request });
  if (running !== undefined) return { updates: true, reason: 'a build is running', execution: running };
  const { name } = await startExecution(sfn, { stateMachineArn, request, at });
  return { updates: true, reason: planned.reason, execution: name };
}

/** A healthy mirror has updates nearly every day, too. It keeps up if it has built the previous ones. */
async function keepsUp({ request, at }: CheckForUpdatesInput): Promise<boolean> {
  const since = keptUpSince({ at });
  return (await succeededSince(sfn, { stateMachineArn: stateMachine(), request, since })) !== undefined;
}

/** It is not a failure if upstream is mid-update: the next check tries again. */
async function planOrNotReady(request: CheckForUpdatesInput['request']): Promise<Plan | MirrorError> {
  if (isInCloud(mirror())) {
    refuseFileAddresses(request);
    refusePasswords(request);
  }
  const scratch = await mkdtemp(join(tmpdir(), 'check-'));
  try {
    const bench = { mirror: await openStore(mirror()), scratch, tools: __dirname, verify };
    return await checkForUpdates(request, { ...bench, secretOf: secretsFor(mirror()) });
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'NotReady') return error;
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Without gpgv, which Lambda does not have. */
const verify = (clearsigned: Buffer, keyring: Buffer) => verifyInProcess(clearsigned, keyring, new Date());

function stateMachine(): string {
  return process.env[stateMachineVariable] ?? '';
}

function mirror(): string {
  return process.env[mirrorStoreVariable] ?? '';
}
