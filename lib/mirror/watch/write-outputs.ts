import { CfnOutput } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { optionalStackOutputs, stackOutputs } from '../../job/aws/stack-outputs';
import { changeSourceCommand, takeKeyringCommand, withPlaceForPassword } from '../../job/maas-commands';
import type { StageBuilds } from '../builds/stage-builds';
import { pascalCase } from '../pascal-case';
import type { Settings } from '../settings/settings';
import type { MirrorSite } from '../site/mirror-site';
import type { ReleaseWorkflow } from '../workflow/workflow';

/** The parts of a mirror that its outputs refer to. */
interface Parts {
  readonly site: MirrorSite;
  readonly workflow: ReleaseWorkflow;
  readonly mirrorBucket: IBucket;
  readonly workBucket: IBucket;
  readonly builds: StageBuilds;
  readonly topic: ITopic;
}

/** Outputs that the command line reads, and commands for MAAS. */
export function writeOutputs(mirror: Construct & Parts, { requests }: Settings): void {
  const { site, workflow, mirrorBucket, workBucket, builds, topic } = mirror;
  const address = site.url.replace(/\/$/, '');
  const forMaas = site.credentials === undefined ? address : withPlaceForPassword(address);
  const views = new Set(requests.length === 0 ? ['candidate'] : requests.map((request) => request.view));
  const outputs = {
    [stackOutputs.stateMachineArn]: workflow.stateMachine.stateMachineArn,
    [stackOutputs.mirrorBucketName]: mirrorBucket.bucketName,
    [stackOutputs.workBucketName]: workBucket.bucketName,
    [stackOutputs.probeProjectName]: builds.prepare.project.projectName,
    ...(builds.prepareOnArm && {
      [optionalStackOutputs.probeProjectNameArm]: builds.prepareOnArm.project.projectName,
    }),
    [optionalStackOutputs.topicArn]: topic.topicArn,
    MaasKeyringCommand: takeKeyringCommand(forMaas),
    ...Object.fromEntries(
      [...views].map((view) => [`MaasSourceCommand${pascalCase(view)}`, changeSourceCommand(forMaas, view)]),
    ),
  };
  for (const [name, value] of Object.entries(outputs)) new CfnOutput(mirror, name, { value });
}
