import { type Kernel, kernelOf } from '../catalog/kernels';
import { releaseOf } from '../catalog/releases';
import { foldersOf, made } from '../job/layout';
import type { Extracted } from '../job/results';
import { aptInstall } from '../machine/apt';
import { proxyVariables } from '../machine/apt-network';
import { imagePackageOf } from '../machine/apt-resolve';
import { type Chroot, enterChroot } from '../machine/chroot';
import { makeInitramfs } from '../machine/initramfs';
import { findKernel } from '../machine/kernel';
import { progress } from '../machine/log';
import { mountOverlay, mountSquashfs } from '../machine/mounts';
import { squashfsTime } from '../machine/squashfs';
import { initramfsChoiceOf } from './initramfs-choice';
import { proposedTarget } from './tell-apt';
import { handOn, takeUp, type Workbench } from './workbench';

/** Installs one kernel flavour into a throwaway overlay and takes its kernel and initramfs out. */
export async function extract(bench: Workbench): Promise<Extracted> {
  const { job, scratch } = bench;
  const kernel = kernelOf(job.release, job.architecture, job.kernel);
  const from = foldersOf(job);
  const base = await takeUp(bench, made.squashfs(from.root));
  const layer = await takeUp(bench, made.layer(from.prepared));

  await using image = await mountSquashfs(base, scratch);
  await using shared = await mountSquashfs(layer, scratch);
  await using root = await mountOverlay([shared.path, image.path], scratch);
  await using chroot = await enterChroot(root.path, bench.tools, proxyVariables(bench.order.places.proxy));

  const installed = await findKernel(chroot, await installKernel(chroot, kernel, bench));
  progress(`making the initramfs of ${installed.release}`);
  const choice = initramfsChoiceOf(releaseOf(job.release), job.architecture);
  const initrd = await makeInitramfs(chroot, choice, installed.release, await squashfsTime(base));

  return {
    kernel: await handOn(bench, made.kernel(bench.folder), installed.file),
    initrd: await handOn(bench, made.initrd(bench.folder), initrd),
    imagePackage: installed.imagePackage,
    imageVersion: installed.imageVersion,
    kernelRelease: installed.release,
  };
}

/** @returns the package that was asked for: the meta package without its headers */
async function installKernel(chroot: Chroot, kernel: Kernel, bench: Workbench): Promise<string> {
  const image = await imagePackageOf(chroot, kernel.package);
  progress(`installing ${image}`);
  await aptInstall(chroot, [image], { target: proposedTarget(bench, [kernel.package, image]) });
  return image;
}
