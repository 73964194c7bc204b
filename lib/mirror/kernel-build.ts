import type { Project } from 'aws-cdk-lib/aws-codebuild';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { StageBuild } from './stage-build';

export interface KernelBuildProps {
  /** Kernel flavour: `hwe-lowlatency`. */
  readonly kernel: string;
  /** The stage bundle: stage.js, host-tools.sh and what they read. */
  readonly bundle: Asset;
  /** Where the stages of an execution hand things to each other. */
  readonly workBucket: IBucket;
  /** How many builds of this flavour may run at once. */
  readonly maxConcurrency: number;
}

/** Builds one kernel flavour: the extract stage in a project of its own, so that a flavour has its own log and history. */
export class KernelBuild extends Construct {
  readonly kernel: string;
  readonly stage: StageBuild;

  constructor(scope: Construct, id: string, { kernel, ...props }: KernelBuildProps) {
    super(scope, id);
    this.kernel = kernel;
    this.stage = new StageBuild(this, 'Extract', { ...props, stage: 'extract' });
  }

  get project(): Project {
    return this.stage.project;
  }
}
