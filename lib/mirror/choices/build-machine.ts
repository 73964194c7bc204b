import {
  ComputeType,
  HostKernel,
  type IBuildImage,
  LinuxArmBuildImage,
  LinuxBuildImage,
} from 'aws-cdk-lib/aws-codebuild';

/** The kind of CodeBuild machine that a stage runs on. */
export class BuildMachine {
  /** Ubuntu 24.04, which has emulators for all other architectures. */
  static readonly X86 = new BuildMachine(
    'X86',
    LinuxBuildImage.fromCodeBuildImageId('aws/codebuild/standard:8.0'),
    ComputeType.MEDIUM,
  );
  /** Amazon Linux 2023: CodeBuild has no managed Ubuntu image for arm. It has no emulators, so boot tests never run on it. */
  static readonly ARM = new BuildMachine(
    'Arm',
    LinuxArmBuildImage.fromCodeBuildImageId('aws/codebuild/amazonlinux-aarch64-standard:4.0'),
    ComputeType.LARGE, // MEDIUM has 8 GiB too, but is not available in every region
  );

  /** Used in construct ids. */
  readonly name: string;
  readonly buildImage: IBuildImage;
  readonly computeType: ComputeType;
  /** If unset, builds run on kernel 4.14 of Amazon Linux 2. */
  readonly hostKernel = HostKernel.LINUX_KERNEL_6;

  private constructor(name: string, buildImage: IBuildImage, computeType: ComputeType) {
    this.name = name;
    this.buildImage = buildImage;
    this.computeType = computeType;
  }
}
