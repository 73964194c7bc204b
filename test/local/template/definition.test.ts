import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { expect, test, vi } from 'vitest';
import { StateError } from '../../../lib/local/state-error';
import { localDefinition, withinTimer } from '../../../lib/local/template/definition';
import '../../fixtures/needs-seconds';

type Json = Parameters<StateMachine['run']>[0];

const build = 'arn:aws:states:::codebuild:startBuild.sync';
const task = (more: object) => ({ Type: 'Task', Resource: build, ...more });
const pass = { Type: 'Pass', End: true };

/** Runs a definition in the library, adapted or as it is. */
async function run(definition: unknown, handlers: Record<string, (input: Json) => unknown>, input: Json = {}) {
  const machine = new StateMachine(definition as StateMachineDefinition, { validationOptions: { checkArn: false } });
  return machine.run(input, {
    overrides: { taskResourceLocalHandlers: handlers as Record<string, (input: Json) => Json> },
    context: { Execution: { Name: 'run-1' }, Root: { Input: input, StartTime: 'then' } },
  }).result;
}

test('every task is found, in maps and branches too, with the time that a build may take', () => {
  const inner = { StartAt: 'InMap', States: { InMap: task({ TimeoutSeconds: 5, End: true }) } };
  const branch = { StartAt: 'InBranch', States: { InBranch: { ...task({ End: true }), Resource: 'arn:local:F' } } };
  const { tasks } = localDefinition({
    StartAt: 'Each',
    States: {
      Each: { Type: 'Map', ItemProcessor: inner, Next: 'Both' },
      Both: { Type: 'Parallel', Branches: [branch], End: true },
    },
  });
  expect(tasks).toEqual([
    { state: 'InMap', resource: build, timeoutSeconds: 5 },
    { state: 'InBranch', resource: 'arn:local:F', timeoutSeconds: undefined },
  ]);
});

test('a task may take longer than a minute, though the library ends those that do not say how long', async () => {
  vi.useFakeTimers();
  try {
    const slow = { StartAt: 'Slow', States: { Slow: task({ End: true }) } };
    const handlers = { Slow: () => new Promise((resolve) => setTimeout(resolve, 61_000, 'done')) };
    const results = Promise.allSettled([run(slow, handlers), run(localDefinition(slow).definition, handlers)]);
    await vi.advanceTimersByTimeAsync(62_000);
    const [plain, adapted] = await results;
    expect(plain).toMatchObject({ status: 'rejected', reason: { cause: { name: 'States.Timeout' } } });
    expect(adapted).toMatchObject({ status: 'fulfilled', value: 'done' });
  } finally {
    vi.useRealTimers();
  }
});

test('a time that no timer of Node can wait for does not end a machine at once', () => {
  const { definition } = localDefinition({ StartAt: 'A', TimeoutSeconds: 99_999_999, States: { A: pass } });
  expect(definition.TimeoutSeconds).toBeLessThan(2 ** 31 / 1000);
});

test('ResultPath $ replaces the input, though the library makes a field of it', async () => {
  const one = { StartAt: 'A', States: { A: task({ ResultPath: '$', End: true }) } };
  expect(await run(one, { A: () => ({ b: 2 }) }, { a: 1 })).toEqual({ a: 1, $: { b: 2 } });
  expect(await run(localDefinition(one).definition, { A: () => ({ b: 2 }) }, { a: 1 })).toEqual({ b: 2 });

  const Catch = [{ ErrorEquals: ['States.ALL'], ResultPath: '$', Next: 'B' }];
  const caught = { StartAt: 'A', States: { A: task({ Catch, End: true }), B: pass } };
  const fails = () => {
    throw new StateError('Odd', 'reason');
  };
  expect(await run(localDefinition(caught).definition, { A: fails })).toEqual({ Error: 'Odd', Cause: 'reason' });
});

test('the input of the execution is that of the whole one in maps, too', async () => {
  const Parameters = {
    'name.$': '$$.Execution.Name',
    'release.$': "States.Format('{} {}', $$.Execution.Input.release, $)",
    'start.$': '$$.Execution.StartTime',
  };
  const inner = { StartAt: 'A', States: { A: task({ Parameters, End: true }) } };
  const map = {
    StartAt: 'Each',
    States: { Each: { Type: 'Map', ItemsPath: '$.list', ItemProcessor: inner, End: true } },
  };
  const input = { release: 'noble', list: [1] };
  await expect(run(map, { A: (seen) => seen }, input)).rejects.toMatchObject({ cause: { name: 'States.Runtime' } });
  expect(await run(localDefinition(map).definition, { A: (seen) => seen }, input)).toEqual([
    { name: 'run-1', release: 'noble 1', start: 'then' },
  ]);
});

test('a map hands out its items and gathers the results in their order', async () => {
  const ItemSelector = { 'item.$': '$$.Map.Item.Value', 'index.$': '$$.Map.Item.Index', 'all.$': '$.all' };
  const inner = { StartAt: 'A', States: { A: task({ End: true }) } };
  const map = {
    StartAt: 'Each',
    States: { Each: { Type: 'Map', ItemsPath: '$.list', ItemSelector, ItemProcessor: inner, End: true } },
  };
  expect(await run(localDefinition(map).definition, { A: (seen) => seen }, { list: ['x', 'y'], all: 1 })).toEqual([
    { item: 'x', index: 0, all: 1 },
    { item: 'y', index: 1, all: 1 },
  ]);
});

test('what a build exported is found by the path that the workflow uses', async () => {
  const ResultSelector = { 'result.$': 'States.StringToJson($.Build.ExportedEnvironmentVariables[0].Value)' };
  const one = { StartAt: 'A', States: { A: task({ ResultSelector, ResultPath: '$.found', End: true }) } };
  const ExportedEnvironmentVariables = [{ Name: 'RESULT', Value: '{"size":1}' }];
  const output = await run(localDefinition(one).definition, { A: () => ({ Build: { ExportedEnvironmentVariables } }) });
  expect(output).toEqual({ found: { result: { size: 1 } } });
});

test('an error that nothing may catch passes States.ALL by', async () => {
  const States = { A: task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }], End: true }), B: pass };
  const fails = (terminal: boolean) => () => {
    throw new StateError('Odd', 'reason', { terminal });
  };
  const { definition } = localDefinition({ StartAt: 'A', States });
  expect(await run(definition, { A: fails(false) })).toEqual({ Error: 'Odd', Cause: 'reason' });
  await expect(run(definition, { A: fails(true) })).rejects.toMatchObject({ cause: { name: 'Odd' } });
});

test('the library starts the rest of a map after one of it has failed, which the engine has to refuse', async () => {
  const started: Json[] = [];
  const inner = { StartAt: 'A', States: { A: task({ End: true }) } };
  const map = {
    StartAt: 'Each',
    States: { Each: { Type: 'Map', MaxConcurrency: 1, ItemProcessor: inner, End: true } },
  };
  let both = () => {};
  const bothStarted = new Promise<void>((resolve) => {
    both = resolve;
  });
  const A = (item: Json) => {
    started.push(item);
    if (started.length === 2) both();
    if (item === 1) throw new StateError('Odd', 'reason');
    return item;
  };
  await expect(run(localDefinition(map).definition, { A }, [1, 2])).rejects.toMatchObject({ cause: { name: 'Odd' } });
  await bothStarted; // which it would wait for until the end of the test
  expect(started).toEqual([1, 2]);
});

test.each([
  ['JSONata', { QueryLanguage: 'JSONata', StartAt: 'A', States: { A: pass } }, 'the state machine uses JSONata'],
  ['JSONata in a state', { StartAt: 'A', States: { A: { ...pass, QueryLanguage: 'JSONata' } } }, 'A uses JSONata'],
  ['variables', { StartAt: 'A', States: { A: { ...pass, Assign: { x: 1 } } } }, 'A uses Assign'],
  [
    'a distributed map',
    {
      StartAt: 'A',
      States: {
        A: { Type: 'Map', End: true, ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, States: {} } },
      },
    },
    'A uses a distributed map',
  ],
  [
    'a time-out that comes with the input',
    { StartAt: 'A', States: { A: task({ TimeoutSecondsPath: '$.t', End: true }) } },
    'A uses TimeoutSecondsPath',
  ],
])('refuses %s', (_, definition, message) => {
  expect(() => localDefinition(definition)).toThrow(
    expect.objectContaining({
      name: 'NotSupported',
      message: `${message}, which the local engine does not support`,
      hint: 'use only what both engines support: JSONPath, inline maps, no variables',
    }),
  );
});

test('refuses two tasks of one name, and a machine without states', () => {
  const inner = { StartAt: 'A', States: { A: task({ End: true }) } };
  const twice = { ...inner, States: { ...inner.States, Each: { Type: 'Map', ItemProcessor: inner, End: true } } };
  const refused = (message: string) => expect.objectContaining({ name: 'BadFormat', message });
  expect(() => localDefinition(twice)).toThrow(refused('two states have the name "A"'));
  expect(() => localDefinition({})).toThrow(refused('a state machine has no States'));
});

test('JSONPath may be said, an old map has an Iterator, and a task without resource has none', () => {
  const inner = { StartAt: 'A', States: { A: { Type: 'Task', End: true } } };
  const Each = { Type: 'Map', QueryLanguage: 'JSONPath', Iterator: inner, End: true };
  const { tasks } = localDefinition({ QueryLanguage: 'JSONPath', StartAt: 'Each', States: { Each } });
  expect(tasks).toEqual([{ state: 'A', resource: '', timeoutSeconds: undefined }]);
});

test('the time of a function is the machine’s affair, that of a build its own', () => {
  const call = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', TimeoutSeconds: 7, End: true };
  const States = { A: { ...call, Next: 'B', End: undefined }, B: task({ TimeoutSeconds: 5, End: true }) };
  const { definition, tasks } = localDefinition({ StartAt: 'A', States });
  const most = Math.floor((2 ** 31 - 1) / 1000);

  expect(tasks.map(({ timeoutSeconds }) => timeoutSeconds)).toEqual([undefined, 5]);
  expect(definition.States).toMatchObject({ A: { TimeoutSeconds: 7 }, B: { TimeoutSeconds: most } });
  expect([withinTimer(), withinTimer(most), withinTimer(most + 1), withinTimer(7)]).toEqual([most, most, most, 7]);
});
