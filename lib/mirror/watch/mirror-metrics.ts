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

/** Several mirrors may have a view of one name. */
function dimensionsOf({ view, release }: BuildRequest, { stateMachineArn }: StateMachine): Record<string, string> {
  return { StateMachineArn: stateMachineArn, View: view, Release: release };
}

/** Executions that failed of something else than that upstream was not ready. */
export function failedOf({ stateMachineArn }: StateMachine, options: MetricOptions): Metric {
  return new Metric({
    namespace: metrics.namespace,
    metricName: metrics.failed,
    dimensionsMap: { StateMachineArn: stateMachineArn },
    ...options,
  });
}

/** What CloudFront measures of every distribution without being asked, in us-east-1 only. */
export type SiteMetric = 'BytesDownloaded' | '4xxErrorRate' | '5xxErrorRate';

/** CloudWatch finds a metric by all of its dimensions; those of the CDK's distribution leave `Region` out, and never have data. */
export function siteMetric({ distribution }: MirrorSite, metricName: SiteMetric, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: 'AWS/CloudFront',
    metricName,
    dimensionsMap: { DistributionId: distribution.distributionId, Region: 'Global' },
    statistic: metricName === 'BytesDownloaded' ? 'Sum' : 'Average',
    ...options,
  });
}
