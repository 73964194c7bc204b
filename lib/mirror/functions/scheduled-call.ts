import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ContextAttribute, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
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

/**
 * A call of a function by Scheduler, which is worth making for an hour.
 * @param input with the time at which it is due
 */
export function scheduledCall(
  { function: called }: MirrorFunction,
  role: Role,
  input: object,
  retryAttempts: number,
): LambdaInvoke {
  return new LambdaInvoke(called, {
    input: ScheduleTargetInput.fromObject({ ...input, at: ContextAttribute.scheduledTime }),
    role: role.withoutPolicyUpdates(), // the CDK's grant adds every version of the function
    retryAttempts,
    maxEventAge: Duration.hours(1),
  });
}
