import { beforeAll, describe, expect, it } from 'vitest';
import { kernelOf } from '../../../lib/catalog/kernels';
import { productId } from '../../../lib/catalog/products';
import type { SelectInput } from '../../../lib/job/handed-on/publish-input';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { select } from '../../../lib/stages/select';
import type { BuiltRunOptions } from '../../fixtures/mirrors/built-run';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { type SmallPress, smallPress } from '../../publication/made/small-press';
import { takeBackNewest } from './made-decisions';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const bad = [{ kernel: 'generic', version: '6.1.158-1' }, { kernel: 'cloud' }];
const fixed = [{ kernel: 'generic', version: '6.1.160-1' }, { kernel: 'cloud' }];
const genericId = productId(kernelOf('bookworm', 'amd64', 'generic'), 'candidate');
const only = [genericId];
const recipe = 'recipe-1';
const said = 'withdrawn: same inputs as 20261120.083001 (NIC driver lost)';

/** A view whose newest version of the plain flavour was taken back. */
async function takenBack(kernelOnly = false): Promise<SmallPress> {
  const press = smallPress(signer);
  await press.publish({ recipe });
  await press.publish({ recipe, kernels: bad });
  await takeBackNewest(press, { only, kernelOnly });
  expect(await press.versionsOf('generic')).toEqual(['20261120.083000']);
  return press;
}

/** What Prepare resolves for a run, and what Select makes of it. */
async function selected(press: SmallPress, run: Partial<BuiltRunOptions>, changes: Partial<SelectInput['job']> = {}) {
  const { job, fetched, root, prepared, selected: wanted } = await press.prepare({ recipe, ...run });
  const kernels = wanted.flavours.map(({ kernel, imagePackage, imageVersion, packages }) => {
    return { outcome: 'resolved' as const, kernel, imagePackage, imageVersion, packages };
  });
  const input: SelectInput = {
    job: { ...job, ...changes },
    kernels: wanted.flavours.map(({ kernel, need }) => ({ kernel, need })),
    fetched,
    root,
    prepared: { ...prepared, result: { ...prepared.result, kernels } },
  };
  return select(input, press);
}

describe('a build whose result would be what was withdrawn', () => {
  it('builds nothing from the same inputs, and says why', async () => {
    const press = await takenBack();
    expect(await selected(press, { kernels: bad })).toMatchObject({
      build: [],
      withdrawn: [{ kernel: 'generic', said }],
    });
  });

  it('builds nothing of it where a rebuild is ordered, either', async () => {
    const press = await takenBack();
    const { build } = await selected(press, { kernels: bad }, { rebuild: 'true' });
    expect(build.map(({ kernel }) => kernel)).toEqual(['cloud']);
  });

  it('builds from new inputs', async () => {
    const press = await takenBack();
    const { build, withdrawn } = await selected(press, { kernels: fixed });
    expect(build.map(({ kernel }) => kernel)).toEqual(['generic']);
    expect(withdrawn).toEqual([]);
  });

  it('obeys what was withdrawn in another view', async () => {
    const press = smallPress(signer);
    await press.publish({ recipe, view: 'stable', kernels: bad });
    await takeBackNewest(press, { view: 'stable', only: [genericId.replace('candidate', 'stable')] });
    const { withdrawn } = await selected(press, { kernels: bad });
    expect(withdrawn.map(({ kernel }) => kernel)).toEqual(['generic']);
  });

  it('builds no kernel that was withdrawn under any root, also with a new base image', async () => {
    const press = await takenBack(true);
    press.turnClockTo('2026-11-25T08:30:00Z');
    const { build, withdrawn } = await selected(press, { kernels: bad, serial: '20261124' });
    expect(build.map(({ kernel }) => kernel)).toEqual(['cloud']);
    expect(withdrawn).toEqual([
      { kernel: 'generic', said: 'withdrawn: same kernel as 20261120.083001 (NIC driver lost)' },
    ]);
  });
});

describe('publishing what was withdrawn', () => {
  it('leaves it out by its files, and says so; the index stays as it is', async () => {
    const press = await takenBack();
    const before = await press.keys();

    const published = await press.publish({ kernels: bad, recipe: 'another' });

    const files = 'withdrawn: same files as 20261120.083001 (NIC driver lost)';
    expect(published.withdrawn).toEqual([{ kernel: 'generic', said: files }]);
    expect(await press.versionsOf('generic')).toEqual(['20261120.083000']);
    expect((await press.keys()).filter((key) => !before.includes(key) && key.includes('/generic/generic/'))).toEqual(
      [],
    );
  });

  it('leaves it out where another view withdrew it', async () => {
    const press = smallPress(signer);
    await press.publish();
    await press.publish({ view: 'stable', kernels: bad });
    await takeBackNewest(press, { view: 'stable', only: [genericId.replace('candidate', 'stable')] });

    const published = await press.publish({ kernels: bad });

    expect(published).toMatchObject({ version: null, withdrawn: [{ kernel: 'generic' }] });
    expect(await press.versionsOf('generic')).toEqual(['20261120.083000']);
  });

  it('publishes a fix under a name above the one that was taken back', async () => {
    const press = await takenBack();
    expect(await press.publish({ recipe, kernels: fixed })).toMatchObject({
      version: '20261120.083002',
      withdrawn: [],
    });
  });

  it('says what Select said', async () => {
    const press = await takenBack();
    const published = await press.publish({ kernels: [{ kernel: 'cloud' }], withdrawn: ['generic'] });
    expect(published.withdrawn).toEqual([{ kernel: 'generic', said: 'withdrawn: same inputs as 1' }]);
  });
});
