import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { describe, expect, it } from 'vitest';
import { KernelFlavour } from '../../../lib';
import { BuildRequest } from '../../../lib/job/build-request';
import { jobVariables } from '../../../lib/job/environment';
import { keepInputOf, publishInputOf, selectInputOf } from '../../../lib/job/handed-on/publish-input';
import type { Selected } from '../../../lib/job/handed-on/results';
import { concludeInputOf, type Plan, planInputOf, planOf } from '../../../lib/job/plan';
import { conclude } from '../../../lib/stages/conclude';
import { definitionOf, statesOf, templateOf } from '../made-mirror';
import '../../fixtures/needs-seconds';

type Handler = (input: Record<string, unknown>) => unknown;

const definition = definitionOf(templateOf());
const request = {
  release: 'noble',
  architectures: ['amd64', 'arm64'],
  kernels: { required: ['ga'], optional: ['hwe'] },
};

describe('an execution', () => {
  it('takes every architecture from fetch to publish, every flavour through extract and boot test', async () => {
    const { output, seen } = await run();

    expect(output).toMatchObject({
      execution: 'run-1',
      release: 'noble',
      view: 'candidate',
      architectures: [
        { outcome: 'published', architecture: 'amd64', published: { version: '20261120' } },
        { outcome: 'published', architecture: 'arm64', published: { version: '20261120' } },
      ],
    });
    expect(seen.filter((name) => !name.includes('arm64'))).toEqual([
      'Plan',
      'Fetch amd64',
      'Prepare amd64',
      'Select amd64',
      'ExtractGa amd64 ga',
      'ExtractHwe amd64 hwe',
      'BootTest amd64 ga',
      'BootTest amd64 hwe',
      'Publish amd64',
      'Conclude',
    ]);
  });

  it('works with one architecture and one flavour, where lists hold one thing', async () => {
    const { output } = await run({}, { ...request, architectures: ['amd64'], kernels: { required: ['ga'] } });

    expect(output).toMatchObject({
      architectures: [{ outcome: 'published', architecture: 'amd64' }],
    });
  });

  it('gives Publish what it reads, the results of failed flavours with it', async () => {
    const inputs: unknown[] = [];
    await run({
      ExtractHwe: failWith('NoKernel', 'there is no vmlinuz'),
      Publish: ({ Payload }) => {
        inputs.push(Payload);
        return { Payload: {} };
      },
    });

    const [amd64] = inputs.map(publishInputOf);
    expect(amd64?.job.execution).toBe('run-1');
    expect(amd64?.fetched.result.serial).toBe('20261120');
    expect(amd64?.kernels).toMatchObject([
      { outcome: 'built', kernel: 'ga', need: 'required', booted: { gate: 'passed' } },
      {
        outcome: 'failed',
        kernel: 'hwe',
        need: 'optional',
        error: { Error: 'NoKernel', Cause: 'there is no vmlinuz' },
      },
    ]);
  });

  it('keeps a flavour that failed where Select chose so: its last kernel is booted, and Publish is told', async () => {
    const kernels: unknown[] = [];
    const asked: unknown[] = [];
    const { seen } = await run({
      Select: (input) => withHow(input, 'build or keep'),
      ExtractHwe: failWith('NoKernel', 'there is no vmlinuz'),
      KeepFlavour: ({ Payload }) => {
        asked.push(keepInputOf(Payload).keep.kernel);
        return { Payload: kept };
      },
      Publish: ({ Payload }) => {
        const input = publishInputOf(Payload);
        if (input.job.architecture === 'amd64') kernels.push(...input.kernels);
        return { Payload: {} };
      },
    });

    expect(asked).toEqual(['hwe']);
    expect(seen.filter((name) => name.includes('amd64'))).toEqual(
      expect.arrayContaining(['ExtractHwe amd64 hwe', 'BootKept amd64 hwe']),
    );
    expect(kernels).toMatchObject([
      { outcome: 'built', kernel: 'ga' },
      { outcome: 'kept', kernel: 'hwe', kept, booted: { gate: 'passed' } },
    ]);
  });

  it('builds nothing of a flavour that is only kept, and boots nothing where the order wants no boot test', async () => {
    const gates: string[] = [];
    const { seen } = await run(
      {
        Select: (input) => withHow(input, 'keep'),
        KeepFlavour: () => ({ Payload: kept }),
        Publish: ({ Payload }) => {
          gates.push(...publishInputOf(Payload).kernels.map((one) => (one.outcome === 'kept' ? one.booted.gate : '')));
          return { Payload: {} };
        },
      },
      { ...request, architectures: ['amd64'], bootTest: false },
    );

    expect(seen.filter((name) => /^(?:Extract|Boot)/.test(name))).toEqual(['ExtractGa amd64 ga']);
    expect(gates).toEqual(['', 'waived']);
  });

  it.each(['KeepFlavour', 'BootKept'])('says of a flavour that it failed where %s fails, too', async (state) => {
    let kernels: unknown;
    await run({
      Select: (input) => withHow(input, 'build or keep'),
      ExtractHwe: failWith('NoKernel', 'there is no vmlinuz'),
      KeepFlavour: () => ({ Payload: kept }),
      [state]: failWith('BootFailed', 'no login'),
      Publish: ({ Payload }) => {
        const input = publishInputOf(Payload);
        if (input.job.architecture === 'amd64') ({ kernels } = input);
        return { Payload: {} };
      },
    });

    expect(kernels).toMatchObject([
      { outcome: 'built', kernel: 'ga' },
      { outcome: 'failed', kernel: 'hwe', error: { Error: 'BootFailed' } },
    ]);
  });

  it('lets a customised architecture through the upgrade stage', async () => {
    const plan = planOf(BuildRequest.parse(request), 'run-1');
    const architectures = plan.architectures.map((one) => ({ ...one, customised: true }));

    const { seen } = await run({ Plan: () => ({ Payload: { ...plan, architectures } satisfies Plan }) });

    expect(seen.filter((name) => name.endsWith('amd64')).slice(0, 3)).toEqual([
      'Fetch amd64',
      'Upgrade amd64',
      'Prepare amd64',
    ]);
  });

  it('publishes the base as it came, or what the upgrade stage made of it', async () => {
    const roots = async (customised: boolean) => {
      const plan = planOf(BuildRequest.parse(request), 'run-1');
      const architectures = plan.architectures.map((one) => ({ ...one, customised }));
      const found: string[] = [];
      await run({
        Plan: () => ({ Payload: { ...plan, architectures } satisfies Plan }),
        Publish: ({ Payload }) => {
          const { build, result } = publishInputOf(Payload).root;
          found.push(`${build} ${result === undefined ? 'the base' : result.squashfs.size}`);
          return { Payload: {} };
        },
      });
      return found;
    };

    expect(await roots(false)).toEqual(['Fetch:amd64 the base', 'Fetch:arm64 the base']);
    expect(await roots(true)).toEqual(['Upgrade:amd64 2', 'UpgradeArm:arm64 2']);
  });

  it('builds only what Select chose, and publishes what it said of the others', async () => {
    const missing = [{ kernel: 'hwe', message: 'not there yet' }];
    const chosen = { build: [], flavours: [], missing, withdrawn: [] };
    let published: unknown;
    const { seen } = await run({
      Select: () => ({ Payload: chosen }),
      Publish: ({ Payload }) => {
        published = publishInputOf(Payload).selected;
        return { Payload: {} };
      },
    });

    expect(seen.filter((name) => name.startsWith('Extract'))).toEqual([]);
    expect(published).toEqual(chosen);
  });

  it('boots nothing where the order wants no boot test, and says so to Publish', async () => {
    const gates: string[] = [];
    const { seen } = await run(
      {
        Publish: ({ Payload }) => {
          gates.push(...publishInputOf(Payload).kernels.map((one) => (one.outcome === 'built' ? one.booted.gate : '')));
          return { Payload: {} };
        },
      },
      { ...request, architectures: ['amd64'], bootTest: false },
    );

    expect(seen.filter((name) => name.startsWith('BootTest'))).toEqual([]);
    expect(gates).toEqual(['waived', 'waived']);
  });

  it('ends at once where nothing is new', async () => {
    const plan = planOf(BuildRequest.parse(request), 'run-1');

    const { seen } = await run({ Plan: () => ({ Payload: { ...plan, updates: false } satisfies Plan }) });

    expect(seen).toEqual(['Plan']);
  });

  it('says of a flavour that this mirror has no project for that it is unknown, and goes on', async () => {
    const small = definitionOf(templateOf({ kernels: [KernelFlavour.GA] }));
    let kernels: unknown;
    await run(
      {
        Publish: ({ Payload }) => {
          ({ kernels } = publishInputOf(Payload));
          return { Payload: {} };
        },
      },
      request,
      small,
    );

    expect(kernels).toMatchObject([
      { outcome: 'built', kernel: 'ga' },
      { outcome: 'failed', kernel: 'hwe', error: { Error: 'UnknownKernel' } },
    ]);
  });

  it('publishes the others where one architecture fails, and fails in the end with its error', async () => {
    const published: unknown[] = [];
    const { failure } = await run({
      PrepareArm: failWith('CommandFailed', 'apt'),
      Publish: ({ Payload }) => {
        published.push(publishInputOf(Payload).job.architecture);
        return { Payload: {} };
      },
    });

    expect(published).toEqual(['amd64']);
    expect(failure?.message).toContain('["amd64: published","arm64: CommandFailed"]');
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a word', 'runs/other-0123456789abcdef/x'],
    ['a list', []],
    ['nothing of what it should', {}],
    ['another folder besides', { serial: '20261120', ...root, source, folder: 'runs/other-0123456789abcdef' }],
  ])('publishes the other architecture where a build of one hands on %s', async (_, handedOn) => {
    const stage = (name: string) => {
      const usual = answers[name];
      return {
        [name]: (input: Record<string, unknown>) =>
          input.architecture === 'amd64' ? result(handedOn) : usual?.(input),
      };
    };
    for (const name of ['Fetch', 'Prepare', 'BootTest']) {
      const { failure } = await run(stage(name));
      expect(failure?.message).toContain('["amd64: BadInput","arm64: published"]');
    }
  });

  it('builds again in a redrive what had failed, and nothing else, as often as it is redriven', async () => {
    const first = await run({ PrepareArm: failWith('CommandFailed', 'apt') });
    expect(first.failure?.message).toContain('["amd64: published","arm64: CommandFailed"]');

    // Step Functions goes on with the step that failed, and what it was given.
    const second = await redrive(first, 1, {
      ExtractGa: failWith('NoKernel', 'none'),
      ExtractHwe: failWith('NoKernel', 'none'),
    });
    expect(second.seen).toContain('PrepareArm arm64');
    expect(second.seen.filter((name) => name.includes('amd64'))).toEqual([]);
    const third = await redrive(second, 2);

    expect(third.output).toMatchObject({
      execution: 'run-1',
      architectures: [
        { outcome: 'published', architecture: 'amd64' },
        { outcome: 'published', architecture: 'arm64' },
      ],
    });
  });

  it('plans anew in a redrive where the plan had failed', async () => {
    const first = await run({ Plan: failWith('DownloadFailed', 'no answer') });
    expect(first.failed?.state).toBe('Plan');

    const second = await redrive(first, 1, { PrepareArm: failWith('CommandFailed', 'apt') });
    expect(second.failure?.message).toContain('["amd64: published","arm64: CommandFailed"]');
    expect(second.seen.filter((name) => name === 'PrepareArm arm64')).toHaveLength(1);
  });

  it.each(['Fetch', 'Publish'])('fails where every %s fails', async (name) => {
    const { failure } = await run({ [name]: failWith('RequiredKernelFailed', 'ga') });

    expect(failure?.message).toContain('["amd64: RequiredKernelFailed","arm64: RequiredKernelFailed"]');
  });

  it('fails with the error of a plan that is refused', async () => {
    const { failure } = await run({ Plan: failWith('UnknownRelease', 'no release "nobel"') });

    expect(failure?.message).toContain('no release "nobel"');
  });
});

const artefact = { sha256: 'ab'.repeat(32), size: 1 };
const result = (value: unknown) => ({
  Build: {
    BuildStatus: 'SUCCEEDED',
    ExportedEnvironmentVariables: [{ Name: 'RESULT', Value: JSON.stringify(value) }],
  },
});
const root = { squashfs: artefact, manifest: artefact };
const source = { kind: 'given', uri: '/images/x', sha256: artefact.sha256, product: '' };
const prepared = result({ layer: artefact, kernels: [], materials: artefact });
const upgraded = { ...artefact, size: 2 };
const extracted = result({
  kernel: artefact,
  initrd: artefact,
  imagePackage: 'linux-image-6.8.0-50-generic',
  imageVersion: '6.8.0-50.51',
  kernelRelease: '6.8.0-50-generic',
  drivers: { wanted: 503, found: 503 },
});

const kept = { build: 'Kept:kept', result: { version: '20261118.083000', kernel: artefact, initrd: artefact } };

/** What Select answers, where hwe is made in this way. */
function withHow(input: Record<string, unknown>, how: Selected['build'][number]['how']): unknown {
  const { Payload } = answers.Select?.(input) as { Payload: Selected };
  return { Payload: { ...Payload, build: Payload.build.map((one) => (one.kernel === 'hwe' ? { ...one, how } : one)) } };
}

/** What the tasks answer where all goes well, by the beginnings of their names. */
const answers: Readonly<Record<string, Handler>> = {
  Plan: ({ Payload }) => {
    const { request, execution, redrives } = planInputOf(Payload);
    return { Payload: { ...planOf(request, execution, `${execution}-0123456789abcdef`), redrives } };
  },
  Conclude: ({ Payload }) => ({ Payload: conclude(concludeInputOf(Payload)) }),
  Fetch: () => result({ serial: '20261120', ...root, source }),
  Upgrade: () => result({ squashfs: upgraded, manifest: artefact }),
  Prepare: () => prepared,
  Select: ({ Payload }) => {
    const { kernels: build } = selectInputOf(Payload);
    const of = { imagePackage: 'linux-image-6.8.0-50-generic', imageVersion: '6.8.0-50.51', packages: 'cd'.repeat(32) };
    return {
      Payload: {
        build: build.map((one) => ({ ...one, how: 'build' })),
        flavours: build.map((one) => ({ ...one, builtAs: one.kernel, newest: '', ...of })),
        missing: [],
        withdrawn: [],
      },
    };
  },
  Extract: () => extracted,
  BootTest: () => result({ gate: 'passed', evidence: 'it said so' }),
  BootKept: () => result({ gate: 'passed', evidence: 'it said so' }),
  Publish: ({ Payload }) => {
    publishInputOf(Payload);
    return { Payload: { version: '20261120' } };
  },
};

/** An error as the services give it: its name is what Retry and Catch go by. */
function failWith(name: string, message: string): Handler {
  return () => {
    throw Object.assign(new Error(message), { name });
  };
}

type Ran = Awaited<ReturnType<typeof run>>;

/** Goes on from the step that failed, as Step Functions does. */
function redrive({ failed }: Ran, redrives: number, special: Record<string, Handler> = {}): Promise<Ran> {
  if (failed === undefined) throw new Error('nothing has failed');
  return run(special, failed.input as object, definitionFrom(failed.state), redrives);
}

/** The states that follow one, and it: others would be refused as out of reach. */
function definitionFrom(StartAt: string): typeof definition {
  const reached = new Set([StartAt]);
  for (const name of reached) {
    const after = JSON.stringify(definition.States[name], (key, value) =>
      key === 'ItemProcessor' ? undefined : value,
    );
    for (const [, next = ''] of after.matchAll(/"(?:Next|Default)":"(\w+)"/g)) reached.add(next);
  }
  return {
    ...definition,
    StartAt,
    States: Object.fromEntries([...reached].map((name) => [name, definition.States[name]])) as typeof definition.States,
  };
}

/** Runs the definition, tasks being functions; `seen` says which were called, by state, architecture and flavour. */
async function run(
  special: Record<string, Handler> = {},
  input: object = request,
  machine = definition,
  RedriveCount = 0,
) {
  const seen: string[] = [];
  const tasks = statesOf(machine).filter(([, { Type }]) => Type === 'Task');
  const handlers = tasks.map(([name]) => {
    const usual = Object.entries(answers).find(([beginning]) => name.startsWith(beginning))?.[1];
    const handler = special[name] ?? usual;
    return [
      name,
      async (raw: unknown) => {
        const words = wordsOf(raw as Record<string, unknown>);
        seen.push([name, words.architecture, words.kernel].filter(Boolean).join(' '));
        const answer = await handler?.({ ...(raw as object), ...words });
        return namedBuild(answer, [name, [words.architecture, words.kernel].filter(Boolean).join('-')].join(':'));
      },
    ];
  });
  const execution = new StateMachine(machine as unknown as StateMachineDefinition).run(input as never, {
    overrides: { taskResourceLocalHandlers: Object.fromEntries(handlers) },
    context: { Execution: { Name: 'run-1', RedriveCount } } as never,
  });
  const entered = lastEntered(execution.eventLogs);
  return execution.result.then(
    async (output) => ({ output, seen, failure: undefined, failed: await entered }),
    async (failure: Error) => ({ output: undefined, seen, failure, failed: await entered }),
  );
}

/** The last state that was entered outside of the maps, and what it was given. */
async function lastEntered(
  events: ReturnType<StateMachine['run']>['eventLogs'],
): Promise<{ state: string; input: unknown } | undefined> {
  let last: { state: string; input: unknown } | undefined;
  for await (const event of events) {
    if (event.type !== 'StateEntered' || !(event.state.name in definition.States)) continue;
    last = { state: event.state.name, input: event.state.input };
  }
  return last;
}

/** CodeBuild says itself which build it was. */
function namedBuild(answer: unknown, Id: string): unknown {
  const { Build } = (answer ?? {}) as { readonly Build?: object };
  return Build === undefined ? answer : { Build: { Id, ...Build } };
}

/** Architecture and flavour, from the variables of a build or the job that Publish gets. */
function wordsOf(input: Record<string, unknown>): { architecture?: string; kernel?: string } {
  const variables = (input.EnvironmentVariablesOverride ?? []) as { Name: string; Value: string }[];
  const value = (name: string) => variables.find(({ Name }) => Name === name)?.Value;
  const job = (input.Payload as { job?: { architecture: string } } | undefined)?.job;
  return {
    architecture: value(jobVariables.architecture) ?? job?.architecture,
    kernel: value(jobVariables.kernel),
  };
}
