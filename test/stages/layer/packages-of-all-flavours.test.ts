import { join } from 'node:path';
import { expect, it } from 'vitest';
import { kernelOf } from '../../../lib/catalog/kernels';
import { releaseOf } from '../../../lib/catalog/releases';
import { aptInstall } from '../../../lib/machine/apt/apt';
import { imagePackageOf } from '../../../lib/machine/apt/apt-resolve';
import type { AptTree } from '../../../lib/machine/apt/apt-tree';
import { digestOf } from '../../../lib/machine/digest';
import { makeInitramfs } from '../../../lib/machine/initramfs/initramfs';
import { findKernel } from '../../../lib/machine/initramfs/kernel';
import { initramfsChoiceOf } from '../../../lib/stages/layer/initramfs-choice';
import { installCommon } from '../../../lib/stages/layer/packages-of-all-flavours';
import { resolveKernels } from '../../../lib/stages/layer/resolve-kernels';
import { lookAlike } from '../../fixtures/images/look-alike';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { flavours, inPrepared, job, request, unpackedBy } from './made/prepared-tree';
import '../../fixtures/needs-minutes';

it('what all flavours have in common is unpacked once, and gives the same kernels and initramfs as when each flavour brings it', async () => {
  const noble = await lookAlike('noble');
  const apart = [];
  for (const flavour of flavours) apart.push(await inPrepared(noble, (tree) => installAndTake(tree, flavour)));
  const layer = await inPrepared(noble, async (tree) => {
    const resolution = await resolveKernels(tree, job, request, 'shared');
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

async function installAndTake(tree: AptTree, flavour: string) {
  const image = await imagePackageOf(tree, kernelOf('noble', 'amd64', flavour).package);
  const unpacked = await unpackedBy(tree, () => aptInstall(tree, [image]));
  const { path, release } = await findKernel(tree, image);
  const initrd = join(temporaryFolder(), 'initrd');
  await makeInitramfs(tree, initramfsChoiceOf(releaseOf('noble'), 'amd64'), release, 1_748_736_000, initrd);
  return { unpacked, files: { kernel: await digestOf(join(tree.path, path)), initrd: await digestOf(initrd) } };
}
