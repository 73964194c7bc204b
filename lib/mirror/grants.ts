import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { everyBuild, type StageBuilds } from './builds/stage-builds';
import type { MirrorFunction } from './functions/mirror-function';
import type { ReleaseWorkflow } from './workflow/workflow';

type Mirror = Construct & { readonly builds: StageBuilds; readonly workflow: ReleaseWorkflow };

/** To start builds, and to follow them down to the logs of failed builds. */
export function grantBuilding(mirror: Mirror, grantee: IGrantable): Grant {
  const { stateMachine, executionsArn } = mirror.workflow;
  const builds = everyBuild(mirror.builds);
  return [
    granted(grantee, ['states:DescribeExecution', 'states:GetExecutionHistory'], [executionsArn]),
    granted(grantee, ['cloudformation:DescribeStacks'], [Stack.of(mirror).stackId]),
    granted(
      grantee,
      ['codebuild:BatchGetBuilds'],
      builds.map(({ project }) => project.projectArn),
    ),
    granted(
      grantee,
      ['logs:GetLogEvents'],
      builds.map(({ logGroup }) => logGroup.logGroupArn),
    ),
  ].reduce(
    (all, one) => all.combine(one),
    granted(grantee, ['states:StartExecution', 'states:ListExecutions'], [stateMachine.stateMachineArn]),
  );
}

/** To find a function in the outputs of the stack, and to call it. The function signs and writes, not the grantee. */
export function grantCalling(
  { function: { functionArn } }: MirrorFunction,
  mirror: Construct,
  grantee: IGrantable,
): Grant {
  const calls = granted(grantee, ['lambda:InvokeFunction'], [functionArn]);
  return calls.combine(granted(grantee, ['cloudformation:DescribeStacks'], [Stack.of(mirror).stackId]));
}

function granted(grantee: IGrantable, actions: string[], resourceArns: string[]): Grant {
  return Grant.addToPrincipal({ grantee, actions, resourceArns });
}
