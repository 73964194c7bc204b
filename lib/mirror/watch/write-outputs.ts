import { CfnOutput } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { optionalStackOutputs, stackOutputs } from '../../job/aws/stack-outputs';
import { bootloadersRequest } from '../../job/job';
import {
  addSourceCommand,
  changeSourceCommand,
  takeKeyringCommand,
  withPlaceForPassword,
} from '../../job/maas-commands';
import type { StageBuilds } from '../builds/stage-builds';
import type { MirrorFunctions } from '../functions/mirror-functions';
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
  readonly functions: MirrorFunctions;
  readonly topic: ITopic;
}

/** Outputs that the command line reads, and commands for MAAS. */
export function writeOutputs(mirror: Construct & Parts, { requests, views }: Settings): void {
  const { site, workflow, mirrorBucket, workBucket, builds, functions, topic } = mirror;
  const address = site.url.replace(/\/$/, '');
  const forMaas = site.credentials === undefined ? address : withPlaceForPassword(address);
  const outputs = {
    [stackOutputs.stateMachineArn]: workflow.stateMachine.stateMachineArn,
    [stackOutputs.mirrorBucketName]: mirrorBucket.bucketName,
    [stackOutputs.workBucketName]: workBucket.bucketName,
    [stackOutputs.probeProjectName]: builds.prepare.project.projectName,
    ...(builds.prepareOnArm && {
      [optionalStackOutputs.probeProjectNameArm]: builds.prepareOnArm.project.projectName,
    }),
    [optionalStackOutputs.topicArn]: topic.topicArn,
    [optionalStackOutputs.promoteFunctionName]: functions.promote.function.functionName,
    [optionalStackOutputs.operateFunctionName]: functions.operate.function.functionName,
    MaasKeyringCommand: takeKeyringCommand(forMaas),
    ...sourceCommands(forMaas, requests, views),
  };
  for (const [name, value] of Object.entries(outputs)) new CfnOutput(mirror, name, { value });
}

/** Without bootloaders, a view cannot replace the source that MAAS has. */
function sourceCommands(
  mirror: string,
  requests: Settings['requests'],
  others: Settings['views'],
): Record<string, string> {
  // Builds that are started by hand publish bootloaders.
  const builds = requests.length === 0 ? [{ view: 'candidate', release: bootloadersRequest }] : requests;
  const complete = new Set(builds.filter(({ release }) => release === bootloadersRequest).map(({ view }) => view));
  // Once for each view: one may follow another that comes after it.
  for (const _ of others) for (const one of others) if (hasBootloaders(one, complete)) complete.add(one.name);
  const views = new Set([...builds.map(({ view }) => view), ...others.map(({ name }) => name)]);
  return Object.fromEntries(
    [...views].map((view) => {
      const command = complete.has(view) ? changeSourceCommand : addSourceCommand;
      return [`MaasSourceCommand${pascalCase(view)}`, command(mirror, view)];
    }),
  );
}

/** Whether a view that is not built gets bootloaders from views that have some. What is promoted by hand is unknown. */
function hasBootloaders({ promote, select }: Settings['views'][number], complete: ReadonlySet<string>): boolean {
  if (promote !== undefined) return complete.has(promote.from);
  const isFor = ({ releases, architectures, flavours }: NonNullable<typeof select>[number]) =>
    releases?.includes(bootloadersRequest) ?? (architectures === undefined && flavours === undefined);
  const part = select?.find(isFor);
  return part !== undefined && complete.has(part.from);
}
