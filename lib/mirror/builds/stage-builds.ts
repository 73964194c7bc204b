import type { KernelBuild } from './kernel-build';
import type { StageBuild } from './stage-build';

/** The projects of a mirror; those for arm only if arm64 is built. */
export interface StageBuilds {
  readonly fetch: StageBuild;
  readonly upgrade: StageBuild;
  /** @default - arm64 images are upgraded on x86, under emulation */
  readonly upgradeOnArm?: StageBuild;
  readonly prepare: StageBuild;
  /** @default - arm64 images are prepared on x86, under emulation */
  readonly prepareOnArm?: StageBuild;
  readonly kernelBuilds: KernelBuild[];
  /** The extract stage for flavours without a KernelBuild. @default - they fail with UnknownKernel */
  readonly otherKernels?: StageBuild;
  readonly bootTest: StageBuild;
  readonly bootloaders: StageBuild;
}

/** All projects, kernel flavours first. */
export function everyBuild(builds: StageBuilds): StageBuild[] {
  const { kernelBuilds, fetch, upgrade, upgradeOnArm, prepare, prepareOnArm, otherKernels, bootTest, bootloaders } =
    builds;
  const others = [fetch, upgrade, upgradeOnArm, prepare, prepareOnArm, otherKernels, bootTest, bootloaders];
  return [...kernelBuilds.map(({ stage }) => stage), ...others.filter((one) => one !== undefined)];
}
