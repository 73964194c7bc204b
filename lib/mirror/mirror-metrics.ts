import type { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { metrics } from '../job/metrics';
import type { Order } from '../job/order';
import type { MirrorSite } from './mirror-site';

export function behindOf({ view, release }: Order, period: Duration, statistic: string): Metric {
  return new Metric({
    namespace: metrics.namespace,
    metricName: metrics.behind,
    dimensionsMap: { View: view, Release: release },
    period,
    statistic,
  });
}

export function ageOf({ view, release }: Order, period: Duration): Metric {
  return new Metric({
    namespace: metrics.namespace,
    metricName: metrics.ageDays,
    dimensionsMap: { View: view, Release: release },
    period,
    statistic: 'Maximum',
    label: `${view} ${release}`,
  });
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
