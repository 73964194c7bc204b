import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { MirrorFunction } from './mirror-function';

/**
 * The role with which Scheduler calls a function. The condition is recommended by AWS: without it, Scheduler could assume this
 * role for a schedule of another account.
 */
export function scheduleRole(schedule: Construct, { function: { functionArn } }: MirrorFunction): Role {
  const { account } = Stack.of(schedule);
  const role = new Role(schedule, 'Role', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
  });
  role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }));
  return role;
}
