import { join } from 'node:path';
import { initramfsModules, initramfsPackages } from '../catalog/initramfs';
import { releaseOf } from '../catalog/releases';
import { rootOf, runs } from '../job/layout';
import type { Materials } from '../job/materials';
import type { Prepared } from '../job/results';
import { aptInstall, aptUpdate, configureApt, machineAptOptions } from '../machine/apt';
import { type Chroot, enterChroot } from '../machine/chroot';
import { sha256OfText } from '../machine/digest';
import { prepareInitramfs } from '../machine/initramfs';
import { progress } from '../machine/log';
import { manifestOf } from '../machine/manifest';
import { mountOverlay, mountSquashfs } from '../machine/mounts';
import { makeSquashfs, passingCompression, squashfsTime } from '../machine/squashfs';
import { materialsOf } from './materials';
import { archiveRepositories } from './repositories';
import { type Resolution, resolveKernels } from './resolve-kernels';
import { handOn, handOnJson, takeUp, type Workbench } from './workbench';

/** Makes the layer that all flavours share: apt's lists, the initramfs packages, our hooks and settings. */
export async function prepare(bench: Workbench): Promise<Prepared> {
  const { job, scratch } = bench;
  const base = await takeUp(bench, rootOf(job).squashfs);
  const layer = join(scratch, 'layer.squashfs');

  await using image = await mountSquashfs(base, scratch);
  await using root = await mountOverlay([image.path], scratch);
  let prepared: { resolution: Resolution; materials: Materials };
  {
    await using chroot = await enterChroot(root.path);
    await installInitramfsPackages(chroot, bench);
    prepared = await look(chroot, image.path, bench);
  }
  await makeSquashfs(root.upper, layer, { compression: passingCompression, epoch: await squashfsTime(base) });
  return {
    layer: await handOn(bench, runs.preparedLayer(job), layer),
    kernels: prepared.resolution.kernels,
    materials: await handOnJson(bench, runs.materials(job), prepared.materials),
  };
}

async function installInitramfsPackages(chroot: Chroot, bench: Workbench): Promise<void> {
  const { job, tools } = bench;
  const release = releaseOf(job.release);
  const { directories, modules } = initramfsModules(release, job.architecture);
  await configureApt(chroot.path, await archiveRepositories(bench), await machineAptOptions());
  await prepareInitramfs(chroot, {
    directories: directories.map(({ name }) => name),
    modules: modules.map(({ name }) => name),
    hooks: join(tools, 'initramfs'),
    standIns: release.family === 'debian',
  });
  progress('reading the package lists');
  await aptUpdate(chroot);
  progress('installing the initramfs packages');
  await aptInstall(chroot, [
    ...initramfsPackages(release).map(({ name }) => name),
    // Without it mkinitramfs falls back to gzip, which is slower and larger.
    'zstd',
  ]);
}

/** What the flavours would be made of, now that all that they share is there. */
async function look(
  chroot: Chroot,
  image: string,
  { job, order }: Workbench,
): Promise<{ resolution: Resolution; materials: Materials }> {
  const [before, after] = [await manifestOf(image), await manifestOf(chroot.path)];
  const resolution = await resolveKernels(chroot, job, order, sha256OfText(after));
  return { resolution, materials: await materialsOf(chroot.path, { before, after }, resolution.installed) };
}
