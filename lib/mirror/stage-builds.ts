import { ComputeType } from 'aws-cdk-lib/aws-codebuild';
import type { Construct } from 'constructs';
import { kernelsOf } from '../catalog/kernels';
import { BuildMachine } from './build-machine';
import { KernelBuild } from './kernel-build';
import { KernelFlavour } from './kernel-flavour';
import { pascalCase } from './pascal-case';
import type { Settings } from './settings';
import { StageBuild, type StageBuildProps } from './stage-build';

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
  readonly bootTest: StageBuild;
  readonly bootloaders: StageBuild;
}

/** All of them, flavours first. */
export function everyBuild(builds: StageBuilds): StageBuild[] {
  const { kernelBuilds, fetch, upgrade, upgradeOnArm, prepare, prepareOnArm, bootTest, bootloaders } = builds;
  const others = [fetch, upgrade, upgradeOnArm, prepare, prepareOnArm, bootTest, bootloaders];
  return [...kernelBuilds.map(({ stage }) => stage), ...others.filter((one) => one !== undefined)];
}

type Common = Omit<StageBuildProps, 'stage' | 'machine'>;

/** Fetching, boot tests and bootloaders need mmdebstrap and emulators, which the arm machines' system does not have. */
export function stageBuilds(scope: Construct, settings: Settings, common: Common): StageBuilds {
  const onX86 = (id: string, stage: string) => new StageBuild(scope, id, { ...common, stage });
  const small = (id: string, stage: string) =>
    new StageBuild(scope, id, { ...common, stage, computeType: ComputeType.SMALL }); // they wait for the network
  const onArm = (id: string, stage: string) =>
    new StageBuild(scope, id, { ...common, stage, machine: BuildMachine.ARM });
  const hasArm = settings.architectures.includes('arm64');
  return {
    fetch: onX86('Fetch', 'fetch'),
    upgrade: onX86('Upgrade', 'upgrade'),
    prepare: onX86('Prepare', 'prepare'),
    kernelBuilds: settings.kernels.flatMap((kernel) => kernelBuilds(scope, kernel, settings, common)),
    bootTest: onX86('BootTest', 'boot-test'),
    bootloaders: small('Bootloaders', 'bootloaders'),
    ...(hasArm && { upgradeOnArm: onArm('UpgradeArm', 'upgrade'), prepareOnArm: onArm('PrepareArm', 'prepare') }),
  };
}

function kernelBuilds(scope: Construct, kernel: string, settings: Settings, common: Common): KernelBuild[] {
  const id = `Kernel${pascalCase(kernel)}`;
  const own = { kernel: KernelFlavour.of(kernel), maxConcurrency: settings.maxConcurrency };
  const wanted = machinesOf(kernel, settings);
  return [
    ...(wanted.x86 ? [new KernelBuild(scope, id, { ...common, ...own })] : []),
    ...(wanted.arm ? [new KernelBuild(scope, `${id}Arm`, { ...common, ...own, machine: BuildMachine.ARM })] : []),
  ];
}

/** Where the ordered releases have a flavour. One that they have nowhere gets a project all the same: it was asked for. */
function machinesOf(kernel: string, { releases, architectures }: Settings): { x86: boolean; arm: boolean } {
  const found = new Set(
    releases
      .flatMap((release) => kernelsOf(release))
      .filter(({ name, architecture }) => name === kernel && architectures.includes(architecture))
      .map(({ architecture }) => architecture),
  );
  const arm = found.has('arm64');
  return { arm, x86: !arm || found.size > 1 };
}
