import type { KernelBuild } from './kernel-build';
import type { StageBuild } from './stage-build';

/** The projects of a mirror; those for arm only if arm64 is built. */
export interface StageBuilds {
  /** Fetches the image that a build starts from. */
  readonly fetch: StageBuild;
  /** Changes the image, if requested. */
  readonly upgrade: StageBuild;
  /** Upgrades arm64 images on arm machines. @default - on x86, under emulation */
  readonly upgradeOnArm?: StageBuild;
  /** Installs what all kernel flavours share. */
  readonly prepare: StageBuild;
  /** Prepares arm64 images on arm machines. @default - on x86, under emulation */
  readonly prepareOnArm?: StageBuild;
  /** Each builds one kernel flavour. */
  readonly kernelBuilds: KernelBuild[];
  /** The extract stage for flavours without a KernelBuild. @default - they fail with UnknownKernel */
  readonly otherKernels?: StageBuild;
  /** Boots every image before it is published. */
  readonly bootTest: StageBuild;
  /** Builds bootloaders. */
  readonly bootloaders: StageBuild;
}

/** All projects, kernel flavours first. */
export function everyBuild(builds: StageBuilds): StageBuild[] {
  const { kernelBuilds, fetch, upgrade, upgradeOnArm, prepare, prepareOnArm, otherKernels, bootTest, bootloaders } =
    builds;
  const others = [fetch, upgrade, upgradeOnArm, prepare, prepareOnArm, otherKernels, bootTest, bootloaders];
  return [...kernelBuilds.map(({ stage }) => stage), ...others.filter((one) => one !== undefined)];
}
