import { join } from 'node:path';
import { initramfsPackages } from '../catalog/initramfs';
import { releaseOf } from '../catalog/releases';
import { runs } from '../job/layout';
import type { Prepared } from '../job/results';
import { aptInstall, aptUpdate, configureApt, machineAptOptions } from '../machine/apt';
import { enterChroot } from '../machine/chroot';
import { prepareInitramfs } from '../machine/initramfs';
import { progress } from '../machine/log';
import { mountOverlay, mountSquashfs } from '../machine/mounts';
import { makeSquashfs, passingCompression, squashfsTime } from '../machine/squashfs';
import { initramfsChoiceOf } from './initramfs-choice';
import { handOn, takeUp, type Workbench } from './workbench';

/** Makes the layer that all flavours share: apt's lists, the initramfs packages, our hooks and settings. */
export async function prepare(bench: Workbench): Promise<Prepared> {
  const { job, scratch, tools } = bench;
  const release = releaseOf(job.release);
  const base = await takeUp(bench, runs.baseSquashfs(job));
  const layer = join(scratch, 'layer.squashfs');

  await using image = await mountSquashfs(base, scratch);
  await using root = await mountOverlay([image.path], scratch);
  {
    await using chroot = await enterChroot(root.path);
    await configureApt(root.path, job.sources, await machineAptOptions());
    await prepareInitramfs(chroot, initramfsChoiceOf(release, job.architecture), join(tools, 'initramfs'));
    progress('reading the package lists');
    await aptUpdate(chroot);
    progress('installing the initramfs packages');
    await aptInstall(chroot, [
      ...initramfsPackages(release).map(({ name }) => name),
      // Without it mkinitramfs falls back to gzip, which is slower and larger.
      'zstd',
    ]);
  }
  await makeSquashfs(root.upper, layer, { compression: passingCompression, epoch: await squashfsTime(base) });
  return { layer: await handOn(bench, runs.preparedLayer(job), layer) };
}
