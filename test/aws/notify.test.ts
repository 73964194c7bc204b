import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openClients } from '../../lib/cloud/clients';
import { startExecution } from '../../lib/cloud/follow/executions';
import { followExecution } from '../../lib/cloud/follow/follow';
import { BuildRequest } from '../../lib/job/build-request';
import { topicVariable } from '../../lib/job/environment';
import { callFunction } from '../../lib/local/tasks/lambda';
import { startMiniStack } from './mini-stack';

const request = BuildRequest.parse({ release: 'noble', architectures: ['amd64'], view: 'next' });
const topic = 'arn:aws:sns:us-east-1:000000000000:failures';

/** SNS as far as Notify knows it; keeps what is published. */
async function startTopic(): Promise<{ readonly url: string; readonly published: URLSearchParams[] }> {
  const published: URLSearchParams[] = [];
  const server = createServer(async (request, response) => {
    published.push(new URLSearchParams(await text(request)));
    response.writeHead(200, { 'Content-Type': 'text/xml' });
    response.end('<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, published };
}

it('tells a topic of an execution that failed, by the bundle that is deployed', async () => {
  await using emulator = await startMiniStack();
  for (const [name, value] of Object.entries(emulator.env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { url, published } = await startTopic();
  using clients = openClients();
  const states = { Failed: { Type: 'Fail', Error: 'ExecutionFailed', Cause: '["amd64: RequiredKernelFailed"]' } };
  const machine = { name: 'machine', definition: JSON.stringify({ StartAt: 'Failed', States: states }) };
  const roleArn = 'arn:aws:iam::000000000000:role/workflow';
  const { stateMachineArn = '' } = await clients.sfn.send(new CreateStateMachineCommand({ ...machine, roleArn }));
  const execution = await startExecution(clients.sfn, {
    stateMachineArn,
    request,
    at: new Date('2026-11-25T10:00:00Z'),
  });
  expect(await followExecution(clients, execution, { everySeconds: 0.05 })).toMatchObject({ status: 'FAILED' });

  const notify = {
    name: 'notify',
    folder: join(__dirname, '../../dist/assets/functions'),
    handler: 'notify.handler',
    environment: {},
  };
  const { name, arn: executionArn } = execution;
  const detail = { name, executionArn, stateMachineArn, status: 'FAILED', input: JSON.stringify(request) };
  await callFunction(notify, { detail }, { ...emulator.env, AWS_ENDPOINT_URL_SNS: url, [topicVariable]: topic });

  const [message] = published;
  expect(message?.get('TopicArn')).toBe(topic);
  expect(message?.get('Subject')).toBe('MAAS mirror: noble for next failed');
  expect(message?.get('Message')).toContain('\n["amd64: RequiredKernelFailed"]\n');
});
