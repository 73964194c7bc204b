import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SFNClient } from '@aws-sdk/client-sfn';
import { runningOf, startExecution, succeededSince } from '../../lib/cloud/follow/executions';
import { MirrorError } from '../../lib/errors';
import { keptUpSince, type LookInput, lookInputOf } from '../../lib/job/aws/look';
import { measurements } from '../../lib/job/aws/metrics';
import { stateMachineVariable } from '../../lib/job/environment';
import { mirrorStoreVariable } from '../../lib/job/execution-names';
import type { Plan } from '../../lib/job/plan';
import { refuseFileAddresses } from '../../lib/job/sources/file-addresses';
import { refusePasswords } from '../../lib/job/sources/passwords';
import { verifyInProcess } from '../../lib/simplestreams/openpgp/openpgp-verify';
import { newestTime } from '../../lib/stages/news/newest-time';
import { look } from '../../lib/stages/plan';
import { openStore } from '../../lib/store/open';
import { isInCloud, secretsFor } from '../keys/secret-of';

const sfn = new SFNClient({ maxAttempts: 6 });

/** What came of a look. */
export interface Looked {
  readonly news: boolean;
  readonly reason: string;
  /** The execution that builds what is new. */
  readonly execution?: string;
}

/** The Look function, which the schedule calls: plans an order, and starts an execution where something is new. */
export async function handler(event: unknown): Promise<Looked> {
  const input = lookInputOf(event);
  const looked = await lookAndStart(input);
  const { view, release } = input.request;
  const published = await newestTime(input.request, { mirror: await openStore(mirror()) });
  const behind = looked.news && !(await keepsUp(input)) ? 1 : 0;
  const stateMachineArn = stateMachine();
  console.log(JSON.stringify(measurements({ stateMachineArn, view, release, at: input.at, behind, published })));
  return looked;
}

async function lookAndStart({ request, at }: LookInput): Promise<Looked> {
  const stateMachineArn = stateMachine();
  const planned = await planOrNotReady(request);
  if (planned instanceof MirrorError) return { news: true, reason: planned.message };
  if (!planned.news) return { news: false, reason: planned.reason };
  const running = await runningOf(sfn, { stateMachineArn, request });
  if (running !== undefined) return { news: true, reason: 'it is being built', execution: running };
  const { name } = await startExecution(sfn, { stateMachineArn, request, at });
  return { news: true, reason: planned.reason, execution: name };
}

/** News is what a healthy mirror has nearly every day, too: it built those of the day before. */
async function keepsUp({ request, at }: LookInput): Promise<boolean> {
  const since = keptUpSince({ at });
  return (await succeededSince(sfn, { stateMachineArn: stateMachine(), request, since })) !== undefined;
}

/** Upstream in the middle of an update is no failure: the next look finds it ready. */
async function planOrNotReady(request: LookInput['request']): Promise<Plan | MirrorError> {
  if (isInCloud(mirror())) {
    refuseFileAddresses(request);
    refusePasswords(request);
  }
  const scratch = await mkdtemp(join(tmpdir(), 'look-'));
  try {
    const bench = { mirror: await openStore(mirror()), scratch, tools: __dirname, verify };
    return await look(request, { ...bench, secretOf: secretsFor(mirror()) });
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'NotReady') return error;
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Where Lambda runs it, there is no gpgv. */
const verify = (clearsigned: Buffer, keyring: Buffer) => verifyInProcess(clearsigned, keyring, new Date());

function stateMachine(): string {
  return process.env[stateMachineVariable] ?? '';
}

function mirror(): string {
  return process.env[mirrorStoreVariable] ?? '';
}
