import type { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { metrics } from '../../job/aws/metrics';
import type { BuildRequest } from '../../job/build-request';
import type { MirrorSite } from '../site/mirror-site';

export function behindOf(request: BuildRequest, machine: StateMachine, period: Duration, statistic: string): Metric {
  return new Metric({
    namespace: metrics.namespace,
    metricName: metrics.behind,
    dimensionsMap: dimensionsOf(request, machine),
    period,
    statistic,
  });
}

export function ageOf(request: BuildRequest, machine: StateMachine, period: Duration): Metric {
  return new Metric({
    namespace: metrics.namespace,
    metricName: metrics.ageDays,
    dimensionsMap: dimensionsOf(request, machine),
    period,
    statistic: 'Maximum',
    label: `${request.view} ${request.release}`,
  });
}

/** Several mirrors can have views with the same name. */
function dimensionsOf({ view, release }: BuildRequest, { stateMachineArn }: StateMachine): Record<string, string> {
  return { StateMachineArn: stateMachineArn, View: view, Release: release };
}

/** Failed executions, except those that ended because upstream was mid-update. */
export function failedOf(machine: StateMachine, options: MetricOptions): Metric {
  return ofMirror(metrics.failed, machine, options);
}

/** Whether a promotion into a view stands still, over all its releases. */
export function standsStillOf(view: string, machine: StateMachine, options: MetricOptions): Metric {
  return ofMirror(metrics.standsStill, machine, options, { View: view });
}

/** Days of the longest hold without an end. */
export function heldDaysOf(machine: StateMachine, options: MetricOptions): Metric {
  return ofMirror(metrics.heldDays, machine, options);
}

function ofMirror(
  metricName: string,
  { stateMachineArn }: StateMachine,
  options: MetricOptions,
  more: Record<string, string> = {},
): Metric {
  const dimensionsMap = { StateMachineArn: stateMachineArn, ...more };
  return new Metric({ namespace: metrics.namespace, metricName, dimensionsMap, ...options });
}

/** Metrics that CloudFront publishes for every distribution by default, in us-east-1 only. */
export type SiteMetric = 'BytesDownloaded' | '4xxErrorRate' | '5xxErrorRate';

/** A metric is identified by all its dimensions. The CDK's metrics of a distribution lack `Region`, so they never have data. */
export function siteMetric({ distribution }: MirrorSite, metricName: SiteMetric, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: 'AWS/CloudFront',
    metricName,
    dimensionsMap: { DistributionId: distribution.distributionId, Region: 'Global' },
    statistic: metricName === 'BytesDownloaded' ? 'Sum' : 'Average',
    ...options,
  });
}
