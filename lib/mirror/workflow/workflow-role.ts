import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { StageBuild } from '../builds/stage-build';
import { acknowledge } from '../findings';

export interface WorkflowRoleProps {
  readonly functions: readonly IFunction[];
  readonly builds: readonly StageBuild[];
}

/**
 * What the state machine may do: run its own projects and functions. The CDK's grants would let it call every version of
 * a function, and say the rest once for each state.
 */
export function workflowRole(scope: Construct, { functions, builds }: WorkflowRoleProps): Role {
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
  for (const [actions, resources] of [
    [['lambda:InvokeFunction'], functions.map(({ functionArn }) => functionArn)],
    [
      ['codebuild:StartBuild', 'codebuild:StopBuild', 'codebuild:BatchGetBuilds'],
      builds.map(({ project }) => project.projectArn),
    ],
    // Step Functions waits for builds by a rule of its own.
    [['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], [buildsRule(scope)]],
    [logDelivery, ['*']],
    [tracing, ['*']],
  ] as const) {
    role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  }
  acknowledge(role, 'IAM5[Resource::*]', 'traces and the delivery of logs: AWS knows no resources for these actions');
  return role;
}

function buildsRule(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'events',
    resource: 'rule',
    resourceName: 'StepFunctionsGetEventForCodeBuildStartBuildRule',
  });
}

const logDelivery = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
];
const tracing = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
];
