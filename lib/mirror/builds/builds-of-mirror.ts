import { Duration } from 'aws-cdk-lib';
import { ComputeType } from 'aws-cdk-lib/aws-codebuild';
import type { Construct } from 'constructs';
import { kernelsOf } from '../../catalog/kernels';
import { longestBoot } from '../../job/job';
import { BuildMachine } from '../choices/build-machine';
import { KernelFlavour } from '../choices/kernel-flavour';
import { pascalCase } from '../pascal-case';
import type { Settings } from '../settings/settings';
import { KernelBuild } from './kernel-build';
import { StageBuild, type StageBuildProps } from './stage-build';
import type { StageBuilds } from './stage-builds';

/**
 * Context key of an app whose mirror gets a project for kernel flavours that it does not know: the template for builds on one
 * machine, where a project costs nothing.
 */
export const anyKernel = 'cdk-maas-mirror:any-kernel';

type Common = Omit<StageBuildProps, 'stage' | 'machine' | 'computeType' | 'timeout'>;
type OnMachine = Omit<StageBuildProps, 'stage'>;

/** Fetch, boot tests and bootloaders need mmdebstrap and emulators, which the image of the arm machines does not have. */
export function stageBuilds(scope: Construct, settings: Settings, common: Common): StageBuilds {
  const { computeType, armComputeType, stageTimeout: timeout } = settings;
  const x86: OnMachine = { ...common, timeout, machine: BuildMachine.X86, computeType };
  const arm: OnMachine = { ...common, timeout, machine: BuildMachine.ARM, computeType: armComputeType };
  const secrets = [...settings.secrets]; // for the stages that use added repositories
  const x86Apt: OnMachine = { ...x86, secrets };
  const armApt: OnMachine = { ...arm, secrets };
  const small: OnMachine = { ...x86, computeType: ComputeType.SMALL }; // it mostly waits for the network
  const hasArm = settings.architectures.includes('arm64');
  const boot: OnMachine = { ...x86, timeout: longer(timeout, Duration.minutes(longestBoot + 30)) };
  const stageOn = (machine: OnMachine, id: string, stage: string) => new StageBuild(scope, id, { ...machine, stage });
  return {
    fetch: stageOn(x86, 'Fetch', 'fetch'),
    upgrade: stageOn(x86Apt, 'Upgrade', 'upgrade'),
    prepare: stageOn(x86Apt, 'Prepare', 'prepare'),
    kernelBuilds: settings.kernels.flatMap((kernel) =>
      kernelBuilds(scope, kernel, settings, { x86: x86Apt, arm: armApt }),
    ),
    ...(scope.node.tryGetContext(anyKernel) && { otherKernels: stageOn(x86Apt, 'KernelOther', 'extract') }),
    bootTest: stageOn(boot, 'BootTest', 'boot-test'),
    bootloaders: stageOn(small, 'Bootloaders', 'bootloaders'),
    ...(hasArm && {
      upgradeOnArm: stageOn(armApt, 'UpgradeArm', 'upgrade'),
      prepareOnArm: stageOn(armApt, 'PrepareArm', 'prepare'),
    }),
  };
}

/** A boot test has its own limit, set in the view or the build; the limit of the project must be longer. */
function longer(one: Duration, other: Duration): Duration {
  return !one.isUnresolved() && one.toSeconds() < other.toSeconds() ? other : one;
}

function kernelBuilds(
  scope: Construct,
  name: string,
  settings: Settings,
  { x86, arm }: { readonly x86: OnMachine; readonly arm: OnMachine },
): KernelBuild[] {
  const id = `Kernel${pascalCase(name)}`;
  const wanted = machinesOf(name, settings);
  const kernel = KernelFlavour.of(name);
  return [
    ...(wanted.x86 ? [new KernelBuild(scope, id, { ...x86, kernel })] : []),
    ...(wanted.arm ? [new KernelBuild(scope, `${id}Arm`, { ...arm, kernel })] : []),
  ];
}

/** The machines that build a flavour, by where the releases have it. A flavour that they do not have gets an x86 project. */
function machinesOf(kernel: string, { knownReleases, architectures }: Settings): { x86: boolean; arm: boolean } {
  const found = new Set(
    knownReleases
      .flatMap((release) => kernelsOf(release))
      .filter(({ name, architecture }) => name === kernel && architectures.includes(architecture))
      .map(({ architecture }) => architecture),
  );
  const arm = found.has('arm64');
  return { arm, x86: !arm || found.size > 1 };
}
