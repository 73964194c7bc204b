import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { taskHandlers } from '../../../lib/local/tasks/task-handlers';
import type { LocalFunction } from '../../../lib/local/template/template';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { smallBench } from './small-bench';

const [build, invoke] = ['codebuild:startBuild.sync', 'lambda:invoke'].map((one) => `arn:aws:states:::${one}`);

function functionOf(code: string): LocalFunction {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'index.js'), `exports.handler = ${code}`);
  return { name: 'Plan', folder, handler: 'index.handler', environment: { A: 'template', B: 'template' } };
}

/** The handler of a task `Only` of this resource, beside a function. */
function handlerOf(resource: string | undefined, code = 'async (event) => event') {
  const { bench, events } = smallBench([functionOf(code)], { B: 'machine' });
  const task = { state: 'Only', resource: String(resource), timeoutSeconds: undefined };
  const { Only } = taskHandlers([task], bench);
  return { handler: (input: unknown) => Promise.resolve(Only?.(input)), bench, events };
}

test('lambda:invoke gives what AWS gives, and tells of the call with the architecture of its job', async () => {
  const { handler, events } = handlerOf(invoke);
  const Payload = { job: { architecture: 'arm64' } };

  expect(await handler({ FunctionName: 'arn:local:Plan', Payload })).toEqual({
    ...{ ExecutedVersion: '$LATEST', Payload, StatusCode: 200 },
  });
  const run = { stage: 'Only', architecture: 'arm64', kernel: undefined, log: undefined };
  expect(events).toEqual([
    { ...run, type: 'started' },
    { ...run, type: 'finished', seconds: expect.any(Number), result: Payload },
  ]);
});

test('a function as a resource gives what it returns, with the variables of this machine before its own', async () => {
  const { handler, events } = handlerOf('arn:local:Plan', 'async (event) => [event, process.env.A, process.env.B]');

  expect(await handler({ job: { architecture: 7 } })).toEqual([{ job: { architecture: 7 } }, 'template', 'machine']);
  expect(await handler(undefined)).toEqual([null, 'template', 'machine']);
  expect(events.map(({ architecture }) => architecture)).toEqual(Array(4).fill(undefined));
});

test('how long a call took is told in seconds, to the millisecond', async () => {
  const { handler, events } = handlerOf(
    'arn:local:Plan',
    'async () => new Promise((resolve) => setTimeout(resolve, 30))',
  );
  await handler({});

  const { seconds } = events[1] as { readonly seconds: number };
  expect(seconds).toBeGreaterThanOrEqual(0.029);
  expect(seconds).toBeLessThan(30);
  expect(Number.isInteger(Math.round(seconds * 1e6) / 1000)).toBe(true);
});

test('a function that fails is told with its name, its message and its hint', async () => {
  const thrown = "Object.assign(new Error('no kernel'), { name: 'NoKernel', hint: 'name another' })";
  const { handler, events } = handlerOf(invoke, `async () => { throw ${thrown}; }`);

  await expect(handler({ FunctionName: 'Plan' })).rejects.toMatchObject({ name: 'NoKernel', message: 'no kernel' });
  expect(events[1]).toEqual({
    ...{ stage: 'Only', architecture: undefined, kernel: undefined, log: undefined, type: 'failed' },
    ...{ seconds: expect.any(Number), tail: [], error: 'NoKernel: no kernel', hint: 'name another' },
  });
});

test('a function that fails while the execution ends is told as stopped', async () => {
  const { handler, bench, events } = handlerOf(
    invoke,
    "async () => new Promise((_, reject) => setTimeout(reject, 20, new Error('odd')))",
  );
  const calling = handler({ FunctionName: 'Plan' });
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([expect(calling).rejects.toThrow('odd'), bench.running.stop()]);

  expect(events.map(({ type }) => type)).toEqual(['started', 'stopped']);
});

test.each<[string, string | undefined, unknown, object]>([
  [
    'a build of a project that is missing',
    build,
    { ProjectName: 'None' },
    {
      name: 'CodeBuild.ResourceNotFoundException',
      message: 'Only starts a build of "None": no such project',
      isCatchable: true,
    },
  ],
  [
    'a call of a function that is missing',
    invoke,
    { FunctionName: 'None' },
    { name: 'Lambda.ResourceNotFoundException', message: 'Only calls "None": no such function', isCatchable: true },
  ],
  [
    'an input that AWS would not carry',
    invoke,
    { FunctionName: 'Plan', Payload: 'x'.repeat(300_000) },
    { name: 'States.DataLimitExceeded', message: expect.stringMatching(/^the input of Only has 300\d{3} bytes/) },
  ],
])('refuses %s', async (_, resource, input, error) => {
  const { handler, events } = handlerOf(resource);

  await expect(handler(input)).rejects.toMatchObject(error);
  expect(events).toEqual([]);
});

test('refuses a result that AWS would not carry', async () => {
  const { handler } = handlerOf(invoke, "async () => 'x'.repeat(262100)");

  await expect(handler({ FunctionName: 'Plan' })).rejects.toMatchObject({
    name: 'States.DataLimitExceeded',
    message: expect.stringMatching(/^the result of Only has 2621\d\d bytes; the limit is 262144$/),
  });
});

test.each([
  'arn:aws:states:::sns:publish',
  'arn:local:None',
  'codebuild:startBuild.sync',
  'lambda:invoke',
])('refuses a task that calls %s, and says what this machine can do', (resource) => {
  expect(() => handlerOf(resource)).toThrow(
    expect.objectContaining({
      name: 'NotSupported',
      message: `Only calls ${resource}, which the local engine does not support`,
      hint: 'it supports codebuild:startBuild.sync and lambda:invoke',
    }),
  );
});
