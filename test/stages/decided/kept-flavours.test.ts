import { beforeAll, describe, expect, it } from 'vitest';
import { kernelOf } from '../../../lib/catalog/kernels';
import { productId } from '../../../lib/catalog/products';
import { MirrorError } from '../../../lib/errors';
import type { PublishInput, SelectInput } from '../../../lib/job/handed-on/publish-input';
import type { KernelResult, Selected } from '../../../lib/job/handed-on/results';
import { foldersOf, made } from '../../../lib/job/layout';
import { verifyMirror } from '../../../lib/operations/verify';
import { changeView } from '../../../lib/publication/change-view';
import { readView } from '../../../lib/publication/read-view';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Version } from '../../../lib/simplestreams/types';
import { keepFlavour } from '../../../lib/stages/keep';
import { publish } from '../../../lib/stages/publish';
import { select } from '../../../lib/stages/select';
import { type BuiltRunOptions, jobIn } from '../../fixtures/mirrors/built-run';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { type SmallPress, smallPress } from '../../publication/made/small-press';
import { wrappedStore } from '../../publication/made/wrapped-store';
import { holdRelease, takeBackNewest } from './made-decisions';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const first = '20261120.083000';
const next = '20261124.083000';
const idOf = (kernel: string) => productId(kernelOf('noble', 'amd64', kernel), 'candidate');
const noble = { release: 'noble', source: 'cloud-image', recipe: 'r' } as const;
const newest = { ga: first, hwe: first };
const optional = { kernel: 'hwe', need: 'optional' } as const;

/** The versions of a flavour of noble, by name. */
async function versionsOf(press: SmallPress, kernel: string): Promise<Readonly<Record<string, Version>>> {
  const { documents } = await readView('candidate', press);
  const products = [...documents.values()].flatMap(({ document }) => document.products[idOf(kernel)] ?? []);
  return products[0]?.versions ?? {};
}

/** A view with ga and hwe of one root; five days later there is a new base image. */
async function published(kernels: readonly { kernel: string }[] = [{ kernel: 'ga' }, { kernel: 'hwe' }]) {
  const press = smallPress(signer);
  await press.publish({ ...noble, kernels });
  press.turnClockTo('2026-11-25T08:30:00Z');
  return press;
}

/** A build from the new base image. */
function built(press: SmallPress, run: Partial<BuiltRunOptions> = {}): Promise<PublishInput> {
  const kernels = [{ kernel: 'ga' }, { ...optional, failed: 'BootFailed' }];
  return press.prepare({ ...noble, serial: '20261124', kernels, newest, ...run });
}

/** The same, after the state machine has kept a flavour, and booted what is kept. */
async function keeping(press: SmallPress, input: PublishInput, kernel = 'hwe'): Promise<PublishInput> {
  const kept = await keepFlavour({ keep: { job: input.job, kernel } }, benchOf(press));
  const booted = { gate: 'passed', evidence: 'localhost login:' } as const;
  const result: KernelResult = { outcome: 'kept', kernel, need: 'optional', kept, booted };
  return { ...input, kernels: [...input.kernels.filter((one) => one.kernel !== kernel), result] };
}

/** The work store as Select sees it on AWS: S3 refuses to look for a missing object without the right to list. */
function benchOf({ mirror, work }: SmallPress) {
  const denied = wrappedStore(work, async ({ method, key }, go) => {
    if (method === 'head' || method === 'adopt') throw new MirrorError('AccessDenied', `${method} of ${key}`);
    return go();
  });
  return { mirror, work: denied, scratch: temporaryFolder() };
}

describe('a flavour whose build failed', () => {
  it('takes part with its last kernel and initrd, and the new root', async () => {
    const press = await published();
    const before = (await versionsOf(press, 'hwe'))[first];

    const result = await publish(await keeping(press, await built(press)), press);

    expect(result).toMatchObject({ version: next, leftOut: [], kept: [{ kernel: 'hwe', from: first }] });
    const [ga, hwe] = [(await versionsOf(press, 'ga'))[next], (await versionsOf(press, 'hwe'))[next]];
    expect(hwe?.items.squashfs).toEqual(ga?.items.squashfs);
    expect(hwe?.items['boot-kernel']).toEqual(before?.items['boot-kernel']);
    expect(hwe?.items['boot-initrd']).toEqual(before?.items['boot-initrd']);
    expect(hwe).toMatchObject({ gate: 'passed', kept_from: first, packages: before?.packages, serial: '20261120' });
    expect(hwe).not.toHaveProperty('base_sha256');
    expect(hwe).not.toHaveProperty('provenance');
    expect((await verifyMirror(press.mirror, { scratch: temporaryFolder() })).problems).toEqual([]);
  });

  it('is kept once, and named after the version that it was built in, however often it fails', async () => {
    const press = await published();
    await publish(await keeping(press, await built(press)), press);
    const seen = { newest: { ga: next, hwe: next } };

    expect(await publish(await keeping(press, await built(press, seen)), press)).toMatchObject({ version: null });
    press.turnClockTo('2026-11-28T08:30:00Z');
    const later = await built(press, { ...seen, serial: '20261127' });
    expect(await publish(await keeping(press, later), press)).toMatchObject({
      version: '20261127.083000',
      kept: [{ kernel: 'hwe', from: first }],
    });
  });

  it('gets copies of its kernel and initrd where its last version only waits: that may never be offered', async () => {
    const press = await published();
    await holdRelease(press, { release: 'noble' });
    const newer = [
      { kernel: 'ga', version: '6.8.0-51' },
      { kernel: 'hwe', version: '6.8.0-51' },
    ];
    await publish(await built(press, { kernels: newer }), press);
    press.turnClockTo('2026-11-28T08:30:00Z');
    const seen = { newest: { ga: next, hwe: next }, serial: '20261127' };

    const result = await publish(await keeping(press, await built(press, seen)), press);

    const last = '20261127.083000';
    expect(result).toMatchObject({ version: null, kept: [{ kernel: 'hwe', from: next }], held: { pending: 2 } });
    const { shelf } = await readView('candidate', press);
    const [old, made] = [next, last].map((name) => shelf.products[idOf('hwe')]?.versions[name]?.version.items);
    for (const item of ['boot-kernel', 'boot-initrd']) {
      const path = `noble/amd64/${last}/hwe-24.04/generic/${item}`;
      expect(made?.[item]).toEqual({ ...old?.[item], path });
    }
    expect((await verifyMirror(press.mirror, { scratch: temporaryFolder() })).problems).toEqual([]);
  });

  it('is left out where it was never published', async () => {
    const press = await published([{ kernel: 'ga' }]);
    const result = await publish(await built(press, { newest: { ga: first } }), press);
    expect(result).toMatchObject({ version: next, leftOut: ['hwe'], kept: [] });
  });

  it('is left out where its last version has the root of the others anyway', async () => {
    const press = await published();
    const kernels = [
      { kernel: 'ga', version: '6.8.0-51' },
      { ...optional, failed: 'BootFailed' },
    ];
    const result = await publish(await built(press, { serial: '20261120', kernels }), press);
    expect(result).toMatchObject({ version: '20261120.083001', leftOut: ['hwe'] });
  });

  it('refuses the architecture where its last kernel does not boot with the new root', async () => {
    const press = await published();
    const keys = await press.keys();
    await expect(publish(await built(press), press)).rejects.toMatchObject({
      name: 'RequiredKernelFailed',
      message: 'nothing was published: hwe failed, and its last kernel does not boot with the new root',
      hint: 'the first error was BootFailed; see its log',
    });
    expect(await press.keys()).toEqual(keys);
  });

  it('refuses the architecture where all its versions are withdrawn, and says so', async () => {
    const press = await published();
    await takeBackNewest(press, { only: [idOf('hwe')], markOnly: true });
    const input = await built(press);
    await expect(keepFlavour({ keep: { job: input.job, kernel: 'hwe' } }, benchOf(press))).rejects.toMatchObject({
      name: 'Withdrawn',
      message: 'candidate has no version of hwe that could be kept: all are withdrawn',
    });
    const failedBy = (name: string) =>
      input.kernels.map((one) => (one.outcome === 'failed' ? { ...one, error: { Error: name, Cause: '' } } : one));
    await expect(publish({ ...input, kernels: failedBy('Withdrawn') }, press)).rejects.toMatchObject({
      name: 'RequiredKernelFailed',
      message: 'nothing was published: all versions of hwe are withdrawn, so none can be kept with the new root',
      hint: expect.stringContaining('each of them: maas-mirror remove candidate noble VERSION --flavour hwe'),
    });
    await expect(publish({ ...input, kernels: failedBy('NoSuchVersion') }, press)).rejects.toMatchObject({
      message: 'nothing was published: hwe failed, and its last kernel does not boot with the new root',
    });
  });

  it('refuses the architecture where nothing but it was to be built', async () => {
    const press = await published();
    const input = await built(press, { kernels: [{ ...optional, failed: 'BootFailed' }] });
    await expect(publish(await keeping(press, input), press)).rejects.toMatchObject({ name: 'RequiredKernelFailed' });
  });

  it('refuses the architecture where the files that booted are not those of any of its versions', async () => {
    const press = await published();
    const input = await keeping(press, await built(press));
    const kernels = input.kernels.map((one) => {
      if (one.outcome !== 'kept') return one;
      const result = { ...one.kept.result, kernel: { sha256: 'ab'.repeat(32), size: 1 } };
      return { ...one, kept: { ...one.kept, result } };
    });
    await expect(publish({ ...input, kernels }, press)).rejects.toMatchObject({ name: 'RequiredKernelFailed' });
  });
});

it('a flavour that was withdrawn while it was built keeps its sisters back, where it would stay behind', async () => {
  const press = await published();
  const input = await built(press, { kernels: [{ kernel: 'ga' }, { kernel: 'hwe' }] });
  await takeBackNewest(press, { only: [idOf('hwe')], kernelOnly: true, markOnly: true });
  const before = await press.keys();

  expect(await publish(input, press)).toMatchObject({
    ...{ version: null, products: [] },
    withdrawn: [
      { kernel: 'hwe', said: 'withdrawn: same kernel as 20261120.083000 (NIC driver lost)' },
      { kernel: 'ga', said: 'left out: hwe is withdrawn, and all flavours must have one root' },
    ],
  });
  expect(await versionsOf(press, 'ga')).toHaveProperty([first]);
  expect(await press.keys()).toEqual(before);
});

describe('what is kept', () => {
  it('is copied to where its build would have stored it, from the newest version that is not withdrawn', async () => {
    const press = await published();
    const kernels = [{ kernel: 'ga' }, { kernel: 'hwe', version: '6.8.0-51' }];
    const input = await built(press, { kernels });
    await publish(input, press);
    expect(
      (await keepFlavour({ keep: { job: (await built(press)).job, kernel: 'hwe' } }, benchOf(press))).result.version,
    ).toBe(next);
    await takeBackNewest(press, { only: [idOf('hwe')], markOnly: true });

    const later = await built(press);
    const { build, result } = await keepFlavour({ keep: { job: later.job, kernel: 'hwe' } }, benchOf(press));

    expect(result.version).toBe(first);
    const { extracted } = foldersOf({ ...jobIn(later), kernel: 'hwe', extracted: build });
    const copy = await press.work.head(made.kernel(extracted));
    expect(copy).toMatchObject(result.kernel);
  });

  it('refuses a flavour that has no version', async () => {
    const press = await published([{ kernel: 'ga' }]);
    const { job } = await built(press);
    await expect(keepFlavour({ keep: { job, kernel: 'hwe' } }, benchOf(press))).rejects.toMatchObject({
      name: 'NoSuchVersion',
      message: 'candidate has no version of hwe that could be kept',
    });
  });
});

describe('Select, for flavours that must have one root,', () => {
  /** What Select makes of a run, of which these flavours are wanted and their packages are new. */
  async function selected(press: SmallPress, run: Partial<BuiltRunOptions> = {}): Promise<Selected> {
    const { job, fetched, root, prepared, selected: wanted } = await built(press, run);
    const kernels = wanted.flavours.map(({ kernel, imagePackage, imageVersion, packages }) => {
      return { outcome: 'resolved' as const, kernel, imagePackage, imageVersion, packages };
    });
    const input: SelectInput = {
      job,
      kernels: wanted.flavours.map(({ kernel, need }) => ({ kernel, need })),
      fetched,
      root,
      prepared: { ...prepared, result: { ...prepared.result, kernels } },
    };
    return select(input, press);
  }

  it('keeps an optional one if its build fails and it would stay behind, and fails with a required one', async () => {
    const press = await published();
    expect((await selected(press, { kernels: [{ kernel: 'ga' }, optional] })).build).toEqual([
      { kernel: 'ga', need: 'required', how: 'build' },
      { kernel: 'hwe', need: 'optional', how: 'build or keep' },
    ]);
  });

  it('keeps nothing of one that was never published, nor of one that has the root already', async () => {
    const bare = await published([{ kernel: 'ga' }]);
    const kernels = [
      { kernel: 'ga', version: '6.8.0-51' },
      { ...optional, version: '6.8.0-51' },
    ];
    expect((await selected(bare, { kernels })).build.map(({ how }) => how)).toEqual(['build', 'build']);
    const same = await selected(await published(), { serial: '20261120', kernels });
    expect(same.build.map(({ how }) => how)).toEqual(['build', 'build']);
  });

  it('keeps a published one that was not ordered, and gives it the new root', async () => {
    const press = await published();
    const { build, flavours } = await selected(press, { kernels: [{ kernel: 'ga' }] });
    expect(build).toEqual([
      { kernel: 'ga', need: 'required', how: 'build' },
      { kernel: 'hwe', need: 'optional', how: 'keep' },
    ]);
    expect(flavours[1]).toMatchObject({ kernel: 'hwe', builtAs: 'hwe', newest: first });
  });

  it('keeps one that is withdrawn as it would be built', async () => {
    const press = await published();
    press.turnClockTo('2026-11-25T08:30:00Z');
    await press.publish({ ...noble, serial: '20261124', kernels: [{ kernel: 'ga' }, { kernel: 'hwe' }], newest });
    await takeBackNewest(press);
    const kernels = [{ kernel: 'ga', version: '6.8.0-52' }, optional];

    const { build, withdrawn } = await selected(press, { kernels });

    expect(withdrawn.map(({ kernel }) => kernel)).toEqual(['hwe']);
    expect(build).toEqual([
      { kernel: 'ga', need: 'required', how: 'build' },
      { kernel: 'hwe', need: 'optional', how: 'keep' },
    ]);
  });

  it('keeps nothing where nothing is built', async () => {
    const press = await published();
    const same = { serial: '20261120', kernels: [{ kernel: 'ga' }] };
    expect((await selected(press, same)).build).toEqual([]);
  });

  it('refuses to leave one behind that the catalogue does not know', async () => {
    const press = await published();
    const unknown = idOf('hwe').replace('hwe-24.04', 'hwe-24.04-odd');
    await changeView(
      'candidate',
      ({ documents }) => {
        const renamed = [...documents].map(([id, document]) => {
          const { [idOf('hwe')]: hwe, ...others } = document.products;
          return [
            id,
            { ...document, products: { ...others, ...(hwe && { [unknown]: { ...hwe, kflavor: 'odd' } }) } },
          ] as const;
        });
        return { documents: new Map(renamed), note: { what: 'publish' } };
      },
      press,
    );
    await expect(selected(press, { kernels: [{ kernel: 'ga' }] })).rejects.toMatchObject({
      name: 'UnknownKernel',
      message: `${unknown} is published with another root and cannot be booted here`,
    });
  });
});
