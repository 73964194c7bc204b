import type { KernelBuild } from './kernel-build';
import type { StageBuild } from './stage-build';

/** The projects of a mirror, those for arm only where arm64 is built. */
export interface StageBuilds {
  readonly fetch: StageBuild;
  readonly upgrade: StageBuild;
  /** @default - images of arm64 are changed on x86, under emulation */
  readonly upgradeOnArm?: StageBuild;
  readonly prepare: StageBuild;
  /** @default - those of arm64 are prepared on x86, under emulation */
  readonly prepareOnArm?: StageBuild;
  readonly kernelBuilds: KernelBuild[];
  /** The extract stage of flavours that no KernelBuild is for. @default - they fail as unknown */
  readonly otherKernels?: StageBuild;
  readonly bootTest: StageBuild;
  readonly bootloaders: StageBuild;
}

/** All of them, flavours first. */
export function everyBuild(builds: StageBuilds): StageBuild[] {
  const { kernelBuilds, fetch, upgrade, upgradeOnArm, prepare, prepareOnArm, otherKernels, bootTest, bootloaders } =
    builds;
  const others = [fetch, upgrade, upgradeOnArm, prepare, prepareOnArm, otherKernels, bootTest, bootloaders];
  return [...kernelBuilds.map(({ stage }) => stage), ...others.filter((one) => one !== undefined)];
}
