import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { Architecture, KernelFlavour } from '../../../lib';
import { allKernelNames, kernelsOf } from '../../../lib/catalog/kernels';
import { releases } from '../../../lib/catalog/releases';
import { jobVariables } from '../../../lib/job/environment';
import { parseBuildspec } from '../../../lib/local/template/buildspec';
import { type Definition, definitionOf, everyFlavour, type State, statesOf, templateOf } from '../made-mirror';
import '../../fixtures/needs-seconds';

const definition = definitionOf(templateOf(everyFlavour));
const states = statesOf(definition);
const armKernels = allKernelNames.filter((kernel) =>
  releases.some(({ name }) => kernelsOf(name, 'arm64').some((row) => row.name === kernel)),
);
const tasks = states.filter(([, { Type }]) => Type === 'Task');
const full = 'CodeBuild.AccountLimitExceededException';
const probes = tasks.filter(([name]) => name.startsWith('Probe'));
const builds = tasks.filter((task) => task[1].Resource?.endsWith('startBuild.sync') && !probes.includes(task));

describe('the definition of a mirror of every flavour', () => {
  it('is the one that we have read', async () => {
    await expect(`${readable(definition)}\n`).toMatchFileSnapshot('golden/workflow.json');
  });

  it('is valid ASL', () => {
    const { isValid, errors } = validate(definition);

    expect(errors).toEqual([]);
    expect(isValid).toBe(true);
  });

  it('says that its paths are JSONPath', () => {
    expect(definition).toMatchObject({ QueryLanguage: 'JSONPath' });
  });

  it('has a name of its own for every state, since the local engine goes by names', () => {
    const names = states.map(([name]) => name);

    expect(names).toEqual([...new Set(names)]);
    expect(names.filter((name) => !/^[A-Z][A-Za-z0-9]+$/.test(name))).toEqual([]);
  });

  it('has a task for every kernel flavour, chosen by its name', () => {
    const [, flavour] = states.find(([name]) => name === 'ChooseFlavour') ?? [];

    const choices = flavour?.Choices ?? [];
    const onX86 = choices.filter(({ And }) => And === undefined);
    const onArm = choices.slice(0, choices.length - onX86.length).map(({ And }) => And as object[]);
    expect(onX86.map(({ StringEquals }) => StringEquals)).toEqual(allKernelNames);
    expect(onArm).toHaveLength(armKernels.length);
    for (const [index, kernel] of armKernels.entries()) {
      expect(onArm[index]).toEqual([
        { Variable: '$.kernel', StringEquals: kernel },
        { Variable: '$.job.architecture', StringEquals: 'arm64' },
      ]);
    }
    expect(tasks.map(([name]) => name).filter((name) => name.startsWith('Extract'))).toHaveLength(choices.length);
  });

  it('catches whatever happens below an architecture and keeps it', () => {
    const uncaught = states.filter(([, { Type, Catch }]) => ['Task', 'Map'].includes(Type) && Catch === undefined);

    const alone = ['Plan', 'Bootloaders', 'PublishBootloaders', 'Conclude'];
    expect(uncaught.map(([name]) => name).sort()).toEqual([...alone, 'EachArchitecture'].sort());
    for (const [, { Catch }] of tasks.filter((task) => !alone.includes(task[0]) && !probes.includes(task))) {
      expect(Catch).toEqual([
        { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: expect.stringMatching(/Failed$/) },
      ]);
    }
  });

  it('ends a probe well whatever became of it, so that no alarm goes off, and with nothing after it', () => {
    expect(probes.map(([name]) => name).sort()).toEqual(['ProbeArm', 'ProbeSigning', 'ProbeX86']);
    for (const [, { Catch, Next }] of probes) {
      expect(Catch).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Probed' }]);
      expect(Next).toBe('Probed');
    }
    expect(definition.States.Probed).toMatchObject({ Type: 'Succeed' }); // with its input, error and all
  });

  it('reads the RESULT of a probe as that of every build, and runs its project with another buildspec', () => {
    const selectors = [...builds, ...probes].flatMap(([, state]) =>
      state.Resource?.includes('codebuild') ? [state.ResultSelector] : [],
    );
    expect(new Set(selectors.map((one) => JSON.stringify(one))).size).toBe(1);
    for (const [name, project] of [
      ['ProbeX86', 'MirrorPrepareProject'],
      ['ProbeArm', 'MirrorPrepareArmProject'],
    ] as const) {
      expect(definition.States[name]?.Parameters).toMatchObject({
        ProjectName: project,
        BuildspecOverride: readFileSync('buildspecs/probe.yml', 'utf8'),
      });
    }
  });

  it('tries only what it was asked to try, and builds where it was not', () => {
    expect(definition.StartAt).toBe('IsProbe');
    expect(definition.States.IsProbe).toMatchObject({
      Choices: [{ Variable: '$.probe', IsPresent: true, Next: 'ProbeOf' }],
      Default: 'Plan',
    });
    expect(definition.States.ProbeOf).toMatchObject({
      Choices: [
        { StringEquals: 'x86', Next: 'ProbeX86' },
        { StringEquals: 'arm', Next: 'ProbeArm' },
        { StringEquals: 'signing', Next: 'ProbeSigning' },
      ],
      Default: 'Plan', // which refuses it
    });
  });

  it('tries again only after named errors of the services', () => {
    const retried = tasks.flatMap(([, { Retry = [] }]) => Retry.flatMap(({ ErrorEquals }) => ErrorEquals));

    expect(tasks.filter(([, { Retry }]) => !Retry?.length)).toEqual([]);
    expect(retried.filter((name) => !/^(CodeBuild|Lambda)\.\w+Exception$/.test(name))).toEqual([]);
  });

  it('asks a full account again for some eight hours, and seldom enough for the events that an execution has', () => {
    const retries = builds.map(([, { Retry = [] }]) => Retry.filter(({ ErrorEquals }) => ErrorEquals.includes(full)));
    expect(retries.length).toBeGreaterThan(10);
    for (const [retry, ...others] of retries) {
      expect(others).toEqual([]);
      const { IntervalSeconds = 0, BackoffRate = 0, MaxDelaySeconds = 0, MaxAttempts = 0 } = retry ?? {};
      const delays = Array.from({ length: MaxAttempts }, (_, at) =>
        Math.min(IntervalSeconds * BackoffRate ** at, MaxDelaySeconds),
      );
      const asked = delays.reduce((sum, one) => sum + one, 0) / 2; // by its jitter
      expect(asked / 3600).toBeGreaterThanOrEqual(8);
      expect(asked / 3600).toBeLessThan(9);
      // A day of asking by all 40 builds that a mirror can run at once; each attempt is three events.
      const events = 40 * 3 * ((24 * 3600) / (MaxDelaySeconds / 2));
      expect(events).toBeLessThan(20_000); // of 25,000
    }
  });

  it('takes what a build exported by its place, which is the first: every buildspec exports RESULT and nothing else', () => {
    for (const [, { ResultSelector }] of builds) {
      expect(ResultSelector?.['result.$']).toBe('States.StringToJson($.Build.ExportedEnvironmentVariables[0].Value)');
    }
    const folder = join(__dirname, '../../../buildspecs');
    const names = readdirSync(folder).filter((name) => name.endsWith('.yml'));
    expect(names.length).toBeGreaterThan(6);
    for (const name of names) {
      const { exportedVariables } = parseBuildspec(readFileSync(join(folder, name), 'utf8'), name);
      expect(exportedVariables, name).toEqual(['RESULT']);
    }
  });

  it('puts no result at $, which the local engine does not understand', () => {
    expect(states.filter(([, { ResultPath }]) => ResultPath === '$')).toEqual([]);
    expect(JSON.stringify(definition)).not.toContain('"ResultPath":"$"');
  });

  it('gives every build the whole job', () => {
    const stages = ['Bootloaders', 'Fetch', 'Upgrade', 'UpgradeArm', 'Prepare', 'PrepareArm', 'BootTest', 'BootKept'];
    expect(builds).toHaveLength(stages.length + allKernelNames.length + armKernels.length);
    for (const [, { Parameters }] of builds) {
      expect(Object.keys(variablesOf(Parameters))).toEqual(Object.values(jobVariables));
    }
  });

  it('shares the builds at once out between architectures and flavours', () => {
    const limits = (props: object) => {
      const found = statesOf(definitionOf(templateOf({ kernels: [KernelFlavour.GA], ...props })));
      return Object.fromEntries(found.flatMap(([name, { MaxConcurrency: max }]) => (max ? [[name, max]] : [])));
    };

    expect(limits({})).toEqual({ EachArchitecture: 2, EachKernel: 2 });
    expect(limits({ maxConcurrency: 12 })).toEqual({ EachArchitecture: 2, EachKernel: 6 });
    expect(limits({ maxConcurrency: 1 })).toEqual({ EachArchitecture: 1, EachKernel: 1 });
    expect(limits({ architectures: [Architecture.AMD64] })).toEqual({ EachArchitecture: 1, EachKernel: 5 });
  });
});

/** The definition to be read by people: what fits stands on one line, and a task like one before it says so. */
function readable(whole: Definition): string {
  return folded({ ...whole, ...brief(whole) }, '');
}

function brief({ States, ...rest }: Definition): object {
  const seen = new Map<string, string>();
  const entries = Object.entries(States).map(([name, state]) => {
    const { ProjectName, ...others } = state.Parameters ?? {};
    const likeness = JSON.stringify({ ...state, Parameters: others });
    const model = seen.get(likeness);
    if (ProjectName && model) return [name, { '(like)': model, '(but)': { ProjectName } }];
    seen.set(likeness, name);
    return [name, shortState(state)];
  });
  return { ...rest, States: Object.fromEntries(entries) };
}

function shortState({ Parameters, ItemProcessor, ...state }: State): object {
  const { EnvironmentVariablesOverride, ...others } = Parameters ?? {};
  const variables = EnvironmentVariablesOverride ? { EnvironmentVariablesOverride: variablesOf(Parameters) } : {};
  return {
    ...state,
    ...(Parameters && { Parameters: { ...others, ...variables } }),
    ...(ItemProcessor && { ItemProcessor: brief(ItemProcessor) }),
  };
}

interface Variable {
  readonly Name: string;
  readonly Type: string;
  readonly Value?: string;
  readonly 'Value.$'?: string;
}

function variablesOf(parameters: State['Parameters']): Record<string, string> {
  const variables = parameters?.EnvironmentVariablesOverride as Variable[];
  expect(new Set(variables.map(({ Type }) => Type))).toEqual(new Set(['PLAINTEXT']));
  return Object.fromEntries(variables.map(({ Name, 'Value.$': path, Value = path ?? '' }) => [Name, Value]));
}

function folded(value: unknown, indent: string): string {
  const line = JSON.stringify(value, null, 1)?.replace(/\n\s*/g, ' ') ?? 'null';
  if (indent.length + line.length <= 110 || value === null || typeof value !== 'object') return line;
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => `${inner}${folded(item, inner)}`)
    : Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${folded(item, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`;
}
