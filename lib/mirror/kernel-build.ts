import type { Duration } from 'aws-cdk-lib';
import type { ComputeType, Project } from 'aws-cdk-lib/aws-codebuild';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { BuildMachine } from './build-machine';
import type { KernelFlavour } from './kernel-flavour';
import { StageBuild } from './stage-build';

export interface KernelBuildProps {
  readonly kernel: KernelFlavour;
  /** The stage bundle: stage.js, host-tools.sh and what they read. @default - that of this package */
  readonly bundle?: Asset;
  /** Digest of all bundles, which an execution must have been planned with. @default - of those of this package */
  readonly bundles?: string;
  /** Where the stages of an execution hand things to each other. */
  readonly workBucket: IBucket;
  /** @default BuildMachine.X86 */
  readonly machine?: BuildMachine;
  /** @default - the machine's: 8 GiB on x86, for images are changed in memory */
  readonly computeType?: ComputeType;
  /** @default - 60 minutes */
  readonly timeout?: Duration;
  /** @default - none */
  readonly vpc?: IVpc;
  /** @default - the private subnets */
  readonly vpcSubnets?: SubnetSelection;
  /** @default - with a VPC a new one, which lets everything out and nothing in */
  readonly securityGroup?: ISecurityGroup;
}

/**
 * Builds one kernel flavour on one kind of machine: the extract stage in a project of its own, so that a flavour has its
 * own log and history.
 */
export class KernelBuild extends Construct {
  readonly kernel: KernelFlavour;
  readonly machine: BuildMachine;
  readonly stage: StageBuild;

  constructor(scope: Construct, id: string, { kernel, machine = BuildMachine.X86, ...props }: KernelBuildProps) {
    super(scope, id);
    this.kernel = kernel;
    this.machine = machine;
    this.stage = new StageBuild(this, 'Extract', { ...props, machine, stage: 'extract' });
  }

  get project(): Project {
    return this.stage.project;
  }
}
