import { beforeAll, describe, expect, it } from 'vitest';
import type { SelectInput } from '../../lib/job/handed-on/publish-input';
import type { ResolvedKernel } from '../../lib/job/handed-on/results';
import { sha256Of } from '../../lib/sha256';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { select } from '../../lib/stages/select';
import { type BuiltRunOptions, makeBuiltRun } from '../fixtures/mirrors/built-run';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { type SmallPress, smallPress } from '../publication/made/small-press';
import '../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

type Wanted = Readonly<Record<string, 'required' | 'optional'>>;

/** What Prepare found, given as `flavour: version`, or as `flavour: undefined` where the archive has no such kernel. */
async function inputOf(
  press: SmallPress,
  found: Readonly<Record<string, string | undefined>>,
  wanted: Wanted = {},
  run: Partial<BuiltRunOptions> = {},
) {
  const { job, fetched, root, prepared } = await makeBuiltRun(press.work, {
    execution: `look-${Math.random()}`,
    ...run,
    request: { kernels: { required: Object.keys(found), optional: [] }, ...run.request },
  });
  const kernels = Object.entries(found).map(([kernel, version]): ResolvedKernel => {
    if (version === undefined) return { outcome: 'missing', kernel, error: 'NoSuchPackage', message: 'no package x' };
    const [imageVersion = '', as = `linux-image-6.1.0-40-${kernel} ${version}`] = version.split(' as ');
    const packages = sha256Of(as);
    return { outcome: 'resolved', kernel, imagePackage: `linux-image-6.1.0-40-${kernel}`, imageVersion, packages };
  });
  return {
    job,
    kernels: Object.keys(found).map((kernel) => ({ kernel, need: wanted[kernel] ?? ('required' as const) })),
    fetched,
    root,
    prepared: { ...prepared, result: { ...prepared.result, kernels } },
  } satisfies SelectInput;
}

describe('select', () => {
  it('builds everything where nothing is published', async () => {
    const press = smallPress(signer);
    const selected = await select(await inputOf(press, { generic: '6.1.153-1', cloud: '6.1.153-1' }), press);

    expect(selected.build).toEqual([
      { kernel: 'generic', need: 'required', how: 'build' },
      { kernel: 'cloud', need: 'required', how: 'build' },
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
      { kernel: 'generic', need: 'required', how: 'build' },
      { kernel: 'rt', need: 'optional', how: 'build' },
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

    await expect(select(input, press)).rejects.toMatchObject({
      ...{ name: 'NoSuchPackage', message: 'rt: no package x' },
      hint: 'nothing was built for this architecture; to build without this flavour, make it optional (--optional-kernel)',
    });
  });
});

describe('a base that is older than what is published', () => {
  const later = { kernels: [{ kernel: 'generic' }], serial: '20261121' };

  /** Chooses for a base of that serial where generic was published from 20261121, and cloud from 20261119. */
  async function selectFrom(serial: string, run: Partial<BuiltRunOptions> = {}, kernels = ['generic']) {
    const press = smallPress(signer);
    press.turnClockTo('2026-11-22T08:30:00Z');
    await press.publish({ kernels: [{ kernel: 'cloud' }], serial: '20261119' });
    await press.publish(later);
    const found = Object.fromEntries(kernels.map((kernel) => [kernel, '6.1.160-1']));
    return select(await inputOf(press, found, {}, { source: 'cloud-image', serial, ...run }), press);
  }

  it.each(['cloud-image', 'bootstrap'] as const)('is not ready where it comes from a source: %s', async (source) => {
    await expect(selectFrom('20261120', { source })).rejects.toMatchObject({
      name: 'NotReady',
      message: 'the newest image available is 20261120, but generic was published from 20261121',
    });
  });

  it('is known by any of the ordered flavours, and by no other', async () => {
    await expect(selectFrom('20261120', {}, ['cloud', 'generic'])).rejects.toMatchObject({ name: 'NotReady' });
    expect((await selectFrom('20261120', {}, ['cloud', 'rt'])).build.map(({ kernel }) => kernel)).toEqual([
      'cloud',
      'rt',
    ]);
  });

  it.each([
    'is as new as that: 20261121',
    'is a re-spin of it: 20261121.1',
    'is newer: 20261122',
  ])('is built where it %s', async (words) => {
    const { build } = await selectFrom(words.split(': ')[1] ?? '');
    expect(build).toHaveLength(1);
  });

  it('is built where its serial was asked for, and where it was given', async () => {
    expect((await selectFrom('20261120', { request: { serial: '20261120' } })).build).toHaveLength(1);
    expect((await selectFrom('20261120', { source: 'given' })).build).toHaveLength(1);
  });

  it('is measured by the newest version, which may have gone back on purpose', async () => {
    const press = smallPress(signer);
    await press.publish(later);
    await press.publish({ ...later, serial: '20261110', rebuild: true });
    const found = { generic: '6.1.160-1' };
    const from = async (serial: string) =>
      select(await inputOf(press, found, {}, { source: 'cloud-image', serial }), press);

    expect((await from('20261120')).build).toHaveLength(1);
    await expect(from('20261109')).rejects.toMatchObject({ name: 'NotReady' });
  });

  it('is told how to go back on purpose, which Debian has no serials for', async () => {
    const hintOf = (source: BuiltRunOptions['source']) =>
      selectFrom('20261120', source && { source }).catch(({ hint }: { hint: string }) => hint);
    const behind = 'the source is behind: run the build again later';
    expect(await hintOf('cloud-image')).toBe(`${behind}. To use an older image on purpose, give its serial (--serial)`);
    expect(await hintOf('bootstrap')).toBe(`${behind}, or use another archive (--archive)`);
    expect(await hintOf('bootstrap')).not.toMatch(/--serial/);
  });
});
