import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { initramfsPackages } from '../../../lib/catalog/boot/initramfs';
import { kernelOf } from '../../../lib/catalog/kernels';
import { releaseOf } from '../../../lib/catalog/releases';
import type { Job } from '../../../lib/job/job';
import { Order } from '../../../lib/job/order';
import { aptInstall } from '../../../lib/machine/apt/apt';
import { imagePackageOf } from '../../../lib/machine/apt/apt-resolve';
import type { AptTree } from '../../../lib/machine/apt/apt-tree';
import { digestOf } from '../../../lib/machine/digest';
import { makeInitramfs, prepareInitramfs } from '../../../lib/machine/initramfs/initramfs';
import { findKernel } from '../../../lib/machine/initramfs/kernel';
import { initramfsChoiceOf } from '../../../lib/stages/layer/initramfs-choice';
import { commonPackages, installCommon } from '../../../lib/stages/layer/packages-of-all-flavours';
import { type Resolution, resolveKernels } from '../../../lib/stages/layer/resolve-kernels';
import { type LookAlike, lookAlike, serveArchive, withPackage } from '../../fixtures/images/look-alike';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { inImage, pocketsAt } from '../../fixtures/trees/in-image';

let noble: LookAlike;
beforeAll(async () => {
  noble = await lookAlike('noble');
});

const flavours = ['ga', 'hwe'] as const;
const order = Order.parse({ release: 'noble', architectures: ['amd64'], kernels: { required: [...flavours] } });
const job = { release: 'noble', architecture: 'amd64' } as Job;

describe('what all flavours have in common', () => {
  it('is unpacked once, and gives the same kernels and initramfs as when each flavour brings it', async () => {
    const apart = [];
    for (const flavour of flavours) apart.push(await inPrepared(noble, (tree) => installAndTake(tree, flavour)));
    const layer = await inPrepared(noble, async (tree) => {
      const resolution = await resolveKernels(tree, job, order, 'shared');
      const unpacked = await unpackedBy(tree, () => installCommon(tree, resolution));
      const left = await tree.run(['find', '/var/cache/apt/archives', '-name', '*.deb'], { quiet: true });
      // One after the other in one tree, as if each were in an overlay on the layer: what each brings is its own.
      const taken = [];
      for (const flavour of flavours) taken.push(await installAndTake(tree, flavour));
      return { unpacked, left, taken };
    });

    expect(layer.unpacked).toEqual(['amd64-microcode', 'intel-microcode', 'linux-firmware']);
    expect(layer.left).toBe('');
    for (const [at, flavour] of flavours.entries()) {
      expect(layer.taken[at]?.files, flavour).toEqual(apart[at]?.files);
      expect(apart[at]?.unpacked).toEqual([...(layer.taken[at]?.unpacked ?? []), ...layer.unpacked].sort());
      expect(layer.taken[at]?.unpacked.every((name) => name.startsWith('linux-'))).toBe(true);
    }
  });

  it('leaves out what would bring a kernel along that no flavour has asked for', async () => {
    const name = 'linux-firmware';
    const files = { 'usr/lib/firmware/new.bin': Buffer.alloc(1 << 20) };
    const wanting = { name, version: '20990101', depends: 'linux-image-generic', files };
    const from = await withPackage(noble, temporaryFolder(), 'updates', wanting);
    const unpacked = await inPrepared(from, async (tree) => {
      const resolution = await resolveKernels(tree, job, order, 'shared');
      return unpackedBy(tree, () => installCommon(tree, resolution));
    });

    expect(unpacked).toEqual(['amd64-microcode', 'intel-microcode']);
  });

  it('is left to the flavours where it is less than apt is started for', async () => {
    const small = await withPackage(noble, temporaryFolder(), 'updates', {
      name: 'linux-firmware',
      version: '20990101',
    });
    const unpacked = await inPrepared(small, async (tree) => {
      const resolution = await resolveKernels(tree, job, order, 'shared');
      expect(commonPackages(resolution).map(({ name }) => name)).toContain('linux-firmware');
      return unpackedBy(tree, () => installCommon(tree, resolution));
    });

    expect(unpacked).toEqual([]);
  });

  it('is in every flavour in this version, and never a kernel, whatever they resolve to', () => {
    const names = fc.constantFrom('linux-firmware', 'linux-image-6.8.0-1-generic', 'a', 'b', 'libc6:i386');
    const list = fc.uniqueArray(fc.record({ name: names, version: fc.constantFrom('1', '2') }), {
      selector: ({ name }) => name,
    });
    fc.assert(
      fc.property(fc.array(list, { maxLength: 4 }), (lists) => {
        const found = commonPackages(resolutionOf(lists));
        for (const one of found) {
          for (const own of lists) expect(own).toContainEqual(one);
          expect(one.name).not.toMatch(/^linux-image|:/);
        }
        if (lists.length > 1) {
          const expected = ['a', 'b', 'linux-firmware'].filter((name) =>
            lists.every((own) => own.some((one) => one.name === name && one.version === '1')),
          );
          expect(
            found
              .filter(({ version }) => version === '1')
              .map(({ name }) => name)
              .sort(),
          ).toEqual(expected);
        }
      }),
    );
  });

  it('is nothing where all flavours are one kernel, or could not be resolved', () => {
    const firmware = [{ name: 'linux-firmware', version: '1' }];
    const { kernels, installed } = resolutionOf([firmware, firmware]);
    const same = kernels.map((one) => ({ ...one, packages: 'same' })) as Resolution['kernels'];
    const missing = { outcome: 'missing', kernel: 'x', error: 'NoKernel', message: '' } as const;

    expect(commonPackages({ kernels: same, installed })).toEqual([]);
    expect(commonPackages({ kernels: [missing], installed: {} })).toEqual([]);
    expect(commonPackages({ kernels: [...kernels, missing], installed })).toEqual(firmware);
  });
});

function resolutionOf(lists: readonly Resolution['installed'][string][]): Resolution {
  const kernels = lists.map((_, at) => ({
    ...{ outcome: 'resolved' as const, kernel: `${at}`, packages: `${at}` },
    ...{ imagePackage: 'linux-image', imageVersion: '1' },
  }));
  return { kernels, installed: Object.fromEntries(lists.map((list, at) => [`${at}`, list])) };
}

/** Works in a tree as the prepare stage has it before it looks what the flavours are made of. */
async function inPrepared<T>(from: LookAlike, work: (tree: AptTree) => Promise<T>): Promise<T> {
  await using archive = await serveArchive(from.archive);
  const release = releaseOf('noble');
  return await inImage(from, pocketsAt(archive.url, from, 'release', 'updates'), async (tree) => {
    await prepareInitramfs(tree, initramfsChoiceOf(release, 'amd64'), 'buildspecs/initramfs');
    await aptInstall(tree, [...initramfsPackages(release).map(({ name }) => name), 'zstd']);
    return work(tree);
  });
}

async function installAndTake(tree: AptTree, flavour: string) {
  const image = await imagePackageOf(tree, kernelOf('noble', 'amd64', flavour).package);
  const unpacked = await unpackedBy(tree, () => aptInstall(tree, [image]));
  const { path, release } = await findKernel(tree, image);
  const initrd = join(temporaryFolder(), 'initrd');
  await makeInitramfs(tree, initramfsChoiceOf(releaseOf('noble'), 'amd64'), release, 1_748_736_000, initrd);
  return { unpacked, files: { kernel: await digestOf(join(tree.path, path)), initrd: await digestOf(initrd) } };
}

/** Names of the packages that dpkg unpacks meanwhile, by its log. */
async function unpackedBy({ path }: AptTree, work: () => Promise<void>): Promise<string[]> {
  const log = () => readFileSync(join(path, 'var/log/dpkg.log'), 'utf8');
  const before = log().length;
  await work();
  return [
    ...log()
      .slice(before)
      .matchAll(/ install (\S+):\S+ /g),
  ]
    .map(([, name = '']) => name)
    .sort();
}
