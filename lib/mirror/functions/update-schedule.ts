import { Duration } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Schedule, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { BuildRequest } from '../../job/build-request';
import type { MirrorSchedule } from '../choices/mirror-schedule';
import { pascalCase } from '../pascal-case';
import { atSynth, refused } from '../refusals/synth-error';
import type { MirrorFunction } from './mirror-function';
import { scheduledCall, scheduleRole } from './scheduled-call';

export interface UpdateScheduleProps {
  /** Plans a build request, and starts an execution if there are updates. */
  readonly checkForUpdates: MirrorFunction;
  readonly requests: readonly BuildRequest[];
  readonly schedule: MirrorSchedule;
}

/**
 * Checks for updates of every build request. Each has its own schedule, so that one that cannot be planned does not stop the
 * others. Scheduler cannot derive the name of an execution from the updates, so it calls a function, which starts executions.
 */
export class UpdateSchedule extends Construct {
  readonly schedules: Schedule[];
  readonly role: Role;

  /** @throws BadInput (misuse) if the build requests are too long for a template */
  constructor(scope: Construct, id: string, { checkForUpdates, requests, schedule }: UpdateScheduleProps) {
    super(scope, id);
    atSynth({ scope: this }, () => checkLength(requests));
    this.role = scheduleRole(this, checkForUpdates);
    this.schedules = requests.map(
      (request) =>
        new Schedule(this, `${pascalCase(request.view)}${pascalCase(request.release)}`, {
          description: `cdk-maas-mirror: checks for updates of ${request.release} for the view ${request.view}`,
          schedule: schedule.toExpression(),
          // Otherwise all checks, and the builds that they start, would run in the same minute.
          timeWindow: TimeWindow.flexible(Duration.minutes(30)),
          // The name of the execution contains the time, so a repeated call starts no second one.
          target: scheduledCall(checkForUpdates, this.role, { request }, 2),
        }),
    );
    for (const made of this.schedules) made.node.addDependency(this.role);
  }
}

/** A template can have a megabyte, and the other resources need some of it. */
const longestRequests = 600_000; // characters

function checkLength(requests: readonly BuildRequest[]): void {
  const { length } = JSON.stringify(requests);
  if (length <= longestRequests) return;
  throw refused(
    [],
    `the schedules of ${requests.length} build requests need ${length} characters, more than the ${longestRequests} that fit into a template`,
    'each schedule contains its whole build request: use smaller keyrings and certificates in sources, or fewer views and releases; a second stack can have the others',
  );
}
