import { Duration } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { ViewSetting } from '../../job/views/view-settings';
import type { MirrorFunction } from './mirror-function';
import { scheduledCall, scheduleRole } from './scheduled-call';

export interface PromotionScheduleProps {
  /** Applies the settings, ends holds, promotes, and updates views that follow others. */
  readonly promote: MirrorFunction;
  /** Where the views that are not built get their versions. */
  readonly views: readonly ViewSetting[];
}

/** Fills views from others, every hour. */
export class PromotionSchedule extends Construct {
  readonly schedule: Schedule;
  readonly role: Role;

  constructor(scope: Construct, id: string, { promote, views }: PromotionScheduleProps) {
    super(scope, id);
    this.role = scheduleRole(this, promote);
    this.schedule = new Schedule(this, 'Schedule', {
      description: 'cdk-maas-mirror: promotions, and views that follow others',
      schedule: ScheduleExpression.rate(Duration.hours(1)),
      timeWindow: TimeWindow.flexible(Duration.minutes(15)),
      target: scheduledCall(promote, this.role, { views }, 0), // the next hour does the same
    });
    this.schedule.node.addDependency(this.role);
  }
}
