import { kernelOf } from '../../catalog/kernels';
import { MirrorError } from '../../errors';
import type { BuildRequest } from '../../job/build-request';
import type { ResolvedKernel } from '../../job/handed-on/results';
import type { Job } from '../../job/job';
import { kernelChoices } from '../../job/releases/kernel-choice';
import { releaseFor } from '../../job/releases/release-for';
import { imagePackageOf, isKernelImage, type NamedVersion, resolveInstall } from '../../machine/apt/apt-resolve';
import type { Chroot } from '../../machine/tree/chroot';
import { sha256Of } from '../../sha256';
import { proposedTarget } from '../sources/tell-apt';

export interface Resolution {
  readonly kernels: ResolvedKernel[];
  /** What each flavour would install, by its name. */
  readonly installed: Record<string, NamedVersion[]>;
}

/**
 * Resolves what apt would install for every requested flavour, before any is installed: flavours that are already
 * published, or resolve to the same packages as another one, need not be built.
 * @param shared digest of everything that the flavours share: the prepared layer and the image below it
 */
export async function resolveKernels(
  chroot: Chroot,
  job: Job,
  request: BuildRequest,
  shared: string,
): Promise<Resolution> {
  const choice = kernelChoices(request).find(({ architecture }) => architecture === job.architecture);
  const resolution: Resolution = { kernels: [], installed: {} };
  for (const { kernel } of choice?.kernels ?? []) {
    try {
      const { packages, chain } = await packagesOf(chroot, job, request, kernel);
      resolution.kernels.push(resolved(kernel, packages, chain, shared));
      resolution.installed[kernel] = packages;
    } catch (error) {
      // A flavour is not left out because the archive is mid-update.
      if (!(error instanceof MirrorError && ['NoSuchPackage', 'NoKernel'].includes(error.name))) throw error;
      resolution.kernels.push({ outcome: 'missing', kernel, error: error.name, message: error.message });
    }
  }
  return resolution;
}

async function packagesOf(
  chroot: Chroot,
  job: Job,
  request: BuildRequest,
  kernel: string,
): Promise<{ packages: NamedVersion[]; chain: readonly string[] }> {
  const requested = kernelOf(releaseFor(request), job.architecture, kernel).package;
  const image = await imagePackageOf(chroot, requested);
  const chain = [requested, image];
  const target = proposedTarget({ job, request }, chain);
  return { packages: await resolveInstall(chroot, [image], { target }), chain };
}

/** Packages that only depend on the kernel (`linux-image-generic-hwe-24.04`) do not affect its files. */
function resolved(
  kernel: string,
  packages: readonly NamedVersion[],
  chain: readonly string[],
  shared: string,
): ResolvedKernel {
  const image = packages.find(({ name }) => isKernelImage(name));
  if (image === undefined) {
    const names = packages.map(({ name }) => name).join(', ') || 'nothing';
    throw new MirrorError(
      'NoKernel',
      `${chain[0]} does not depend on a linux-image-<version> package: apt would install ${names}`,
    );
  }
  const isWay = (name: string) => chain.includes(name) || (name.startsWith('linux-image-') && !isKernelImage(name));
  const lines = packages.filter(({ name }) => !isWay(name)).map(({ name, version }) => `${name} ${version}`);
  return {
    outcome: 'resolved',
    kernel,
    imagePackage: image.name,
    imageVersion: image.version,
    packages: sha256Of([shared, ...lines].join('\n')),
  };
}
