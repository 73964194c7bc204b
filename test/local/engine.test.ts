import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EngineEvent, ExecutionResult } from '../../lib/job/events';
import { isNotReady } from '../../lib/job/not-ready';
import { type ExecutionOptions, runExecution } from '../../lib/local/engine';
import { readAssembly } from '../../lib/local/template/template';
import { processName } from '../../lib/store/directory/process-name';
import { processesIn } from './namespace-processes';
import {
  buildCommands,
  buildState,
  invokeState,
  type SmallAssembly,
  temporaryFolder,
  writeAssembly,
} from './small-assembly';
import '../fixtures/needs-root';

interface Seen {
  readonly result: ExecutionResult;
  readonly events: readonly EngineEvent[];
}

async function run(folder: string, assembly: SmallAssembly, options: Partial<ExecutionOptions> = {}): Promise<Seen> {
  const events: EngineEvent[] = [];
  const result = await runExecution({
    assembly: readAssembly(await writeAssembly(folder, assembly)),
    input: {},
    name: 'run-1',
    scratch: join(folder, 'scratch'),
    logs: join(folder, 'logs'),
    environment: {},
    ...options,
    onEvent: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
  });
  return { result, events };
}

const project = (...commands: string[]) => ({ buildspec: buildCommands(...commands) });
const only = (state: object, more: object = {}) => ({ StartAt: 'Only', States: { Only: state, ...more } });
const each = (list: string, inner: object, more: object = {}) => ({
  Type: 'Map',
  ItemsPath: list,
  ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...inner },
  End: true,
  ...more,
});
const exported = '$.Build.ExportedEnvironmentVariables[0].Value';

test('functions and builds hand on what they found, as in the cloud', async () => {
  await using folder = await temporaryFolder();
  const job = { MIRROR_EXECUTION: '$.execution', MIRROR_ARCHITECTURE: '$.architecture' };
  const { result, events } = await run(
    folder.path,
    {
      definition: {
        StartAt: 'Plan',
        States: {
          Plan: invokeState(
            'PlanFunction',
            { Payload: { 'request.$': '$', 'execution.$': '$$.Execution.Name' } },
            { ResultSelector: { 'plan.$': '$.Payload' }, Next: 'Each' },
          ),
          Each: each('$.plan', {
            StartAt: 'Fetch',
            States: {
              Fetch: buildState('FetchProject', job, { ResultSelector: { 'result.$': exported }, End: true }),
            },
          }),
        },
      },
      projects: {
        FetchProject: {
          ...project('export RESULT="$MIRROR_EXECUTION $MIRROR_ARCHITECTURE $MIRROR_WORK_STORE $(cat stage.txt)"'),
          variables: [{ Name: 'MIRROR_WORK_STORE', Value: 's3://cloud' }],
          source: { 'stage.txt': 'bundle' },
        },
      },
      functions: {
        PlanFunction: `exports.handler = async ({ request, execution }) =>
          request.architectures.map((architecture) => ({ execution, architecture, store: process.env.MIRROR_STORE }))`,
      },
    },
    { input: { architectures: ['amd64', 'arm64'] }, environment: { MIRROR_WORK_STORE: '/work-store' } },
  );

  expect(result).toEqual({
    status: 'SUCCEEDED',
    output: [{ result: 'run-1 amd64 /work-store bundle' }, { result: 'run-1 arm64 /work-store bundle' }],
    failures: [],
  });
  expect(events.map(({ type, stage, architecture }) => `${type} ${stage} ${architecture}`).slice(0, 2)).toEqual([
    'started Plan undefined',
    'finished Plan undefined',
  ]);
  expect(events[1]).toMatchObject({ result: [{ architecture: 'amd64' }, { architecture: 'arm64' }] });
  expect((await readdir(join(folder.path, 'logs'))).sort()).toEqual(['Fetch-amd64.log', 'Fetch-arm64.log']);
  expect(await readdir(join(folder.path, 'scratch'))).toEqual([]);
});

test('events tell of progress, of how long it took, and where the log is', async () => {
  await using folder = await temporaryFolder();
  const variables = { MIRROR_ARCHITECTURE: 'amd64', MIRROR_KERNEL: 'hwe' };
  const { events } = await run(folder.path, {
    definition: only(buildState('P', variables, { End: true })),
    projects: { P: project('echo ":: unpacking"; echo no progress') },
  });
  const run1 = {
    stage: 'Only',
    architecture: 'amd64',
    kernel: 'hwe',
    log: join(folder.path, 'logs/Only-amd64-hwe.log'),
  };
  expect(events).toEqual([
    { ...run1, type: 'started' },
    { ...run1, type: 'progress', text: 'unpacking' },
    {
      ...run1,
      type: 'finished',
      seconds: expect.any(Number),
      result: { Build: expect.objectContaining({ BuildStatus: 'SUCCEEDED' }) },
    },
  ]);
});

test('a build is told how many share this machine at most', async () => {
  await using folder = await temporaryFolder();
  await run(
    folder.path,
    {
      definition: only(buildState('P', {}, { End: true })),
      projects: { P: project('echo "with $MIRROR_BUILDS_AT_ONCE"') },
    },
    { concurrency: 3 },
  );
  expect(await readFile(join(folder.path, 'logs/Only.log'), 'utf8')).toContain('\nwith 3\n');
});

test('builds of one state that have the same words have logs of their own', async () => {
  await using folder = await temporaryFolder();
  await run(
    folder.path,
    {
      definition: only(each('$', { StartAt: 'A', States: { A: buildState('P', {}, { End: true }) } })),
      projects: { P: project('true') },
    },
    { input: [1, 2] },
  );
  expect((await readdir(join(folder.path, 'logs'))).sort()).toEqual(['A-2.log', 'A.log']);
});

test('a failed build fails the execution, and the result says where, how and what was printed', async () => {
  await using folder = await temporaryFolder();
  const { result, events } = await run(folder.path, {
    definition: only(buildState('P', { MIRROR_ARCHITECTURE: 'amd64', MIRROR_KERNEL: '' }, { End: true })),
    projects: { P: project('echo no space; exit 7') },
  });
  const log = join(folder.path, 'logs/Only-amd64.log');
  const tail = ['$ echo no space; exit 7', 'no space'];
  const error = 'BUILD: Error while executing command: echo no space; exit 7. Reason: exit status 7';
  const failure = { stage: 'Only', architecture: 'amd64', kernel: undefined, log, tail, error, hint: undefined };
  expect(result).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed', failures: [failure] });
  expect(events.at(-1)).toEqual({ ...failure, type: 'failed', seconds: expect.any(Number) });

  const cause = JSON.parse(result.status === 'FAILED' ? result.cause : '');
  expect(cause).toMatchObject({ BuildStatus: 'FAILED', ProjectName: 'P', Logs: { DeepLink: log, Tail: tail } });
  expect(cause.Phases[0].Contexts[0].Message).toContain('exit status 7');
  expect(await readFile(log, 'utf8')).toBe(`${tail.join('\n')}\n`);
});

test('a failure that is caught is told, and the execution goes on', async () => {
  await using folder = await temporaryFolder();
  const Catch = [{ ErrorEquals: ['States.TaskFailed'], ResultPath: '$.error', Next: 'Report' }];
  const { result } = await run(folder.path, {
    definition: only(buildState('P', {}, { Catch, End: true }), {
      Report: { Type: 'Pass', OutputPath: '$.error.Error', End: true },
    }),
    projects: { P: project('false') },
  });
  expect(result).toMatchObject({ status: 'SUCCEEDED', output: 'States.TaskFailed', failures: [{ stage: 'Only' }] });
});

const releaseFailed = { Type: 'Fail', Error: 'ExecutionFailed', CausePath: '$.error.Error' };
const caught = { Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'ReleaseFailed' }] };

test.each([
  ['ExecutionFailed', 'that the machine catches, and ends by itself', caught, { ReleaseFailed: releaseFailed }],
  ['States.TaskFailed', 'that nothing catches', {}, {}],
])('ends with %s: a build for which upstream is not ready, %s', async (error, _, more, states) => {
  await using folder = await temporaryFolder();
  const { result } = await run(folder.path, {
    definition: only(buildState('P', {}, { ...more, End: true }), states),
    projects: { P: project('echo error NotReady: the stream is being updated; exit 1') },
  });
  expect(result).toMatchObject({ status: 'FAILED', error });
  expect(isNotReady(result)).toBe(true);
});

test('a function that fails gives its error to the state machine, and its hint to the result', async () => {
  await using folder = await temporaryFolder();
  const code = `exports.handler = async () => {
    throw Object.assign(new Error('ga failed'), { name: 'RequiredKernelFailed', hint: 'look there' });
  }`;
  const { result } = await run(folder.path, {
    definition: only(invokeState('Publish', { Payload: { job: { architecture: 'amd64' } } }, { End: true })),
    functions: { Publish: code },
  });
  const failure = {
    stage: 'Only',
    architecture: 'amd64',
    error: 'RequiredKernelFailed: ga failed',
    hint: 'look there',
  };
  expect(result).toMatchObject({
    status: 'FAILED',
    error: 'RequiredKernelFailed',
    cause: 'ga failed',
    failures: [failure],
  });
});

test('no more builds run at once than there are slots, whatever nested maps allow', async () => {
  await using folder = await temporaryFolder();
  const inner = each('$', { StartAt: 'A', States: { A: buildState('P', {}, { End: true }) } });
  let running = 0;
  let most = 0;
  const { result } = await run(
    folder.path,
    {
      definition: only(each('$', { StartAt: 'Inner', States: { Inner: inner } })),
      projects: { P: project('true') },
    },
    {
      input: [
        [1, 2, 3],
        [4, 5, 6],
      ],
      concurrency: 2,
      onEvent: ({ type }) => {
        if (type === 'started') running += 1;
        if (type === 'finished') running -= 1;
        most = Math.max(most, running);
      },
    },
  );
  expect(result.status).toBe('SUCCEEDED');
  expect(most).toBe(2);
});

test('when a build fails and nothing catches it, the others are ended, and no waiting one starts', async () => {
  await using folder = await temporaryFolder();
  const flag = join(folder.path, 'flag');
  const pids = join(folder.path, 'pids');
  const { result, events } = await run(
    folder.path,
    {
      definition: only(
        each('$', { StartAt: 'A', States: { A: buildState('P', { MIRROR_KERNEL: '$.kernel' }, { End: true }) } }),
      ),
      projects: {
        P: project(
          `if [ $MIRROR_KERNEL = bad ]; then until [ -e ${flag} ]; do sleep 0.02; done; exit 1; fi`,
          `readlink /proc/self/ns/pid > ${pids}; touch ${flag}; sleep 1000`,
        ),
      },
    },
    { input: [{ kernel: 'bad' }, { kernel: 'good' }, { kernel: 'late' }], concurrency: 2 },
  );
  expect(result).toMatchObject({ status: 'FAILED', failures: [{ kernel: 'bad' }] });
  expect(result.failures).toHaveLength(1);
  expect(events.map(({ type, kernel }) => `${type} ${kernel}`)).toEqual([
    'started bad',
    'started good',
    'failed bad',
    'stopped good',
  ]);
  expect(await processesIn(await readFile(pids, 'utf8'))).toEqual([]);
  expect(await readdir(join(folder.path, 'scratch'))).toEqual([]);
});

test('when a function fails and nothing catches it, those that wait in its map are not called', async () => {
  await using folder = await temporaryFolder();
  const inner = { StartAt: 'A', States: { A: invokeState('F', { 'Payload.$': '$' }, { End: true }) } };
  const { events } = await run(
    folder.path,
    {
      definition: only(each('$', inner, { MaxConcurrency: 1 })),
      functions: { F: "exports.handler = async (item) => { if (item === 1) throw new Error('first'); }" },
    },
    { input: [1, 2] },
  );
  expect(events.map(({ type }) => type)).toEqual(['started', 'failed']);
});

test('refuses to go on when it is interrupted, and leaves no build behind', async () => {
  await using folder = await temporaryFolder();
  const pids = join(folder.path, 'pids');
  const stop = new AbortController();
  const running = run(
    folder.path,
    {
      definition: only(
        buildState('P', {}, { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Second' }], Next: 'Second' }),
        {
          Second: buildState('P', {}, { End: true }),
        },
      ),
      projects: { P: project(`readlink /proc/self/ns/pid >> ${pids}; echo ::ready; sleep 1000`) },
    },
    { signal: stop.signal, onEvent: ({ type }) => type === 'progress' && stop.abort() },
  );
  await expect(running).rejects.toMatchObject({ name: 'Interrupted' });
  const [first, ...more] = (await readFile(pids, 'utf8')).trim().split('\n');
  expect(more).toEqual([]);
  expect(await processesIn(first ?? '')).toEqual([]);
  expect(await readdir(join(folder.path, 'scratch'))).toEqual([]);
});

test('refuses to start when it was interrupted before', async () => {
  await using folder = await temporaryFolder();
  const assembly = { definition: only(invokeState('F', {}, { End: true })), functions: { F: 'throw 1' } };
  await expect(run(folder.path, assembly, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: 'Interrupted',
  });
});

test('a build that outlasts the time of its task is ended with States.Timeout', async () => {
  await using folder = await temporaryFolder();
  const Catch = [{ ErrorEquals: ['States.Timeout'], Next: 'Caught' }];
  const { result } = await run(folder.path, {
    definition: only(buildState('P', {}, { TimeoutSeconds: 1, Catch, End: true }), { Caught: { Type: 'Succeed' } }),
    projects: { P: project('sleep 1000') },
  });
  expect(result).toMatchObject({ status: 'SUCCEEDED', failures: [{ error: 'timed out after 1 seconds' }] });
});

test('a machine that outlasts its own time ends with States.Timeout, and its builds with it', async () => {
  await using folder = await temporaryFolder();
  const { result, events } = await run(folder.path, {
    definition: { ...only(buildState('P', {}, { End: true })), TimeoutSeconds: 1 },
    projects: { P: project('sleep 1000') },
  });
  expect(result).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  expect(events.at(-1)).toMatchObject({ type: 'stopped' });
});

test.each([
  ['what a function gives', "exports.handler = async () => 'x'.repeat(300000)", 'the result of Only'],
  ['what a map gathers', "exports.handler = async () => 'x'.repeat(200000)", 'the output of Each'],
])('refuses %s where AWS would not carry it, and nothing can catch that', async (_, code, what) => {
  await using folder = await temporaryFolder();
  const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
  const inner = {
    StartAt: 'Only',
    States: { Only: invokeState('F', {}, { OutputPath: '$.Payload', Catch, End: true }), Caught: { Type: 'Succeed' } },
  };
  const { result } = await run(
    folder.path,
    { definition: { StartAt: 'Each', States: { Each: each('$', inner) } }, functions: { F: code } },
    { input: [1, 2] },
  );
  expect(result).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  expect(result).toMatchObject({ cause: expect.stringContaining(what) });
});

test('retries follow the definition, and wait no longer when the execution has ended', async () => {
  await using folder = await temporaryFolder();
  const count = join(folder.path, 'count');
  const Retry = [{ ErrorEquals: ['Odd'], IntervalSeconds: 1, MaxAttempts: 1 }];
  const { result } = await run(folder.path, {
    definition: only(invokeState('F', {}, { Retry, End: true })),
    functions: {
      F: `exports.handler = async () => {
        const fs = require('node:fs');
        fs.appendFileSync('${count}', 'x');
        if (fs.readFileSync('${count}', 'utf8') === 'x') throw Object.assign(new Error('once'), { name: 'Odd' });
      }`,
    },
  });
  expect(result).toMatchObject({ status: 'SUCCEEDED', failures: [{ error: 'Odd: once' }] });
  expect(await readFile(count, 'utf8')).toBe('xx');
});

test('a retry that waits in a map that has failed waits no longer', async () => {
  await using folder = await temporaryFolder();
  const Retry = [{ ErrorEquals: ['Odd'], IntervalSeconds: 3600, MaxAttempts: 1 }];
  const inner = { StartAt: 'Only', States: { Only: invokeState('F', { 'Payload.$': '$' }, { Retry, End: true }) } };
  const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
  const before = timers();

  const { result } = await run(
    folder.path,
    {
      definition: { StartAt: 'Each', States: { Each: each('$', inner) } },
      functions: {
        // Functions are called one after the other: the second one when the first one has failed.
        F: "exports.handler = async (name) => { throw Object.assign(new Error('of a test'), { name }); }",
      },
    },
    { input: ['Odd', 'Fatal'] },
  );

  expect(result).toMatchObject({ status: 'FAILED', error: 'Fatal', failures: [{}, {}] });
  expect(timers()).toBeLessThanOrEqual(before);
});

test('what a killed run left behind is removed by the next', async () => {
  await using folder = await temporaryFolder();
  const assembly = { definition: only({ Type: 'Succeed' }) };
  const left = join(folder.path, 'scratch', await deadScratch());
  await mkdir(join(left, 'build-x'), { recursive: true });
  await writeFile(join(left, 'build-x', 'root.squashfs'), '');
  await run(folder.path, assembly);
  expect(existsSync(left)).toBe(false);
});

test.each([
  [
    'a resource that it cannot do',
    { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', End: true },
    'NotSupported',
  ],
  ['a definition that breaks the language', { Type: 'Pass' }, 'BadFormat'],
])('refuses %s', async (_, state, name) => {
  await using folder = await temporaryFolder();
  await expect(run(folder.path, { definition: only(state) })).rejects.toMatchObject({ name });
});

test('refuses a project and a function that do not exist, as AWS does', async () => {
  await using folder = await temporaryFolder();
  const wrong = (state: { Parameters: object }, more: object) => ({
    ...state,
    Parameters: { ...state.Parameters, ...more },
  });
  const build = wrong(buildState('P', {}, { End: true }), { ProjectName: 'None' });
  const { result } = await run(folder.path, { definition: only(build), projects: { P: project('true') } });
  expect(result).toMatchObject({
    error: 'CodeBuild.ResourceNotFoundException',
    cause: expect.stringContaining('"None"'),
  });

  await using other = await temporaryFolder();
  const invoke = wrong(invokeState('F', {}, { End: true }), { FunctionName: 'None' });
  const second = await run(other.path, { definition: only(invoke), functions: { F: '' } });
  expect(second.result).toMatchObject({ error: 'Lambda.ResourceNotFoundException' });
});

/** Name of a folder of ours with another start: a process number that was used again. */
async function deadScratch(): Promise<string> {
  const { place, pid } = await processName();
  return `run-${place}-${pid}-1-abcdef`;
}
