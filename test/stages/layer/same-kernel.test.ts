import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { initramfsPackages } from '../../../lib/catalog/boot/initramfs';
import { kernelOf } from '../../../lib/catalog/kernels';
import { releaseOf } from '../../../lib/catalog/releases';
import { aptInstall } from '../../../lib/machine/apt/apt';
import { imagePackageOf, resolveInstall } from '../../../lib/machine/apt/apt-resolve';
import { makeInitramfs, prepareInitramfs } from '../../../lib/machine/initramfs/initramfs';
import { findKernel } from '../../../lib/machine/initramfs/kernel';
import type { Chroot } from '../../../lib/machine/tree/chroot';
import { initramfsChoiceOf } from '../../../lib/stages/layer/initramfs-choice';
import { lookAlike, serveArchive } from '../../fixtures/images/look-alike';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { inImage, pocketsAt } from '../../fixtures/trees/in-image';
import '../../fixtures/needs-minutes';

// Made cold beside other tests it takes longer than a test may.
beforeAll(() => lookAlike('noble'));

const noble = releaseOf('noble');
const choice = initramfsChoiceOf(noble, 'amd64');

it('takes the same kernel and initramfs without the headers, and without other kernels beside it', async () => {
  const look = await lookAlike('noble');
  await using archive = await serveArchive(look.archive);
  await inImage(look, pocketsAt(archive.url, look, 'release', 'updates'), async (chroot) => {
    await prepareInitramfs(chroot, choice, 'buildspecs/initramfs');
    await aptInstall(chroot, [...initramfsPackages(noble).map(({ name }) => name), 'zstd']);
    const whole = kernelOf('noble', 'amd64', 'hwe').package;
    const image = await imagePackageOf(chroot, whole);
    await aptInstall(chroot, [image]);
    const alone = await take(chroot, image);

    const left = (await resolveInstall(chroot, [whole])).map(({ name }) => name);
    expect(left).toContain(`linux-headers-${alone.release}`);
    await aptInstall(chroot, [whole]);
    expectSame(await take(chroot, whole), alone);

    await aptInstall(chroot, [kernelOf('noble', 'amd64', 'ga').package]);
    expectSame(await take(chroot, whole), alone);
    const other = await take(chroot, 'linux-generic');
    expect(other.release).toBe(look.images.ga?.name.replace('linux-image-', ''));
    expect(other.initrd.equals(alone.initrd)).toBe(false);
  });
});

interface Taken {
  readonly release: string;
  readonly kernel: Buffer;
  readonly initrd: Buffer;
}

async function take(chroot: Chroot, requested: string): Promise<Taken> {
  const { path, release } = await findKernel(chroot, requested);
  const initrd = join(temporaryFolder(), 'initrd');
  await makeInitramfs(chroot, choice, release, 1_748_736_000, initrd);
  return { release, kernel: await readFile(join(chroot.path, path)), initrd: await readFile(initrd) };
}

function expectSame(one: Taken, other: Taken): void {
  const same = { kernel: one.kernel.equals(other.kernel), initrd: one.initrd.equals(other.initrd) };
  expect({ release: one.release, ...same }).toEqual({ release: other.release, kernel: true, initrd: true });
}
