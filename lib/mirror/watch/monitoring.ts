/* mirror/watch: alarms, metrics and notifications. */

import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  type Metric,
  type MetricOptions,
  TextWidget,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Project } from 'aws-cdk-lib/aws-codebuild';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { BuildRequest } from '../../job/build-request';
import { longHoldDays } from '../../job/operations/long-hold';
import type { ViewSetting } from '../../job/views/view-settings';
import type { StageBuild } from '../builds/stage-build';
import type { MirrorFunction } from '../functions/mirror-function';
import { pascalCase } from '../pascal-case';
import type { MirrorSite } from '../site/mirror-site';
import type { ReleaseWorkflow } from '../workflow/workflow';
import { ageOf, behindOf, failedOf, heldDaysOf, siteMetric, standsStillOf } from './mirror-metrics';

export interface MonitoringProps {
  readonly workflow: ReleaseWorkflow;
  readonly builds: readonly StageBuild[];
  readonly checkForUpdates: MirrorFunction;
  readonly notify: MirrorFunction;
  readonly promote: MirrorFunction;
  readonly operate: MirrorFunction;
  /** Where the views that are not built get their versions. */
  readonly views: readonly ViewSetting[];
  /** What the schedule builds. */
  readonly requests: readonly BuildRequest[];
  readonly site: MirrorSite;
  readonly topic: ITopic;
}

/** Dashboard and alarms for operators; the description of each alarm says what to do. */
export class Monitoring extends Construct {
  readonly dashboard: Dashboard;
  readonly alarms: Alarm[] = [];

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { workflow, checkForUpdates, notify, requests, site, topic, promote, operate } = props;
    const { stateMachine } = workflow;
    const [soon, hour] = [{ period: Duration.minutes(5) }, { period: Duration.hours(1) }];

    // AWS's own metric includes executions that ended because upstream was mid-update.
    this.alarm('ExecutionFailed', failedOf(stateMachine, { ...soon, statistic: 'Maximum' }), 1, failedAdvice);
    this.alarm('ExecutionTimedOut', stateMachine.metricTimedOut(soon), 1, timedOutAdvice);
    this.alarm('CheckForUpdatesFailed', checkForUpdates.function.metricErrors(hour), 1, checkAdvice);
    this.alarm('NotifyFailed', notify.function.metricErrors(hour), 1, notifyAdvice);
    this.alarm('PromoteFailed', promote.function.metricErrors(hour), 1, promoteAdvice);
    this.alarm('OperateFailed', operate.function.metricErrors(hour), 1, operateAdvice);
    for (const request of requests) this.behind(request, stateMachine);
    this.promotions(props, stateMachine);
    this.alarm('SiteErrors', siteMetric(site, '5xxErrorRate'), 5, siteAdvice);
    for (const alarm of this.alarms) alarm.addAlarmAction(new SnsAction(topic));

    this.dashboard = new Dashboard(this, 'Dashboard', { widgets: dashboardOf(props) });
  }

  /**
   * Goes off after two days with updates and no successful build: upstream is often mid-update for some hours, and a build may
   * fail once for a temporary reason.
   */
  private behind(request: BuildRequest, stateMachine: StateMachine): void {
    const { view, release } = request;
    const name = `Behind${pascalCase(view)}${pascalCase(release)}`;
    const advice = `${release} of the view ${view} has been behind its sources for two days: updates are available, but no build has succeeded. ${behindAdvice}`;
    this.alarm(name, behindOf(request, stateMachine, Duration.days(1), 'Minimum'), 1, advice, 2);
  }

  /** What is measured is over twice the time of a promotion; each release of the view counts by itself. */
  private promotions({ views, requests }: MonitoringProps, stateMachine: StateMachine): void {
    const [aWhile, aDay] = [{ period: Duration.hours(3) }, { period: Duration.days(1) }];
    for (const { name, promote } of views) {
      if (promote === undefined) continue;
      const metric = standsStillOf(name, stateMachine, { ...aWhile, statistic: 'Maximum' });
      this.alarm(`StandsStill${pascalCase(name)}`, metric, 1, standsStillAdvice(name, promote));
    }
    const isFilled = views.some(({ promote, select }) => promote !== undefined || select !== undefined);
    if (!isFilled && requests.length === 0) return; // without a schedule, holds are not measured
    this.alarm('HeldTooLong', heldDaysOf(stateMachine, { ...aDay, statistic: 'Maximum' }), longHoldDays, heldAdvice);
  }

  private alarm(id: string, metric: Metric, threshold: number, advice: string, evaluationPeriods = 1): void {
    this.alarms.push(
      new Alarm(this, id, {
        metric,
        threshold,
        evaluationPeriods,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        alarmDescription: advice,
      }),
    );
  }
}

const failedAdvice =
  'A build of the mirror failed; previously published images are unchanged. The notification contains the stage, flavour and log. Fix the cause and start a new build: maas-mirror build RELEASE --stack NAME.';
const timedOutAdvice =
  'A build of the mirror took longer than 24 hours; previously published images are unchanged. The usual reason is waiting for build machines: check that the quota of the account allows maxConcurrency builds at once (maas-mirror doctor --stack NAME), then start a new build.';
const notifyAdvice =
  'An execution failed, but the failure notification could not be sent, and the alarm ExecutionFailed may not go off. See the log of the function Notify, and list the failed executions: maas-mirror status --stack NAME.';
const checkAdvice =
  'The mirror could not check for updates: its sources are unreachable or invalid. See the log of the function CheckForUpdates; the schedule tries again automatically.';
const promoteAdvice =
  'A promotion or the hourly schedule failed: see the log of the function Promote. Nothing is half-done; the schedule tries again automatically.';
const operateAdvice =
  'An operation failed, such as a rollback: see the log of the function Operate. Each view is either changed or unchanged: see maas-mirror history VIEW --stack NAME, and run the same command again only for what is missing.';
const standsStillAdvice = (view: string, { from, after, require }: NonNullable<ViewSetting['promote']>) => {
  const conditions = [...(after === undefined ? [] : [`after ${after}`]), ...require].join(', ');
  return `A release of the view ${view} has taken nothing from ${from} for twice the time of its promotion, although ${from} has newer versions. See why: maas-mirror promote ${from} ${view} --dry-run --stack NAME has the same conditions (${conditions || 'a passed boot test'}), and the log of the function Promote ("stands still") names the version. The usual reason is a missing or failed check, or no passed boot test.`;
};
const heldAdvice = `A release has been held for ${longHoldDays} days without an end, and its new versions are not offered: see maas-mirror list --stack NAME. If that is no longer wanted, unhold it, or give the hold an end: maas-mirror hold VIEW RELEASE --until DATE --stack NAME.`;
const behindAdvice =
  'Builds fail, or the sources have been mid-update all the time: see the executions of the state machine and the log of the function CheckForUpdates.';
const siteAdvice =
  'At least 5 % of the requests to the mirror fail. See the status page of CloudFront, and check that the bucket policy still allows the distribution to read. (CloudFront publishes this metric in us-east-1 only: in other regions, this alarm never goes off.)';

function dashboardOf({ workflow, builds, requests, site }: MonitoringProps): IWidget[][] {
  const { stateMachine } = workflow;
  const [hour, ofCloudFront] = [{ period: Duration.hours(1) }, { region: 'us-east-1' }];
  const ofBuilds = (metric: (project: Project, options: MetricOptions) => IMetric) =>
    builds.map((build) => metric(build.project, { ...hour, label: labelOf(build) }));
  return [
    [
      new TextWidget({
        markdown: '# MAAS mirror\n`maas-mirror status --stack NAME` lists executions and published versions.',
        width: 24,
      }),
    ],
    [
      graph('Executions', [
        stateMachine.metricSucceeded(hour),
        stateMachine.metricFailed({ ...hour, label: 'failed, or upstream was mid-update' }),
        failedOf(stateMachine, { ...hour, statistic: 'Sum', label: 'failed' }),
        stateMachine.metricTimedOut(hour),
      ]),
      graph(
        'Seconds of a stage',
        ofBuilds((project, options) => project.metricDuration(options)),
      ),
    ],
    [
      graph(
        'Failed builds',
        ofBuilds((project, options) => project.metricFailedBuilds(options)),
      ),
      // CloudWatch rejects a dashboard with an empty graph.
      ...(requests.length > 0
        ? [
            graph(
              'Days since the newest version',
              requests.map((request) => ageOf(request, stateMachine, Duration.hours(6))),
            ),
          ]
        : []),
    ],
    [
      graph('Bytes served', [siteMetric(site, 'BytesDownloaded', ofCloudFront)]),
      graph('Errors of the site, %', [
        siteMetric(site, '5xxErrorRate', ofCloudFront),
        siteMetric(site, '4xxErrorRate', ofCloudFront),
      ]),
    ],
  ];
}

const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 12 });

/** `Fetch`, `KernelGaArm Extract`. */
function labelOf(build: StageBuild): string {
  const own = build.node.id === 'Extract' ? build.node.path.split('/').slice(-2) : [build.node.id];
  return own.join(' ');
}
