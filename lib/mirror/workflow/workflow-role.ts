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
 * The role of the state machine: it can run its own projects and functions. The CDK's grants would allow every version of a
 * function, and repeat the other statements for each state.
 */
export function workflowRole(scope: Construct, { functions, builds }: WorkflowRoleProps): Role {
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
  for (const [actions, resources] of [
    [['lambda:InvokeFunction'], functions.map(({ functionArn }) => functionArn)],
    [
      ['codebuild:StartBuild', 'codebuild:StopBuild', 'codebuild:BatchGetBuilds'],
      builds.map(({ project }) => project.projectArn),
    ],
    // Step Functions uses this rule to wait for builds.
    [['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], [buildsRule(scope)]],
    [logDelivery, ['*']],
    [tracing, ['*']],
  ] as const) {
    role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  }
  acknowledge(role, 'IAM5[Resource::*]', 'tracing and log delivery: AWS supports no resources for these actions');
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
