import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ContextAttribute, Schedule, ScheduleTargetInput, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { MirrorError } from '../../errors';
import type { BuildRequest } from '../../job/build-request';
import type { MirrorSchedule } from '../choices/mirror-schedule';
import { pascalCase } from '../pascal-case';
import type { MirrorFunction } from './mirror-function';

export interface UpdateScheduleProps {
  /** Plans an order, and starts an execution where there is news. */
  readonly checkForUpdates: MirrorFunction;
  readonly requests: readonly BuildRequest[];
  readonly schedule: MirrorSchedule;
}

/**
 * Checks for updates of every build request. One schedule each: one that cannot be planned stops no other. Scheduler cannot make a
 * name for an execution out of what is new, so it calls a function and starts nothing itself.
 */
export class UpdateSchedule extends Construct {
  readonly schedules: Schedule[];
  readonly role: Role;

  /** @throws BadInput (misuse) where the orders are too long for a template */
  constructor(scope: Construct, id: string, { checkForUpdates, requests, schedule }: UpdateScheduleProps) {
    super(scope, id);
    checkLength(requests);
    this.role = this.makeRole(checkForUpdates);
    this.schedules = requests.map(
      (request) =>
        new Schedule(this, `${pascalCase(request.view)}${pascalCase(request.release)}`, {
          description: `cdk-maas-mirror: looks for news of ${request.release} for the view ${request.view}`,
          schedule: schedule.toExpression(),
          // Else all would look, and order builds, in the same minute.
          timeWindow: TimeWindow.flexible(Duration.minutes(30)),
          target: new LambdaInvoke(checkForUpdates.function, {
            // The time makes the execution's name: a call that is repeated starts nothing twice.
            input: ScheduleTargetInput.fromObject({ request, at: ContextAttribute.scheduledTime }),
            role: this.role.withoutPolicyUpdates(), // CDK's grant adds every version of the function
            retryAttempts: 2,
            maxEventAge: Duration.hours(1),
          }),
        }),
    );
    for (const made of this.schedules) made.node.addDependency(this.role);
  }

  /** The condition is AWS's own advice: else a schedule of any account could have Scheduler take this role. */
  private makeRole({ function: { functionArn } }: MirrorFunction): Role {
    const { account } = Stack.of(this);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }));
    return role;
  }
}

/** CloudFormation takes a megabyte, and the other resources need some of it. */
const longestRequests = 600_000; // characters

function checkLength(requests: readonly BuildRequest[]): void {
  const { length } = JSON.stringify(requests);
  if (length <= longestRequests) return;
  throw new MirrorError(
    'BadInput',
    `the schedules of ${requests.length} orders take ${length} characters, a template has room for ${longestRequests}`,
    {
      hint: 'every schedule carries its whole order: name smaller keyrings and certificates in sources, or fewer views and releases; a second stack can have the others',
      misuse: true,
    },
  );
}
