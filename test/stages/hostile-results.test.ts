import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { MirrorError } from '../../lib/errors';
import {
  type PublishInput,
  publishInputOf,
  publishLoadersInputOf,
  selectInputOf,
} from '../../lib/job/handed-on/publish-input';
import type { ResolvedKernel } from '../../lib/job/handed-on/results';
import { foldersOf, made } from '../../lib/job/layout';
import { sha256Of } from '../../lib/sha256';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { publish } from '../../lib/stages/publish';
import { publishBootloaders } from '../../lib/stages/publish-bootloaders';
import { select } from '../../lib/stages/select';
import { measureBytes } from '../../lib/store/digest';
import { makeBuiltLoaders } from '../fixtures/mirrors/built-loaders';
import { type BuiltRunOptions, jobIn, makeBuiltRun } from '../fixtures/mirrors/built-run';
import { type Hostile, hostileResults } from '../fixtures/mirrors/hostile-results';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { type SmallPress, smallPress } from '../publication/made/small-press';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const resolved = (kernel: string): ResolvedKernel => {
  const imagePackage = `linux-image-6.1.0-40-${kernel}`;
  return { outcome: 'resolved', kernel, imagePackage, imageVersion: '6.1.153-1', packages: sha256Of(kernel) };
};

/** What the builds of a customised image hand on, every field with a value. */
async function honestRun(press: SmallPress, run: Partial<BuiltRunOptions> = {}): Promise<PublishInput> {
  const input = await makeBuiltRun(press.work, { execution: 'run', customised: true, source: 'bootstrap', ...run });
  const { fetched, prepared } = input;
  return {
    ...input,
    fetched: { ...fetched, result: { ...fetched.result, source: { ...fetched.result.source, product: 'a product' } } },
    prepared: { ...prepared, result: { ...prepared.result, kernels: [resolved('generic'), resolved('cloud')] } },
  };
}

/** What Publish makes of an event, as its handler does. */
const published = async (event: unknown, press: SmallPress) => publish(publishInputOf(event), press);

async function refusal(work: Promise<unknown>): Promise<MirrorError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(MirrorError);
  return error as MirrorError;
}

async function expectRefused({ field, what }: Hostile, work: Promise<unknown>): Promise<void> {
  const { name, message } = await refusal(work);
  expect(name, what).toBe('BadInput');
  expect(message, what).toContain(field);
  expect(message.length, what).toBeLessThan(3000);
  expect(message, what).not.toMatch(/\p{Cc}/u);
}

describe('Publish', () => {
  it('takes what honest builds hand on', async () => {
    const press = smallPress(signer);
    expect(await published(await honestRun(press), press)).toMatchObject({
      products: [/generic/, /cloud/].map(matching),
    });
  });

  it('refuses whatever else a build says of itself, names the field, and moves nothing', async () => {
    const press = smallPress(signer);
    const honest = await honestRun(press);
    const ofBuilds = [
      'fetched/result',
      'root/result',
      'prepared/result',
      'kernels/0/extracted/result',
      'kernels/1/booted',
    ];
    await fc.assert(
      fc.asyncProperty(hostileResults(honest, ofBuilds), async (hostile) => {
        await expectRefused(hostile, published(hostile.event, press));
        expect(await press.keys()).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('refuses what a build of bootloaders says beside the catalogue, and moves nothing', async () => {
    const press = smallPress(signer);
    const { folder, built } = await makeBuiltLoaders(press.work, { execution: 'run' });
    const { job } = await makeBuiltRun(press.work, { execution: 'other' });
    const honest = { bootloaders: { job, built } };
    const taken = async (event: unknown) => {
      const { built: result } = publishLoadersInputOf(event).bootloaders;
      return publishBootloaders({ view: 'candidate', execution: 'run', folder, inputs: '', built: result }, press);
    };
    await fc.assert(
      fc.asyncProperty(hostileResults(honest, ['bootloaders/built/result']), async (hostile) => {
        await expectRefused(hostile, taken(hostile.event));
        expect(await press.keys()).toEqual([]);
      }),
      { numRuns: 300 },
    );
    expect((await taken(honest)).products).toHaveLength(4);
  });

  it.each<[string, (input: PublishInput) => PublishInput, RegExp]>([
    [
      'a serial of the future',
      (input) => withFetched(input, { serial: '20261122' }),
      /fetched\.result\.serial is "20261122"/,
    ],
    [
      'a serial that is no day',
      (input) => withFetched(input, { serial: '20260231' }),
      /fetched\.result\.serial is "20260231"/,
    ],
    [
      'a base that it says was given',
      (input) => withSource(input, 'given'),
      /fetched\.result\.source\.kind is "given"/,
    ],
    [
      'the base where it was to be changed',
      ({ root, ...input }) => ({ ...input, root: { build: root.build } }),
      /root\.result is missing/,
    ],
    [
      'an initrd in which it did not find all drivers',
      (input) => withDrivers(input, { wanted: 503, found: 500 }),
      /kernels\.0\.extracted\.result\.drivers\.found is 500, expected the 503 drivers/,
    ],
    [
      'an initrd in which it looked for no drivers',
      (input) => withDrivers(input, { wanted: 0, found: 0 }),
      /drivers\.wanted/,
    ],
    ['a boot test that it waived itself', (input) => withGate(input, 'waived'), /kernels\.0\.booted\.gate is "waived"/],
    [
      'a flavour that was not ordered',
      (input) => withKernels(input, [resolved('generic'), resolved('rt')]),
      /prepared\.result\.kernels\.1\.kernel is "rt", expected generic or cloud/,
    ],
    [
      'a flavour twice',
      (input) => withKernels(input, [resolved('cloud'), resolved('cloud')]),
      /prepared\.result\.kernels\.1\.kernel is "cloud", expected each flavour only once/,
    ],
  ])('refuses %s, and moves nothing', async (_, change, message) => {
    const press = smallPress(signer);
    const error = await refusal(published(change(await honestRun(press)), press));

    expect(error).toMatchObject({ name: 'BadInput', message: expect.stringMatching(message) });
    expect(error.hint).toMatch(/log of its build/);
    expect(await press.keys()).toEqual([]);
  });

  it('refuses another serial than the one that was asked for', async () => {
    const press = smallPress(signer);
    const input = await honestRun(press, { source: 'cloud-image', request: { serial: '20261119' } });
    expect(await refusal(published(input, press))).toMatchObject({
      message: expect.stringMatching(/serial is .*, expected 20261119/),
    });
  });

  it.each<[string, unknown, RegExp]>([
    ['what is no JSON', 'runs/x', /not valid JSON/],
    [
      'packages of a flavour that was not ordered',
      { archives: [], changed: [], installed: { rt: [] } },
      /installed is "rt"/,
    ],
    ['a field too many', { archives: [], changed: [], installed: {}, key: 'x' }, /"key"/],
    [
      'a name that speaks to the terminal',
      { archives: [], changed: [], installed: { '': [{ name: '\u001b[2J', version: '1' }] } },
      /installed\.\.0\.name/,
    ],
    [
      'a path that speaks to the terminal',
      { archives: [], changed: [], installed: {}, removed: [{ path: '/\u001b[2J', what: 'private key', of: '' }] },
      /removed\.0\.path/,
    ],
    [
      'a list without an end',
      { archives: [], changed: Array(10_001).fill({ name: 'a', from: null, to: '1' }), installed: {} },
      /changed: /,
    ],
  ])('refuses materials with %s, and moves nothing', async (_, materials, message) => {
    const press = smallPress(signer);
    const input = await honestRun(press);
    const key = made.materials(foldersOf(jobIn(input)).prepared);
    const bytes = Buffer.from(typeof materials === 'string' ? materials : JSON.stringify(materials));
    await press.work.remove(key);
    await press.work.create(key, bytes);
    const prepared = { ...input.prepared, result: { ...input.prepared.result, materials: measureBytes(bytes) } };

    expect(await refusal(published({ ...input, prepared }, press))).toMatchObject({
      message: expect.stringMatching(message),
    });
    expect(await press.keys()).toEqual([]);
  });

  it('refuses materials that are longer than was said, before they are read', async () => {
    const press = smallPress(signer);
    const input = await honestRun(press);
    const { materials } = input.prepared.result;
    const prepared = { ...input.prepared, result: { ...input.prepared.result, materials: { ...materials, size: 1 } } };
    const work = Object.assign(Object.create(press.work), { read: (key: string) => readOnly(key) });
    const readOnly = (key: string) =>
      key.endsWith('request.json') ? press.work.read(key) : Promise.reject(new Error('read'));

    await expect(publish({ ...input, prepared }, { ...press, work })).rejects.toMatchObject({
      name: 'ChecksumMismatch',
    });
  });
});

describe('Select', () => {
  it('refuses whatever else a build says of itself, and names the field', async () => {
    const press = smallPress(signer);
    const { job, fetched, root, prepared } = await honestRun(press);
    const kernels = ['generic', 'cloud'].map((kernel) => ({ kernel, need: 'required' }));
    const honest = { job, kernels, fetched, root, prepared };
    const selected = async (event: unknown) => select(selectInputOf(event), press);

    await fc.assert(
      fc.asyncProperty(hostileResults(honest, ['fetched/result', 'prepared/result']), (hostile) =>
        expectRefused(hostile, selected(hostile.event)),
      ),
      { numRuns: 200 },
    );
    const result = { ...prepared.result, kernels: [resolved('generic'), resolved('rt')] };
    expect(await refusal(selected({ ...honest, prepared: { ...prepared, result } }))).toMatchObject({
      message: expect.stringMatching(/"rt"/),
    });
    const another = { build: root.build, ...(root.result === undefined && { result: fetched.result }) };
    expect(await refusal(selected({ ...honest, root: another }))).toMatchObject({
      message: expect.stringMatching(/root/),
    });
    expect((await selected(honest)).build).toHaveLength(2);
  });
});

const matching = (pattern: RegExp) => expect.stringMatching(pattern);

function withFetched(input: PublishInput, fields: Partial<PublishInput['fetched']['result']>): PublishInput {
  return { ...input, fetched: { ...input.fetched, result: { ...input.fetched.result, ...fields } } };
}

function withSource(input: PublishInput, kind: 'given'): PublishInput {
  return withFetched(input, { source: { ...input.fetched.result.source, kind } });
}

function withKernels(input: PublishInput, kernels: ResolvedKernel[]): PublishInput {
  return { ...input, prepared: { ...input.prepared, result: { ...input.prepared.result, kernels } } };
}

function withDrivers(input: PublishInput, drivers: { wanted: number; found: number }): PublishInput {
  const kernels = input.kernels.map((one) => {
    if (one.outcome !== 'built') return one;
    return { ...one, extracted: { ...one.extracted, result: { ...one.extracted.result, drivers } } };
  });
  return { ...input, kernels };
}

function withGate(input: PublishInput, gate: 'waived'): PublishInput {
  const kernels = input.kernels.map((one) =>
    one.outcome === 'built' ? { ...one, booted: { ...one.booted, gate } } : one,
  );
  return { ...input, kernels };
}
