import { beforeAll, describe, expect, it } from 'vitest';
import type { SelectInput } from '../../lib/job/plan';
import type { ResolvedKernel } from '../../lib/job/results';
import type { Signer } from '../../lib/simplestreams/signer';
import { select } from '../../lib/stages/select';
import { makeBuiltRun } from '../fixtures/built-run';
import { smallSigner } from '../fixtures/small-mirror';
import { type SmallPress, smallPress } from './small-press';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

type Wanted = Readonly<Record<string, 'required' | 'optional'>>;

/** What Prepare found, given as `flavour: version`, or as `flavour: undefined` where the archive has no such kernel. */
async function inputOf(press: SmallPress, found: Readonly<Record<string, string | undefined>>, wanted: Wanted = {}) {
  const { job, fetched, prepared } = await makeBuiltRun(press.work, { execution: `look-${Math.random()}` });
  const kernels = Object.entries(found).map(([kernel, version]): ResolvedKernel => {
    if (version === undefined) return { outcome: 'missing', kernel, error: 'NoSuchPackage', message: 'no package x' };
    const [imageVersion = '', packages = `linux-image-6.1.0-40-${kernel} ${version}`] = version.split(' as ');
    return { outcome: 'resolved', kernel, imagePackage: `linux-image-6.1.0-40-${kernel}`, imageVersion, packages };
  });
  return {
    job,
    kernels: Object.keys(found).map((kernel) => ({ kernel, need: wanted[kernel] ?? ('required' as const) })),
    fetched,
    prepared: { ...prepared, kernels },
  } satisfies SelectInput;
}

describe('select', () => {
  it('builds everything where nothing is published', async () => {
    const press = smallPress(signer);
    const selected = await select(await inputOf(press, { generic: '6.1.153-1', cloud: '6.1.153-1' }), press);

    expect(selected.build).toEqual([
      { kernel: 'generic', need: 'required' },
      { kernel: 'cloud', need: 'required' },
    ]);
  });

  it('builds only what has other packages than its newest version, and keeps the others for their fields', async () => {
    const press = smallPress(signer);
    await press.publish();
    const input = await inputOf(press, { generic: '6.1.158-1', cloud: '6.1.153-1', rt: '6.1.153-1' });
    const selected = await select(input, press);

    expect(selected.build.map(({ kernel }) => kernel)).toEqual(['generic', 'rt']);
    expect(selected.flavours.map(({ kernel, builtAs }) => `${kernel} ${builtAs}`)).toEqual([
      'generic generic',
      'cloud ',
      'rt rt',
    ]);
  });

  it('builds what a rebuild is ordered of', async () => {
    const press = smallPress(signer);
    await press.publish();
    const input = await inputOf(press, { generic: '6.1.153-1' });
    const selected = await select({ ...input, job: { ...input.job, rebuild: 'true' } }, press);

    expect(selected.build.map(({ kernel }) => kernel)).toEqual(['generic']);
  });

  it('builds flavours that resolve to the same packages once, as required as any of them', async () => {
    const press = smallPress(signer);
    const found = { generic: '1 as same', cloud: '1 as same', rt: '2 as other' };
    const wanted = { generic: 'optional', cloud: 'required', rt: 'optional' } as const;
    const selected = await select(await inputOf(press, found, wanted), press);

    expect(selected.build).toEqual([
      { kernel: 'generic', need: 'required' },
      { kernel: 'rt', need: 'optional' },
    ]);
    expect(selected.flavours.map(({ kernel, builtAs }) => `${kernel} ${builtAs}`)).toEqual([
      'generic generic',
      'cloud generic',
      'rt rt',
    ]);
  });

  it('goes on without an optional flavour that the archive does not have, and says so', async () => {
    const press = smallPress(signer);
    const input = await inputOf(press, { generic: '1', rt: undefined }, { rt: 'optional' });
    const selected = await select(input, press);

    expect(selected.build.map(({ kernel }) => kernel)).toEqual(['generic']);
    expect(selected.missing).toEqual([{ kernel: 'rt', message: 'no package x' }]);
  });

  it('refuses to build anything where the archive lacks a required flavour', async () => {
    const press = smallPress(signer);
    const input = await inputOf(press, { generic: '1', rt: undefined });

    await expect(select(input, press)).rejects.toMatchObject({ name: 'NoSuchPackage', message: 'rt: no package x' });
  });
});
