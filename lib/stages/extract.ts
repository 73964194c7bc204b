import { join } from 'node:path';
import { bootDrivers } from '../catalog/boot/boot-drivers';
import { type Kernel, kernelOf } from '../catalog/kernels';
import type { Extracted } from '../job/handed-on/results';
import { foldersOf, made } from '../job/layout';
import { releaseFor } from '../job/releases/release-for';
import { aptInstall } from '../machine/apt/apt';
import { imagePackageOf } from '../machine/apt/apt-resolve';
import type { AptTree } from '../machine/apt/apt-tree';
import { type PackagedKernels, packagedKernels, requirePackaged } from '../machine/apt/packaged-kernels';
import { requireDrivers } from '../machine/initramfs/drivers';
import { makeInitramfs } from '../machine/initramfs/initramfs';
import { findKernel } from '../machine/initramfs/kernel';
import { progress } from '../machine/log';
import { enterChroot } from '../machine/tree/chroot';
import { inside } from '../machine/tree/inside/inside';
import { mountOverlay, mountSquashfs } from '../machine/tree/mounts';
import { squashfsTime } from '../machine/tree/squashfs';
import { initramfsChoiceOf } from './layer/initramfs-choice';
import { knownAddedSources } from './sources/added-sources';
import { mountBase, openApt, proposedTarget } from './sources/tell-apt';
import { handOn, takeUp, type Workbench } from './workbench';

/** Installs one kernel flavour into a throwaway overlay and extracts its kernel and initramfs. */
export async function extract(bench: Workbench): Promise<Extracted> {
  const { job, scratch } = bench;
  const release = releaseFor(bench.request);
  const kernel = kernelOf(release, job.architecture, job.kernel);
  const from = foldersOf(job);
  const base = await takeUp(bench, made.squashfs(from.root));
  const layer = await takeUp(bench, made.layer(from.prepared));

  await using image = await mountSquashfs(base, scratch);
  await using shared = await mountSquashfs(layer, scratch);
  await using root = await mountOverlay([shared.path, image.path], scratch);
  await using untouched = await mountBase(bench, image);
  await using chroot = await enterChroot(root.path, bench.tools);
  await using apt = await openApt(chroot, untouched.path, await knownAddedSources(bench), bench);

  const { requested, packaged } = await installKernel(apt, kernel, bench);
  const installed = await findKernel(chroot, requested);
  const [kernelFile, initrd] = [join(scratch, 'boot-kernel'), join(scratch, 'boot-initrd')];
  // Copied before initramfs hooks run, which could replace it; hooks that ran during its installation may already have.
  inside(chroot.path).copyOut(installed.path, kernelFile);
  await requirePackaged({ path: installed.path, file: kernelFile }, packaged, image.path, scratch);
  progress(`building the initramfs for ${installed.release}`);
  const choice = initramfsChoiceOf(release, job.architecture);
  await makeInitramfs(chroot, choice, installed.release, await squashfsTime(base), initrd);
  const wanted = bootDrivers(release, job.architecture);
  const drivers = await requireDrivers({ root: root.path, release: installed.release, initrd }, wanted);

  return {
    kernel: await handOn(bench, made.kernel(bench.folder), kernelFile),
    initrd: await handOn(bench, made.initrd(bench.folder), initrd),
    imagePackage: installed.imagePackage,
    imageVersion: installed.imageVersion,
    kernelRelease: installed.release,
    drivers,
  };
}

interface InstalledPackage {
  /** The requested package: the metapackage without its headers. */
  readonly requested: string;
  /** The kernels in the downloaded packages. */
  readonly packaged: PackagedKernels;
}

async function installKernel(chroot: AptTree, kernel: Kernel, bench: Workbench): Promise<InstalledPackage> {
  const image = await imagePackageOf(chroot, kernel.package);
  progress(`installing ${image}`);
  let packaged: PackagedKernels = new Map();
  const downloaded = async () => {
    packaged = await packagedKernels(chroot, bench.tools);
  };
  await aptInstall(chroot, [image], { target: proposedTarget(bench, [kernel.package, image]), downloaded });
  return { requested: image, packaged };
}
