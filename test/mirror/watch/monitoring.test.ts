import { Duration } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { MirrorSchedule, UbuntuRelease } from '../../../lib';
import { idsOf, madeMirror, propertiesOf } from '../made-mirror';
import '../../fixtures/needs-seconds';

interface Graph {
  readonly type: string;
  readonly properties: { readonly title: string; readonly metrics: readonly unknown[][] };
}

/** The graphs of the dashboard; what CloudFormation would fill in stands there by its logical id. */
function graphsIn(template: Template): Graph[] {
  const [{ DashboardBody }] = propertiesOf(template, 'AWS::CloudWatch::Dashboard') as [
    { readonly DashboardBody: { readonly 'Fn::Join': [string, (string | { readonly Ref?: string })[]] } },
  ];
  const text = DashboardBody['Fn::Join'][1]
    .map((part) => (typeof part === 'string' ? part : (part.Ref ?? 'x')))
    .join('');
  return (JSON.parse(text) as { readonly widgets: Graph[] }).widgets.filter(({ type }) => type === 'metric');
}

const { template } = madeMirror();

describe('what watches a mirror', () => {
  it('looks for nothing by itself, and has no alarm that could never ring', () => {
    template.resourceCountIs('AWS::Scheduler::Schedule', 0);
    const names = idsOf(template, 'AWS::CloudWatch::Alarm').map((id) => /Monitoring(\w+)[0-9A-F]{8}$/.exec(id)?.[1]);
    expect(names.sort()).toEqual([
      'CheckForUpdatesFailed',
      'ExecutionFailed',
      'ExecutionTimedOut',
      'NotifyFailed',
      'OperateFailed',
      'PromoteFailed',
      'SiteErrors',
    ]);
  });

  it('rings for promotions that stand still, and for holds without an end, where these are measured', () => {
    const promote = { from: 'candidate', after: Duration.days(3), require: ['hw-lab'] };
    const views = [
      { name: 'candidate', releases: [UbuntuRelease.NOBLE] },
      { name: 'stable', promote },
    ];
    const { template: made } = madeMirror(() => ({ views }));
    const machine = { Name: 'StateMachineArn', Value: { Ref: idsOf(made, 'AWS::StepFunctions::StateMachine')[0] } };

    made.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp(
        '^A release of the view stable has taken nothing from candidate.*maas-mirror promote candidate stable .*\\(after 3d, hw-lab\\)',
      ),
      // One release that does not stand still must not silence the alarm about another.
      ...{ Namespace: 'MaasMirror', MetricName: 'StandsStill', Statistic: 'Maximum', Threshold: 1 },
      Dimensions: [machine, { Name: 'View', Value: 'stable' }],
      ...{ Period: 10800, EvaluationPeriods: 1, TreatMissingData: 'notBreaching' },
    });
    made.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp('^A release has been held for 14 days'),
      ...{ Namespace: 'MaasMirror', MetricName: 'HeldDays', Statistic: 'Maximum', Threshold: 14 },
      Dimensions: [machine],
    });
    const still = idsOf(made, 'AWS::CloudWatch::Alarm').filter((id) => /StandsStill/.test(id));
    expect(still).toEqual([expect.stringMatching(/MonitoringStandsStillStable[0-9A-F]{8}$/)]);
    for (const { AlarmDescription } of propertiesOf(made, 'AWS::CloudWatch::Alarm')) {
      expect(AlarmDescription).toMatch(/\b([Ss]ee|Fix|check) /);
    }
  });

  it('says in every alarm what to do, and tells its topic', () => {
    const { template: scheduled } = madeMirror(() => ({
      releases: [UbuntuRelease.NOBLE],
      schedule: MirrorSchedule.DAILY,
    }));
    const alarms = propertiesOf(scheduled, 'AWS::CloudWatch::Alarm');

    expect(alarms).toHaveLength(10); // behind: noble, and the bootloaders
    for (const { AlarmDescription, AlarmActions, TreatMissingData } of alarms) {
      expect(AlarmDescription).toMatch(/\b([Ss]ee|Fix|check) /);
      expect(AlarmDescription.length).toBeLessThanOrEqual(1024);
      expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^MirrorFailures/) }]);
      expect(TreatMissingData).toBe('notBreaching');
    }
  });

  it.each([
    [{ releases: [UbuntuRelease.NOBLE] }, 5],
    [{ releases: [UbuntuRelease.NOBLE], schedule: MirrorSchedule.DAILY }, 6],
    [{}, 5],
  ])('has no empty graph in its dashboard, for which CloudWatch would refuse it: %j', (props, count) => {
    const graphs = graphsIn(madeMirror(() => props).template);

    expect(graphs).toHaveLength(count);
    for (const { properties } of graphs) expect(properties.metrics.length, properties.title).toBeGreaterThan(0);
  });

  it('asks for what CloudFront measures by both of its dimensions: by one of them, nothing is found', () => {
    const [distribution] = idsOf(template, 'AWS::CloudFront::Distribution');
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/CloudFront',
      MetricName: '5xxErrorRate',
      Statistic: 'Average',
      Dimensions: [
        { Name: 'DistributionId', Value: { Ref: distribution } },
        { Name: 'Region', Value: 'Global' },
      ],
    });

    const shown = graphsIn(template).flatMap(({ properties }) => properties.metrics);
    const ofCloudFront = shown.filter(([namespace]) => namespace === 'AWS/CloudFront');
    const dimensions = ['DistributionId', distribution, 'Region', 'Global'];
    expect(ofCloudFront).toEqual([
      ['AWS/CloudFront', 'BytesDownloaded', ...dimensions, { stat: 'Sum', region: 'us-east-1' }],
      ['AWS/CloudFront', '5xxErrorRate', ...dimensions, { region: 'us-east-1' }],
      ['AWS/CloudFront', '4xxErrorRate', ...dimensions, { region: 'us-east-1' }],
    ]);
  });

  it('rings for a release that is behind its sources by what CheckForUpdates measures of this mirror', () => {
    const { template: made } = madeMirror(() => ({
      releases: [UbuntuRelease.NOBLE],
      schedule: MirrorSchedule.DAILY,
    }));
    const [machine] = idsOf(made, 'AWS::StepFunctions::StateMachine');

    made.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'MaasMirror',
      MetricName: 'Behind',
      Dimensions: [
        { Name: 'Release', Value: 'noble' },
        { Name: 'StateMachineArn', Value: { Ref: machine } },
        { Name: 'View', Value: 'candidate' },
      ],
      Statistic: 'Minimum',
      Period: 86400,
      EvaluationPeriods: 2,
    });
  });

  it('rings for executions that failed by what Notify measures, which leaves out those that upstream was not ready for', () => {
    const [machine] = idsOf(template, 'AWS::StepFunctions::StateMachine');
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp('^A build of the mirror failed'),
      Namespace: 'MaasMirror',
      MetricName: 'Failed',
      Dimensions: [{ Name: 'StateMachineArn', Value: { Ref: machine } }],
      Statistic: 'Maximum',
      Period: 300,
      Threshold: 1,
      EvaluationPeriods: 1,
    });
    const executions = graphsIn(template).find(({ properties }) => properties.title === 'Executions');
    expect(executions?.properties.metrics).toContainEqual([
      'MaasMirror',
      'Failed',
      'StateMachineArn',
      machine,
      { label: 'failed', period: 3600, stat: 'Sum' },
    ]);
  });
});
