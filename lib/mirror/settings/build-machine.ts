import {
  ComputeType,
  HostKernel,
  type IBuildImage,
  LinuxArmBuildImage,
  LinuxBuildImage,
} from 'aws-cdk-lib/aws-codebuild';

/** The kind of machine that CodeBuild runs a stage on. */
export class BuildMachine {
  /** Ubuntu 24.04, which has the emulators of every other architecture. */
  static readonly X86 = new BuildMachine(
    'X86',
    LinuxBuildImage.fromCodeBuildImageId('aws/codebuild/standard:8.0'),
    ComputeType.MEDIUM,
  );
  /** Amazon Linux 2023: CodeBuild has no managed Ubuntu for arm. It has no emulators, so boot tests never run on it. */
  static readonly ARM = new BuildMachine(
    'Arm',
    LinuxArmBuildImage.fromCodeBuildImageId('aws/codebuild/amazonlinux-aarch64-standard:4.0'),
    ComputeType.LARGE, // its medium has 8 GiB as x86's, but is not offered in every region
  );

  /** As part of construct ids. */
  readonly name: string;
  readonly buildImage: IBuildImage;
  readonly computeType: ComputeType;
  /** Unset, builds run on Amazon Linux 2's 4.14. */
  readonly hostKernel = HostKernel.LINUX_KERNEL_6;

  private constructor(name: string, buildImage: IBuildImage, computeType: ComputeType) {
    this.name = name;
    this.buildImage = buildImage;
    this.computeType = computeType;
  }
}
