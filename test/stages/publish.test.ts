import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { kernelOf } from '../../lib/catalog/kernels';
import { productId } from '../../lib/catalog/products';
import { foldersOf, mirror as layout, made } from '../../lib/job/layout';
import { toolVersion } from '../../lib/job/tool';
import { verifyMirror } from '../../lib/operations/verify';
import { changeView } from '../../lib/publication/change-view';
import type { Change } from '../../lib/publication/state/view-content';
import { sha256Of } from '../../lib/sha256';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import type { Product, Products, Version } from '../../lib/simplestreams/types';
import { publish } from '../../lib/stages/publish';
import { measureBytes } from '../../lib/store/digest';
import { jobIn, makeBuiltRun } from '../fixtures/mirrors/built-run';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { type SmallPress, smallPress } from '../publication/made/small-press';
import '../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const index = layout.index('candidate');
const newer = [{ kernel: 'generic', version: '6.1.158-1' }, { kernel: 'cloud' }];
const ids = (...kernels: string[]) =>
  kernels.map((name) => productId(kernelOf('bookworm', 'amd64', name), 'candidate'));

/** Takes the newest version of the plain flavour out of the documents, as a rollback does. */
const withoutNewest: Change = ({ documents }) => {
  const [generic = ''] = ids('generic');
  const taken = [...documents].map(([id, { products, ...document }]) => {
    const { versions, ...fields } = products[generic] as Product;
    const [newest] = Object.keys(versions).sort().reverse();
    const left = Object.entries(versions).filter(([name]) => name !== newest);
    return [
      id,
      { ...document, products: { ...products, [generic]: { ...fields, versions: Object.fromEntries(left) } } },
    ];
  });
  return { documents: new Map(taken as [string, Products][]), note: { what: 'rollback' } };
};

describe('publish', () => {
  it('names the first build of an image by its serial and the time, and claims that folder for its execution', async () => {
    const press = smallPress(signer);

    const published = await press.publish({ execution: 'bookworm-1' });

    expect(published).toEqual({
      architecture: 'amd64',
      version: '20261120.083000',
      overtaken: [],
      products: ids('generic', 'cloud'),
      leftOut: [],
      kept: [],
      withdrawn: [],
      followed: [],
    });
    expect(await press.versionsOf('generic')).toEqual(['20261120.083000']);
    const claim = await press.bytes('pool/bookworm/amd64/20261120.083000/claim.json');
    expect(JSON.parse(`${claim}`)).toEqual({ execution: 'bookworm-1' });
  });

  it('gives a mirror in which nothing is wrong, by every rule and digest', async () => {
    const press = smallPress(signer);
    await press.publish();
    await press.publish({ kernels: newer });
    await press.publish({ view: 'stable' });

    const report = await verifyMirror(press.mirror, { scratch: temporaryFolder() });

    expect(report.problems).toEqual([]);
    expect(report.views.map(({ view, versions }) => `${view} ${versions}`)).toEqual(['candidate 3', 'stable 2']);
  });

  it('says in a version what went in, how it was tested and when it was built, whatever its serial is', async () => {
    const press = smallPress(signer);
    press.turnClockTo('2026-11-25T09:30:00Z');
    const input = await makeBuiltRun(press.work, { execution: 'run', recipe: 'recipe-1' });
    await publish(input, press);

    const { items, provenance, provenance_sha256, provenance_size, ...facts } = (await press.version(
      'generic',
      '20261120.093000',
    )) as Version;

    expect(facts).toEqual({
      base_sha256: input.fetched.result.squashfs.sha256,
      built: '2026-11-25T09:30:00Z',
      gate: 'passed',
      image_package: 'linux-image-6.1.0-40-generic',
      image_version: '6.1.153-1',
      kernel_version: '6.1.0-40-generic',
      packages: sha256Of('linux-image-6.1.0-40-generic 6.1.153-1'),
      recipe: 'recipe-1',
      serial: '20261120',
    });
    expect(items['boot-kernel']).toMatchObject({
      kpackage: 'linux-image-amd64',
      path: 'bookworm/amd64/20261120.093000/generic/generic/boot-kernel',
    });
  });

  it('tells beside each kernel where its version comes from, in a statement that equal builds share', async () => {
    const statements = await Promise.all(
      ['one', 'two'].map(async (execution) => {
        const press = smallPress(signer);
        await press.publish({ execution, recipe: 'recipe-1' });
        const {
          provenance = '',
          provenance_sha256,
          provenance_size,
        } = (await press.version('cloud', '20261120.083000')) as Version;
        const bytes = (await press.bytes(`pool/${provenance}`)) ?? Buffer.alloc(0);
        expect({ provenance, ...measureBytes(bytes) }).toEqual({
          provenance: 'bookworm/amd64/20261120.083000/generic-cloud/generic/provenance.json',
          sha256: provenance_sha256,
          size: Number(provenance_size),
        });
        return bytes.toString();
      }),
    );

    expect(statements[0]).toBe(statements[1]);
    expect(JSON.parse(statements[0] ?? '')).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://slsa.dev/provenance/v1',
      subject: expect.arrayContaining([
        {
          name: 'bookworm/amd64/20261120.083000/squashfs',
          digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        },
      ]),
      predicate: {
        buildDefinition: {
          externalParameters: { release: 'bookworm', architecture: 'amd64', kernel: 'cloud' },
          internalParameters: { recipe: 'recipe-1' },
          resolvedDependencies: [{ name: 'base image', uri: '/images/base.squashfs' }],
        },
        runDetails: { builder: { version: { 'cdk-maas-mirror': toolVersion } } },
      },
    });
  });

  it('takes no version for what is published already, and leaves the index as it is', async () => {
    const press = smallPress(signer);
    await press.publish();
    const [before, keys] = [await press.bytes(index), await press.keys()];

    press.turnClockTo('2026-11-21T08:30:00Z');
    expect(await press.publish()).toMatchObject({ version: null, products: [], leftOut: [] });

    expect(await press.bytes(index)).toEqual(before);
    expect(await press.keys()).toEqual(keys);
  });

  it('renews what a product says of its inputs where nothing new came of them', async () => {
    const press = smallPress(signer);
    await press.publish({ planned: 'first' });
    const before = await press.version('generic', '20261120.083000');

    expect(await press.publish({ planned: 'second' })).toMatchObject({ version: null });

    expect(await press.versionsOf('generic')).toEqual(['20261120.083000']);
    expect(await press.version('generic', '20261120.083000')).toEqual(before);
    const { job } = await makeBuiltRun(press.work, { execution: 'check-for-updates', planned: 'second' });
    expect(await inputsIn(press)).toEqual([job.inputs, job.inputs]);
  });

  it('says nothing of the inputs where the build went by others than were planned', async () => {
    const press = smallPress(signer);
    await press.publish({ planned: 'first' });
    await press.publish({ planned: 'second', went: 'first' });
    expect(await inputsIn(press)).toEqual([undefined, undefined]);
  });

  it('passes over what another build has overtaken since it looked, and says so', async () => {
    const press = smallPress(signer);
    await press.publish();
    const newest = { generic: '20261120.083000', cloud: '20261120.083000' };
    await press.publish({ kernels: [{ kernel: 'generic', version: '6.1.170-1' }] });

    const late = {
      kernels: [
        { kernel: 'generic', version: '6.1.160-1' },
        { kernel: 'cloud', version: '6.1.160-1' },
      ],
    };
    const published = await press.publish({ ...late, newest });

    expect(published).toMatchObject({ overtaken: ['generic'], products: [expect.stringMatching(/generic-cloud$/)] });
    expect(await press.versionsOf('generic')).toHaveLength(2);
    expect(await press.versionsOf('cloud')).toHaveLength(2);
    expect(await press.publish({ ...late, newest, rebuild: true })).toMatchObject({ overtaken: [] });
    expect(await press.versionsOf('generic')).toHaveLength(3);
  });

  it('publishes again what has not booted yet, where it has to', async () => {
    const press = smallPress(signer);
    await press.publish({ gate: 'waived', bootTest: false });
    expect(await press.publish({ gate: 'waived', bootTest: false })).toMatchObject({ version: null });
    expect(await press.publish()).toMatchObject({ version: expect.stringMatching(/^20261120\.\d+$/) });
    expect(await press.publish({ gate: 'waived', bootTest: false })).toMatchObject({ version: null });
  });

  it('names a build with a newer kernel by its own time, and leaves other flavours alone', async () => {
    const press = smallPress(signer);
    await press.publish();

    const published = await press.publish({ kernels: newer });

    expect(published).toMatchObject({ version: '20261120.083001', products: ids('generic') });
    expect(await press.versionsOf('generic')).toEqual(['20261120.083000', '20261120.083001']);
    expect(await press.versionsOf('cloud')).toEqual(['20261120.083000']);
  });

  it('takes a later image’s serial', async () => {
    const press = smallPress(signer);
    await press.publish();
    press.turnClockTo('2026-11-25T08:30:00Z');

    expect(await press.publish({ serial: '20261124' })).toMatchObject({ version: '20261124.083000' });

    expect(await press.versionsOf('cloud')).toEqual(['20261120.083000', '20261124.083000']);
  });

  it('takes the serial of a re-spin that sorts above the build of that morning', async () => {
    const press = smallPress(signer);
    await press.publish();
    await press.publish({ kernels: newer });

    const published = await press.publish({ serial: '20261120.1', kernels: newer });

    expect(published).toMatchObject({ version: '20261120.1.083000', products: ids('generic', 'cloud') });
    expect(await press.versionsOf('generic')).toEqual(['20261120.083000', '20261120.083001', '20261120.1.083000']);
  });

  it('names a re-spin by the serial that is there where its own sorts below the build of that evening', async () => {
    const press = smallPress(signer);
    await press.publish();
    press.turnClockTo('2026-11-20T23:10:00Z');
    await press.publish({ kernels: newer });
    press.turnClockTo('2026-11-20T23:50:00Z');

    expect(await press.publish({ serial: '20261120.1' })).toMatchObject({ version: '20261120.235000' });
  });

  it('names a build above the highest name that the view ever had, also if it was taken back', async () => {
    const press = smallPress(signer);
    await press.publish();
    press.turnClockTo('2026-11-20T09:30:00Z');
    await press.publish({ kernels: newer });
    await changeView('candidate', withoutNewest, press);
    expect(await press.versionsOf('generic')).toEqual(['20261120.083000']);
    press.turnClockTo('2026-11-20T09:15:00Z');

    expect(await press.publish({ recipe: 'other' })).toMatchObject({ version: '20261120.093000.091500' });
  });

  it('publishes an equal build again where a rebuild is ordered', async () => {
    const press = smallPress(signer);
    await press.publish();

    expect(await press.publish({ rebuild: true })).toMatchObject({
      version: '20261120.083001',
      products: ids('generic', 'cloud'),
    });
  });

  it('publishes a rebuild once, though it is tried again after it could not say so', async () => {
    const press = smallPress(signer);
    await press.publish();
    const redriven = {
      execution: 'redriven',
      rebuild: true,
      newest: { generic: '20261120.083000', cloud: '20261120.083000' },
    };
    await press.publish(redriven);
    press.turnClockTo('2026-11-20T09:30:00Z');

    expect(await press.publish(redriven)).toMatchObject({ version: null });

    expect(await press.versionsOf('generic')).toEqual(['20261120.083000', '20261120.083001']);
    expect(await press.publish({ rebuild: true })).toMatchObject({ version: '20261120.093000' });
  });

  it('names a flavour that is added later by its time, and leaves the others theirs', async () => {
    const press = smallPress(signer);
    await press.publish({ kernels: [{ kernel: 'generic' }] });

    expect(await press.publish()).toMatchObject({ version: '20261120.083001', products: ids('cloud') });

    expect(await press.versionsOf('generic')).toEqual(['20261120.083000']);
    expect(await press.versionsOf('cloud')).toEqual(['20261120.083001']);
  });

  it('counts another recipe as news', async () => {
    const press = smallPress(signer);
    await press.publish({ recipe: 'one' });
    expect(await press.publish({ recipe: 'two' })).toMatchObject({ version: '20261120.083001' });
  });

  it('never uses a folder that an execution claimed before it died', async () => {
    const press = smallPress(signer);
    await press.mirror.create('pool/bookworm/amd64/20261120.083000/claim.json', Buffer.from('{"execution":"dead"}\n'));
    await press.mirror.create('pool/bookworm/amd64/20261120.083000/squashfs', Buffer.from('half of an image'));

    expect(await press.publish()).toMatchObject({ version: '20261120.083001' });

    expect(`${await press.bytes('pool/bookworm/amd64/20261120.083000/squashfs')}`).toBe('half of an image');
  });

  it('goes on in its own folder where it is started again after a crash', async () => {
    const press = smallPress(signer);
    await press.mirror.create('pool/bookworm/amd64/20261120.083000/claim.json', Buffer.from('{"execution":"again"}\n'));
    expect(await press.publish({ execution: 'again' })).toMatchObject({ version: '20261120.083000' });
  });

  it('takes another name where its own folder holds other bytes, of builds that a redrive has made again', async () => {
    const press = smallPress(signer);
    await press.mirror.create('pool/bookworm/amd64/20261120.083000/claim.json', Buffer.from('{"execution":"again"}\n'));
    await press.mirror.create('pool/bookworm/amd64/20261120.083000/squashfs', Buffer.from('of the first attempt'));

    expect(await press.publish({ execution: 'again' })).toMatchObject({ version: '20261120.083001' });

    expect(`${await press.bytes('pool/bookworm/amd64/20261120.083000/squashfs')}`).toBe('of the first attempt');
  });

  it('shares the pool between views, and never a version folder', async () => {
    const press = smallPress(signer);
    await press.publish();
    await press.publish({ view: 'stable' });

    expect(await press.versionsOf('generic', 'candidate')).toEqual(['20261120.083000']);
    expect(await press.versionsOf('generic', 'stable')).toEqual(['20261120.083001']);
  });

  it('keeps the other architectures and releases of a view', async () => {
    const press = smallPress(signer);
    await press.publish();
    await press.publish({ architecture: 'arm64' });
    await press.publish({ release: 'noble', kernels: [{ kernel: 'ga' }] });

    expect(Object.keys((await press.document())?.products ?? {})).toHaveLength(4);
    const { views } = await verifyMirror(press.mirror, { scratch: temporaryFolder() });
    expect(views).toMatchObject([{ view: 'candidate', products: 5 }]);
  });

  it('leaves out an optional flavour that failed, and says so', async () => {
    const press = smallPress(signer);
    const rt = { kernel: 'rt', need: 'optional', failed: 'BootFailed' } as const;

    const published = await press.publish({ kernels: [{ kernel: 'generic' }, rt] });

    expect(published).toMatchObject({ version: '20261120.083000', products: ids('generic'), leftOut: ['rt'] });
    expect(await press.versionsOf('rt')).toEqual([]);
  });
});

describe('publish, with nothing published,', () => {
  it('refuses an architecture whose required flavour failed', async () => {
    const press = smallPress(signer);
    const kernels = [{ kernel: 'generic' }, { kernel: 'cloud', need: 'required', failed: 'BootFailed' } as const];

    await expect(press.publish({ kernels })).rejects.toMatchObject({
      name: 'RequiredKernelFailed',
      message: 'nothing was published, because these kernels failed: cloud',
      hint: 'the first error was BootFailed; see its log',
    });
    expect(await press.keys()).toEqual([]);
  });

  it('refuses an architecture without any flavour, though all were optional', async () => {
    const press = smallPress(signer);
    const kernels = [{ kernel: 'cloud', need: 'optional', failed: 'NoKernel' } as const];
    await expect(press.publish({ kernels })).rejects.toMatchObject({ name: 'RequiredKernelFailed' });
    expect(await press.keys()).toEqual([]);
  });

  it('refuses an artefact that is not what its build measured', async () => {
    const press = smallPress(signer);
    const input = await makeBuiltRun(press.work, { execution: 'run' });
    writeFileSync(join(press.work.root, made.squashfs(foldersOf(jobIn(input)).base)), 'something else');

    await expect(publish(input, press)).rejects.toMatchObject({ name: 'ChecksumMismatch' });
    expect(await press.bytes(index)).toBeUndefined();
  });

  it('refuses whatever of a run was changed after its build, by whomever, and moves no index', async () => {
    const press = smallPress(signer);
    const input = await makeBuiltRun(press.work, { execution: 'run' });
    const { base, prepared } = foldersOf(jobIn(input));
    const boot = input.kernels.flatMap(({ kernel }) => {
      const { extracted } = foldersOf({ ...jobIn(input), kernel });
      return [made.kernel(extracted), made.initrd(extracted)];
    });
    for (const key of [made.squashfs(base), made.manifest(base), made.materials(prepared), ...boot]) {
      const file = join(press.work.root, key);
      const bytes = readFileSync(file);
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(changed.length - 2) ^ 1, changed.length - 2);
      writeFileSync(file, changed);

      await expect(publish(input, press), key).rejects.toMatchObject({ name: 'ChecksumMismatch' });
      writeFileSync(file, bytes);
    }
    expect(await press.bytes(index)).toBeUndefined();
    expect(await publish(input, press)).toMatchObject({ products: expect.anything() });
  });

  it('refuses to publish into a view whose index was changed', async () => {
    const press = smallPress(signer);
    await press.publish();
    const path = join(press.mirror.root, index);
    appendFileSync(path, '\n');
    const [changed, keys] = [readFileSync(path), await press.keys()];

    await expect(press.publish({ kernels: newer })).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringContaining('candidate/streams/v1/index.sjson'),
    });
    expect(readFileSync(path)).toEqual(changed);
    expect(await press.keys()).toEqual(keys);
  });

  it('refuses to sign again a document that was changed', async () => {
    const press = smallPress(signer);
    await press.publish();
    const document = (await press.keys()).find((key) => /[0-9a-f]{64}\.sjson$/.test(key)) ?? '';
    const before = await press.bytes(index);
    appendFileSync(join(press.mirror.root, document), '\n');

    await expect(press.publish({ kernels: newer })).rejects.toMatchObject({
      name: 'ChecksumMismatch',
      message: expect.stringContaining(document),
    });
    expect(await press.bytes(index)).toEqual(before);
  });

  it('refuses a mirror that lost a document', async () => {
    const press = smallPress(signer);
    await press.publish();
    const document = (await press.keys()).find((key) => /[0-9a-f]{64}\.sjson$/.test(key)) ?? '';
    rmSync(join(press.mirror.root, document));

    await expect(press.publish({ kernels: newer })).rejects.toMatchObject({
      name: 'NoSuchObject',
      message: expect.stringContaining(document),
    });
  });

  it.each([layout.keyring, layout.armouredKeyring])('refuses a mirror whose %s was changed', async (key) => {
    const press = smallPress(signer);
    await press.publish();
    const [before, keys] = [await press.bytes(index), await press.keys()];
    appendFileSync(join(press.mirror.root, key), 'x');

    await expect(press.publish({ kernels: newer })).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringContaining(key),
    });
    expect(await press.bytes(index)).toEqual(before);
    expect(await press.keys()).toEqual(keys);
  });

  it('refuses another key than the mirror’s', async () => {
    const press = smallPress(signer);
    await press.publish();
    const other = await smallSigner('somebody else');
    const [before, keys] = [await press.bytes(index), await press.keys()];

    const refused = { name: 'BadSignature', hint: expect.stringContaining('--key') };
    await expect(press.publish({ kernels: newer }, { signer: other })).rejects.toMatchObject(refused);
    await expect(press.publish({ view: 'stable' }, { signer: other })).rejects.toMatchObject(refused);
    expect(await press.bytes(index)).toEqual(before);
    expect(await press.keys()).toEqual(keys);
  });

  it('refuses another key where the keyring is missing, and does not publish that key', async () => {
    const press = smallPress(signer);
    await press.publish();
    await press.mirror.remove(layout.keyring);

    const refused = press.publish({}, { signer: await smallSigner('somebody else') });

    await expect(refused).rejects.toMatchObject({ name: 'BadSignature' });
    expect(await press.bytes(layout.keyring)).toBeUndefined();
  });
});

async function inputsIn(press: SmallPress): Promise<unknown[]> {
  return Object.values((await press.document())?.products ?? {}).map(({ inputs }) => inputs);
}
