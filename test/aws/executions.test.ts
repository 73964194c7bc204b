import { CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CreateStateMachineCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Clients, openClients } from '../../lib/cloud/clients';
import { startExecution } from '../../lib/cloud/follow/executions';
import { followExecution } from '../../lib/cloud/follow/follow';
import { readHistory } from '../../lib/cloud/follow/read-history';
import { recentExecutions } from '../../lib/cloud/follow/recent-executions';
import { mirrorOf } from '../../lib/cloud/stack-outputs';
import { stackOutputs } from '../../lib/job/aws/stack-outputs';
import { BuildRequest } from '../../lib/job/build-request';
import { executionName } from '../../lib/job/execution-names';
import { type MiniStack, startMiniStack } from './mini-stack';

let emulator: MiniStack;
let clients: Clients;
beforeAll(async () => {
  emulator = await startMiniStack();
  for (const [name, value] of Object.entries(emulator.env)) vi.stubEnv(name, value);
  clients = openClients();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  clients?.[Symbol.dispose]();
  await emulator?.[Symbol.asyncDispose]();
});

const request = BuildRequest.parse({ release: 'noble', architectures: ['amd64'] });
const at = new Date('2026-11-25T10:00:00Z');
const everySeconds = 0.05;

let machines = 0;
/** A state machine of these states, the first of which it starts at. */
async function stateMachine(states: Readonly<Record<string, object>>): Promise<string> {
  const definition = JSON.stringify({ StartAt: Object.keys(states)[0], States: states });
  const roleArn = 'arn:aws:iam::000000000000:role/workflow';
  const command = new CreateStateMachineCommand({ name: `machine-${++machines}`, definition, roleArn });
  return (await clients.sfn.send(command)).stateMachineArn ?? '';
}

const start = async (stateMachineArn: string) => startExecution(clients.sfn, { stateMachineArn, request, at });

describe('Step Functions of the emulator', () => {
  it('gets an order, and gives what came of it', async () => {
    const arn = await stateMachine({ Done: { Type: 'Pass', Parameters: { 'got.$': '$.release' }, End: true } });

    const result = await followExecution(clients, await start(arn), { everySeconds });

    expect(result).toEqual({ status: 'SUCCEEDED', output: { got: 'noble' }, failures: [] });
  });

  it('runs the same order of the same second again under a number', async () => {
    const arn = await stateMachine({ Done: { Type: 'Succeed' } });
    const name = executionName(request, at);

    const names = [(await start(arn)).name, (await start(arn)).name, (await start(arn)).name];

    expect(names).toEqual([name, `${name}-2`, `${name}-3`]);
    const recent = await recentExecutions(clients, arn, 10);
    expect(recent.map((one) => one.name).sort()).toEqual(names);
    expect(recent[0]).toMatchObject({ release: 'noble', view: 'candidate' });
  });

  it('says why an execution failed', async () => {
    const arn = await stateMachine({
      Failed: { Type: 'Fail', Error: 'ExecutionFailed', Cause: '["amd64: NoKernel"]' },
    });

    const result = await followExecution(clients, await start(arn), { everySeconds });

    expect(result).toMatchObject({ status: 'FAILED', error: 'ExecutionFailed', cause: '["amd64: NoKernel"]' });
  });

  it('goes on when nobody follows, until it is ended', async () => {
    const arn = await stateMachine({ Long: { Type: 'Wait', Seconds: 600, End: true } });
    const execution = await start(arn);

    const left = followExecution(clients, execution, { everySeconds, signal: AbortSignal.timeout(300) });
    await expect(left).rejects.toMatchObject({ name: 'Interrupted' });
    expect((await recentExecutions(clients, arn, 1))[0]?.status).toBe('RUNNING');

    await clients.sfn.send(new StopExecutionCommand({ executionArn: execution.arn, cause: 'enough' }));
    const result = await followExecution(clients, execution, { everySeconds });
    expect(result).toMatchObject({ status: 'FAILED', error: 'ExecutionAborted', cause: 'enough' });
  });

  it('gives a long history in pages, and only what is new', async () => {
    const names = Array.from({ length: 240 }, (_, number) => `Step${number}`);
    const states = names.map((name, number) => {
      const next = names[number + 1];
      return [name, { Type: 'Pass', ...(next === undefined ? { End: true } : { Next: next }) }] as const;
    });
    const execution = await start(await stateMachine(Object.fromEntries(states)));
    await followExecution(clients, execution, { everySeconds });

    const ids = (await readHistory(clients.sfn, execution.arn, 0)).map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, number) => number + 1));
    expect(ids.length).toBeGreaterThan(400); // several pages
    expect((await readHistory(clients.sfn, execution.arn, ids.length - 3)).map(({ id }) => id)).toEqual(ids.slice(-3));
    expect(await readHistory(clients.sfn, execution.arn, ids.length)).toEqual([]);
  });
});

describe('CloudFormation of the emulator', () => {
  it('says where the mirror of a stack is', async () => {
    await create('Mirror', Object.values(stackOutputs));

    expect(await mirrorOf(clients.cloudformation, 'Mirror')).toEqual({
      mirrorUrl: 'the MirrorUrl',
      keyringUrl: 'the KeyringUrl',
      stateMachineArn: 'the StateMachineArn',
      mirrorBucketName: 'the MirrorBucketName',
      workBucketName: 'the WorkBucketName',
      probeProjectName: 'the ProbeProjectName',
    });
  });

  it('refuses a stack that is none of a mirror, or not there', async () => {
    await create('Other', ['Url']);

    await expect(mirrorOf(clients.cloudformation, 'Other')).rejects.toMatchObject({ name: 'BadFormat' });
    await expect(mirrorOf(clients.cloudformation, 'Nobody')).rejects.toMatchObject({ name: 'NoSuchStack' });
  });
});

async function create(name: string, outputs: readonly string[]): Promise<void> {
  const Outputs = Object.fromEntries(outputs.map((output) => [output, { Value: `the ${output}` }]));
  const template = { Resources: { Topic: { Type: 'AWS::SNS::Topic' } }, Outputs };
  await clients.cloudformation.send(
    new CreateStackCommand({ StackName: name, TemplateBody: JSON.stringify(template) }),
  );
}
