import type { Project } from 'aws-cdk-lib/aws-codebuild';
import { Construct } from 'constructs';
import { BuildMachine } from '../choices/build-machine';
import type { KernelFlavour } from '../choices/kernel-flavour';
import { type BuildProps, StageBuild } from './stage-build';

export interface KernelBuildProps extends BuildProps {
  /** The flavour that this project builds in a ReleaseWorkflow. */
  readonly kernel: KernelFlavour;
}

/**
 * Builds one kernel flavour on one kind of machine: the extract stage as a separate project, so that each flavour has its own
 * log and history. arm64 is built on `BuildMachine.ARM`, all others on x86.
 * @example
 * const hwe = new KernelBuild(stack, 'Hwe', { kernel: KernelFlavour.HWE, workBucket });
 */
export class KernelBuild extends Construct {
  readonly kernel: KernelFlavour;
  readonly machine: BuildMachine;
  /** Its project, role and log. */
  readonly stage: StageBuild;

  constructor(scope: Construct, id: string, { kernel, machine = BuildMachine.X86, ...props }: KernelBuildProps) {
    super(scope, id);
    this.kernel = kernel;
    this.machine = machine;
    this.stage = new StageBuild(this, 'Extract', { ...props, machine, stage: 'extract' });
  }

  /** The project of `stage`. */
  get project(): Project {
    return this.stage.project;
  }
}
