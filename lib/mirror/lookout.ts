import { Duration } from 'aws-cdk-lib';
import { ContextAttribute, Schedule, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { Order } from '../job/order';
import type { MirrorFunction } from './mirror-function';
import type { MirrorSchedule } from './mirror-schedule';
import { pascalCase } from './pascal-case';

export interface LookoutProps {
  /** Plans an order, and starts an execution where there is news. */
  readonly look: MirrorFunction;
  readonly orders: readonly Order[];
  readonly schedule: MirrorSchedule;
}

/**
 * Looks for news of every order. One schedule each: one that cannot be planned stops no other. Scheduler cannot make a
 * name for an execution out of what is new, so it calls a function and starts nothing itself.
 */
export class Lookout extends Construct {
  readonly schedules: Schedule[];

  constructor(scope: Construct, id: string, { look, orders, schedule }: LookoutProps) {
    super(scope, id);
    this.schedules = orders.map(
      (order) =>
        new Schedule(this, `${pascalCase(order.view)}${pascalCase(order.release)}`, {
          description: `cdk-maas-mirror: looks for news of ${order.release} for the view ${order.view}`,
          schedule: schedule.toExpression(),
          target: new LambdaInvoke(look.function, {
            // The time makes the execution's name: a call that is repeated starts nothing twice.
            input: ScheduleTargetInput.fromObject({ order, at: ContextAttribute.scheduledTime }),
            retryAttempts: 2,
            maxEventAge: Duration.hours(1),
          }),
        }),
    );
  }
}
