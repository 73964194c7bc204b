import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import {
  Architecture,
  DebianRelease,
  KernelFlavour,
  MaasMirror,
  type MaasMirrorProps,
  MirrorSchedule,
  SigningKey,
  UbuntuRelease,
} from '../../lib';
import { outputOf, stackOutputs } from '../../lib/job/aws/stack-outputs';
import { everyProp, keyArn } from './every-prop';
import { definitionOf, statesOf } from './made-mirror';
import { statementsOf } from './statements';
import '../fixtures/needs-seconds';

type Props = (stack: Stack) => MaasMirrorProps;

function madeMirror(props: Props = () => ({ releases: [UbuntuRelease.NOBLE] })) {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  const mirror = new MaasMirror(stack, 'Mirror', props(stack));
  return { stack, mirror, template: Template.fromStack(stack) };
}

/** Logical ids of a type. */
const idsOf = (template: Template, type: string) => Object.keys(template.findResources(type));
const propertiesOf = (template: Template, type: string) =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties);

/** The orders that the schedules of a mirror carry, with the time that Scheduler fills in. */
function ordersIn(template: Template): { at: string; order: Record<string, unknown> }[] {
  return propertiesOf(template, 'AWS::Scheduler::Schedule').map(({ Target }) => JSON.parse(Target.Input));
}

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

describe('a mirror of one release', () => {
  it('keeps the names of its bucket and its key, whatever is built around them', () => {
    // Another id is another bucket or key: every site in the field would have an empty mirror that it does not trust.
    expect(idsOf(template, 'AWS::KMS::Key')).toEqual(['MirrorSigningKey1CFB85A9']);
    expect(idsOf(template, 'AWS::S3::Bucket')).toContain('MirrorMirrorBucket1127FCD9');
    for (const type of ['AWS::KMS::Key', 'AWS::S3::Bucket']) {
      template.allResources(type, { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    }
  });

  it('makes a key that signs by RSA-4096', () => {
    expect(propertiesOf(template, 'AWS::KMS::Key')).toMatchObject([{ KeySpec: 'RSA_4096', KeyUsage: 'SIGN_VERIFY' }]);
  });

  it('tells what the command line asks for', () => {
    const values = Object.fromEntries(
      Object.entries(template.findOutputs('*')).map(([key, { Value }]) => [key, JSON.stringify(Value)]),
    );

    for (const name of Object.values(stackOutputs)) expect(outputOf(values, name), name).toBeDefined();
  });

  it('tells its topic, for those who subscribe', () => {
    const [output, ...others] = Object.values(
      template.findOutputs('*', { Value: { Ref: Match.stringLikeRegexp('^MirrorFailures') } }),
    );

    expect(output).toBeDefined();
    expect(others).toEqual([]);
    expect(
      Object.keys(template.findOutputs('*')).filter((key) => /^MirrorTopicArn[0-9A-F]{8}$/.test(key)),
    ).toHaveLength(1);
  });

  it('logs its executions below /aws/vendedlogs/states/, each mirror under a name of its own', () => {
    const names = propertiesOf(template, 'AWS::Logs::LogGroup').flatMap(({ LogGroupName }) => LogGroupName ?? []);

    expect(names).toEqual([expect.stringMatching(/^\/aws\/vendedlogs\/states\/Stack-Mirror-Workflow-[0-9A-F]{8}$/)]);
  });

  it('looks for nothing by itself, and has no alarm that could never ring', () => {
    template.resourceCountIs('AWS::Scheduler::Schedule', 0);
    const names = idsOf(template, 'AWS::CloudWatch::Alarm').map((id) => /Monitoring(\w+)[0-9A-F]{8}$/.exec(id)?.[1]);
    expect(names.sort()).toEqual(['ExecutionFailed', 'ExecutionTimedOut', 'LookFailed', 'SiteErrors', 'TellFailed']);
  });

  it('says in every alarm what to do, and tells its topic', () => {
    const { template: scheduled } = madeMirror(() => ({
      releases: [UbuntuRelease.NOBLE],
      schedule: MirrorSchedule.DAILY,
    }));
    const alarms = propertiesOf(scheduled, 'AWS::CloudWatch::Alarm');

    expect(alarms).toHaveLength(7); // behind: noble, and the bootloaders
    for (const { AlarmDescription, AlarmActions, TreatMissingData } of alarms) {
      expect(AlarmDescription).toMatch(/\b([Ss]ee|Fix) /);
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

  it('rings for a release that is behind its sources by what Look measures of this mirror', () => {
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

  it('rings for executions that failed by what Tell measures, which leaves out those that upstream was not ready for', () => {
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

  it('says of executions that failed what and why', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [{ Ref: Match.stringLikeRegexp('^MirrorWorkflowStateMachine') }],
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        },
      },
      Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^MirrorTellFunction'), 'Arn'] } })],
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'cdk-maas-mirror: tell',
      Environment: { Variables: { MIRROR_TOPIC: { Ref: Match.stringLikeRegexp('^MirrorFailures') } } },
    });
  });

  it('has a topic that takes TLS only, from its own alarms', () => {
    const [{ PolicyDocument }] = propertiesOf(template, 'AWS::SNS::TopicPolicy') as [
      { PolicyDocument: { Statement: object[] } },
    ];
    expect(PolicyDocument.Statement).toMatchObject([
      { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      {
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Condition: { ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', expect.arrayContaining([':alarm:*'])] } } },
      },
    ]);
  });
});

describe('the properties of a mirror', () => {
  it('releases: has the usual flavours of these, and looks for news of these', () => {
    const { template: made } = madeMirror(() => ({
      releases: [DebianRelease.BOOKWORM],
      architectures: [Architecture.AMD64],
      schedule: MirrorSchedule.DAILY,
    }));
    const extractions = statesOf(definitionOf(made)).flatMap(([name]) => (/^Extract/.test(name) ? [name] : []));

    expect(extractions.sort()).toEqual(['ExtractCloud', 'ExtractGeneric']);
    expect(ordersIn(made).map(({ order }) => order)).toMatchObject([
      { release: 'bookworm', view: 'candidate', architectures: ['amd64'] },
    ]);
  });

  it('architectures: has arm machines only for arm64', () => {
    const types = (architectures: Architecture[]) =>
      new Set(
        propertiesOf(
          madeMirror(() => ({ releases: [UbuntuRelease.NOBLE], architectures })).template,
          'AWS::CodeBuild::Project',
        ).map(({ Environment }) => Environment.Type),
      );

    expect(types([Architecture.AMD64])).toEqual(new Set(['LINUX_CONTAINER']));
    expect(types([Architecture.ARM64])).toEqual(new Set(['LINUX_CONTAINER', 'ARM_CONTAINER']));
  });

  it('architectures: orders of a release what it has of them', () => {
    const { template: made } = madeMirror(() => ({
      releases: [UbuntuRelease.NOBLE, UbuntuRelease.XENIAL],
      architectures: [Architecture.AMD64, Architecture.RISCV64],
      schedule: MirrorSchedule.DAILY,
    }));

    expect(ordersIn(made).map(({ order }) => [order.release, order.architectures])).toEqual([
      ['noble', ['amd64', 'riscv64']],
      ['xenial', ['amd64']],
      ['bootloaders', []],
    ]);
  });

  it('schedule: calls Look for every release of every view, with the time of the look', () => {
    const { template: made } = madeMirror(everyProp);

    expect(ordersIn(made).map(({ at, order }) => [at, order.view, order.release])).toEqual([
      ['<aws.scheduler.scheduled-time>', 'candidate', 'noble'],
      ['<aws.scheduler.scheduled-time>', 'candidate', 'bootloaders'],
      ['<aws.scheduler.scheduled-time>', 'next', 'jammy'],
    ]);
    made.allResourcesProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(6 hours)',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
      State: 'ENABLED',
      Target: {
        Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^MirrorLookFunction'), 'Arn'] },
        RoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^MirrorLookoutRole'), 'Arn'] },
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 2 },
      },
    });
  });

  it('views and places: order what they say', () => {
    const next = ordersIn(madeMirror(everyProp).template).find(({ order }) => order.view === 'next');

    expect(next?.order).toMatchObject({
      release: 'jammy',
      architectures: ['amd64'],
      kernels: { required: ['hwe'], optional: ['ga'] },
      customise: {
        repositories: [
          'ppa:cloud-init-dev/daily',
          {
            repository: expect.stringMatching(/^Types: deb\n/),
            credentials: expect.stringMatching(/:repository-AbCdEf$/),
          },
        ],
        proposed: ['cloud-init'],
        packages: ['jq'],
        purge: ['snapd'],
      },
      serial: '20261120',
      compression: 'xz',
      bootTest: false,
      bootTimeout: 45,
      places: { stream: 'releases', streamKeyring: 'AAAA', proxy: 'http://proxy.example.com:3128' },
    });
  });

  it('maxConcurrency: is what architectures and flavours share', () => {
    const { template: made } = madeMirror(everyProp);
    const maps = statesOf(definitionOf(made)).flatMap(([name, { MaxConcurrency }]) =>
      MaxConcurrency === undefined ? [] : [[name, MaxConcurrency]],
    );

    expect(maps).toEqual([
      ['EachArchitecture', 2],
      ['EachKernel', 4],
    ]);
  });

  it('computeType, armComputeType and stageTimeout: are those of all builds, except the small one of bootloaders and the limit of boots', () => {
    const machines = propertiesOf(madeMirror(everyProp).template, 'AWS::CodeBuild::Project').map(
      ({ Description, Environment: { Type, ComputeType: size }, TimeoutInMinutes }) => [
        ...(/: (bootloaders|boot-test|extract)$/.exec(Description)?.slice(1) ?? ['another']),
        `${Type} ${size} ${TimeoutInMinutes}`,
      ],
    );

    const [x86, arm] = ['LINUX_CONTAINER BUILD_GENERAL1_LARGE 120', 'ARM_CONTAINER BUILD_GENERAL1_MEDIUM 120'];
    expect([...new Set(machines.map((words) => words.join(' ')))].sort()).toEqual(
      [
        ...[
          `another ${x86}`,
          `another ${arm}`,
          `boot-test ${x86.replace('120', '210')}`,
          `extract ${x86}`,
          `extract ${arm}`,
        ],
        'bootloaders LINUX_CONTAINER BUILD_GENERAL1_SMALL 120',
      ].sort(),
    );
  });

  it.each([Duration.minutes(5), Duration.hours(36)])('stageTimeout: may be %s', (stageTimeout) => {
    const { template: made } = madeMirror(() => ({ releases: [UbuntuRelease.NOBLE], stageTimeout }));
    const limits = propertiesOf(made, 'AWS::CodeBuild::Project').map(({ Description, TimeoutInMinutes: minutes }) => {
      return [/: boot-test$/.test(Description) ? 'boot' : 'other', minutes].join(' ');
    });

    const minutes = stageTimeout.toMinutes();
    expect(new Set(limits)).toEqual(new Set([`boot ${Math.max(minutes, 210)}`, `other ${minutes}`]));
  });

  it('site: is served as it says', () => {
    const { template: made } = madeMirror(everyProp);

    made.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: { Aliases: ['images.example.com'], IPV6Enabled: false },
    });
    made.resourceCountIs('AWS::CloudFront::KeyValueStore', 1);
  });

  it('mirrorBucket: goes on with it, and says what its policy needs', () => {
    const { stack, template: made } = madeMirror((scope) => ({
      mirrorBucket: Bucket.fromBucketName(scope, 'Bucket', 'my-mirror'),
    }));

    expect(idsOf(made, 'AWS::S3::Bucket')).toEqual([expect.stringMatching(/^MirrorWorkBucket/)]);
    made.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'cdk-maas-mirror: publish',
      Environment: { Variables: { MIRROR_STORE: 's3://my-mirror' } },
    });
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('policy of an imported bucket'));
  });

  it('signingKey: goes on with a key of KMS', () => {
    const { template: made } = madeMirror((scope) => ({
      signingKey: SigningKey.kms(Key.fromKeyArn(scope, 'Key', keyArn)),
    }));

    made.resourceCountIs('AWS::KMS::Key', 0);
    made.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'cdk-maas-mirror: publish',
      Environment: { Variables: { MIRROR_SIGNING_KEY: `kms:${keyArn}` } },
    });
    expect(statementsOf(made, /^MirrorPublishRole/)).toContainEqual(
      expect.objectContaining({ Action: ['kms:Sign', 'kms:GetPublicKey', 'kms:DescribeKey'], Resource: keyArn }),
    );
  });

  it('signingKey: signs with a secret, found by its name, too, and encrypted with a key of its own', () => {
    const { template: made } = madeMirror((scope) => ({
      signingKey: SigningKey.secret(
        Secret.fromSecretAttributes(scope, 'Secret', {
          secretPartialArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:mirror-key',
          encryptionKey: Key.fromKeyArn(scope, 'Key', keyArn),
        }),
      ),
    }));

    made.resourceCountIs('AWS::KMS::Key', 0);
    made.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'cdk-maas-mirror: publish',
      Environment: {
        Variables: {
          MIRROR_SIGNING_KEY: 'secret:arn:aws:secretsmanager:us-east-1:123456789012:secret:mirror-key',
        },
      },
    });
    const statements = statementsOf(made, /^MirrorPublishRole/);
    expect(statements).toContainEqual({
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:mirror-key-??????',
    });
    expect(statements).toContainEqual({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: keyArn });
  });

  it('alarmTopic: tells it, and lets alarms speak to it', () => {
    const { stack, template: made } = madeMirror((scope) => ({ alarmTopic: new Topic(scope, 'Pager') }));

    expect(idsOf(made, 'AWS::SNS::Topic')).toEqual([expect.stringMatching(/^Pager/)]);
    made.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: [Match.objectLike({ Principal: { Service: 'cloudwatch.amazonaws.com' } })] },
    });
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('topic'));
  });

  it('alarmTopic: uses the key of an encrypted one, and lets alarms use it', () => {
    const { stack, template: made } = madeMirror((scope) => ({
      alarmTopic: new Topic(scope, 'Pager', { masterKey: new Key(scope, 'PagerKey') }),
    }));

    const use = { Effect: 'Allow', Action: ['kms:GenerateDataKey', 'kms:Decrypt'] };
    const [key] = idsOf(made, 'AWS::KMS::Key').filter((id) => id.startsWith('PagerKey'));
    expect(statementsOf(made, /^MirrorTellRole/)).toContainEqual({ ...use, Resource: { 'Fn::GetAtt': [key, 'Arn'] } });
    made.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({ ...use, Principal: { Service: 'cloudwatch.amazonaws.com' }, Resource: '*' }),
        ]),
      },
    });
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('topic'));
  });

  it('serverAccessLogsBucket: S3 writes into it, and nobody else may', () => {
    const { stack, template: made } = madeMirror((scope) => ({ serverAccessLogsBucket: new Bucket(scope, 'Logs') }));

    const [logs] = idsOf(made, 'AWS::S3::Bucket').filter((id) => id.startsWith('Logs'));
    const written = { Effect: 'Allow', Action: 's3:PutObject', Principal: { Service: 'logging.s3.amazonaws.com' } };
    for (const [id, prefix] of [
      ['MirrorMirrorBucket', 'maas-mirror/'],
      ['MirrorWorkBucket', 'maas-mirror-work/'],
    ] as const) {
      const [bucket] = idsOf(made, 'AWS::S3::Bucket').filter((one) => one.startsWith(id));
      expect(made.findResources('AWS::S3::Bucket')[String(bucket)]?.Properties.LoggingConfiguration).toEqual({
        DestinationBucketName: { Ref: logs },
        LogFilePrefix: prefix,
      });
      made.hasResourceProperties('AWS::S3::BucketPolicy', {
        Bucket: { Ref: logs },
        PolicyDocument: {
          Statement: Match.arrayWith([
            {
              ...written,
              Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [logs, 'Arn'] }, `/${prefix}*`]] },
              Condition: {
                StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
                ArnLike: { 'aws:SourceArn': { 'Fn::GetAtt': [bucket, 'Arn'] } },
              },
            },
          ]),
        },
      });
    }
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('logs'));
  });

  it('serverAccessLogsBucket: may be of another stack, and warns of an imported one', () => {
    const app = new App({ analyticsReporting: false });
    const logs = new Bucket(new Stack(app, 'LogsStack'), 'Logs');
    const stack = new Stack(app, 'Stack');
    new MaasMirror(stack, 'Mirror', { serverAccessLogsBucket: logs });
    expect(() => app.synth()).not.toThrow();

    const { stack: importing } = madeMirror((scope) => ({
      serverAccessLogsBucket: Bucket.fromBucketName(scope, 'Logs', 'my-logs'),
    }));
    Annotations.fromStack(importing).hasWarning('*', Match.stringLikeRegexp('let logging.s3.amazonaws.com do'));
  });

  it('alarmTopic: warns where the policy of an imported one has to be changed elsewhere', () => {
    const { stack } = madeMirror((scope) => ({
      alarmTopic: Topic.fromTopicArn(scope, 'Topic', 'arn:aws:sns:us-east-1:123456789012:pager'),
    }));

    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('cloudwatch.amazonaws.com do sns:Publish'));
  });

  it('vpc: runs the builds, Plan and Look in its private subnets, and nothing else', () => {
    const { template: made } = madeMirror((stack) => ({ releases: [UbuntuRelease.NOBLE], vpc: new Vpc(stack, 'Vpc') }));

    const subnets = [1, 2].map((at) => ({ Ref: expect.stringMatching(`^VpcPrivateSubnet${at}`) }));
    expect(propertiesOf(made, 'AWS::CodeBuild::Project')).toHaveLength(7);
    for (const { VpcConfig } of propertiesOf(made, 'AWS::CodeBuild::Project')) {
      expect(VpcConfig).toMatchObject({ VpcId: { Ref: expect.stringMatching(/^Vpc/) }, Subnets: subnets });
    }
    const inside = propertiesOf(made, 'AWS::Lambda::Function').filter(({ VpcConfig }) => VpcConfig !== undefined);
    expect(inside.map(({ Description }) => Description).sort()).toEqual([
      'cdk-maas-mirror: look',
      'cdk-maas-mirror: plan',
    ]);
    for (const { VpcConfig } of inside) expect(VpcConfig).toMatchObject({ SubnetIds: subnets });
  });

  it('vpc: has one security group for all, which lets everything out and nothing in', () => {
    const { mirror, stack, template: made } = madeMirror(everyProp);

    const [group] = idsOf(made, 'AWS::EC2::SecurityGroup');
    const own = { 'Fn::GetAtt': [group, 'GroupId'] };
    expect(propertiesOf(made, 'AWS::EC2::SecurityGroup')).toMatchObject([
      { SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }] },
    ]);
    expect(propertiesOf(made, 'AWS::EC2::SecurityGroup')[0]).not.toHaveProperty('SecurityGroupIngress');
    made.allResourcesProperties('AWS::CodeBuild::Project', { VpcConfig: { SecurityGroupIds: [own] } });
    for (const { VpcConfig } of propertiesOf(made, 'AWS::Lambda::Function')) {
      if (VpcConfig !== undefined) expect(VpcConfig.SecurityGroupIds).toEqual([own]);
    }
    const { securityGroups } = mirror.builds.fetch.project.connections;
    expect(stack.resolve(securityGroups.map((one) => one.securityGroupId))).toEqual([own]);
  });

  it('vpcSubnets: are where builds, Plan and Look run', () => {
    const { template: made } = madeMirror(everyProp);

    const subnets = [1, 2].map((at) => ({ Ref: Match.stringLikeRegexp(`^VpcInnerSubnet${at}`) }));
    made.allResourcesProperties('AWS::CodeBuild::Project', { VpcConfig: { Subnets: subnets } });
    for (const name of ['plan', 'look']) {
      made.hasResourceProperties('AWS::Lambda::Function', {
        Description: `cdk-maas-mirror: ${name}`,
        VpcConfig: { SubnetIds: subnets },
      });
    }
  });

  it('vpc: gives the builds their rights before CodeBuild asks for them', () => {
    const { template: made } = madeMirror(everyProp);

    const projects = Object.values(made.findResources('AWS::CodeBuild::Project'));
    for (const { DependsOn, Properties } of projects) {
      const [role] = Properties.ServiceRole['Fn::GetAtt'];
      const policies = Object.entries(made.findResources('AWS::IAM::Policy')).filter(
        ([, policy]) => policy.Properties.Roles[0].Ref === role,
      );
      expect(DependsOn.toSorted()).toEqual([role, ...policies.map(([id]) => id)].toSorted());
      expect(policies).toHaveLength(1);
    }
  });

  it('says what MAAS has to be told of each of its views', () => {
    const views = [
      { name: 'candidate', releases: [UbuntuRelease.NOBLE] },
      { name: 'next-one', releases: [UbuntuRelease.JAMMY] },
    ];
    const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555';
    const { template } = madeMirror((stack) => ({
      views,
      site: {
        domainName: 'images.example.com',
        certificate: Certificate.fromCertificateArn(stack, 'Certificate', certificateArn),
      },
    }));
    const found = Object.values(template.findOutputs('*')).map(({ Value }) => Value);

    const file = '/var/snap/maas/common/maas-mirror.gpg';
    expect(found).toEqual(
      expect.arrayContaining([
        `sudo curl --fail -o ${file} https://images.example.com/keyring.gpg`,
        `maas admin boot-sources create url=https://images.example.com/candidate/ keyring_filename=${file}`,
        `maas admin boot-sources create url=https://images.example.com/next-one/ keyring_filename=${file}`,
      ]),
    );
  });

  it('vpcSubnets: refuses public ones, where nothing has a public address, and those of no VPC', () => {
    const vpcSubnets = { subnetType: SubnetType.PUBLIC };

    expect(() => madeMirror((stack) => ({ vpc: new Vpc(stack, 'Vpc'), vpcSubnets }))).toThrow(
      expect.objectContaining({
        misuse: true,
        message: 'the subnet Stack/Vpc/PublicSubnet1 of the property vpc is public',
      }),
    );
    expect(() => madeMirror(() => ({ vpcSubnets }))).toThrow(
      expect.objectContaining({ misuse: true, message: 'the property vpcSubnets is there and vpc is not' }),
    );
  });

  it('site: names the properties that its buckets belong to', () => {
    const site = { bucket: Bucket.fromBucketName(new Stack(), 'Mirror', 'my-mirror') };
    const logged = { serverAccessLogsBucket: site.bucket };

    expect(() => madeMirror(() => ({ site }))).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/ property mirrorBucket of the mirror$/) }),
    );
    expect(() => madeMirror(() => ({ site: logged }))).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/ property serverAccessLogsBucket of the mirror$/) }),
    );
  });

  it('leaves a place for the password where its site asks for one', () => {
    const { template } = madeMirror(() => ({ releases: [UbuntuRelease.NOBLE], site: { basicAuth: true } }));
    const commands = Object.entries(template.findOutputs('*')).filter(([key]) => /^MirrorMaas/.test(key));

    expect(commands.map(([, { Value }]) => JSON.stringify(Value))).toEqual([
      expect.stringMatching(/ https:\/\/SITE:PASSWORD@",.*"DomainName"\]\},"\/keyring\.gpg"/),
      expect.stringMatching(/ url=https:\/\/SITE:PASSWORD@",.*"DomainName"\]\},"\/candidate\/ /),
    ]);
  });

  it('lets somebody order builds and follow them', () => {
    const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
    const mirror = new MaasMirror(stack, 'Mirror', { releases: [UbuntuRelease.NOBLE] });
    mirror.grantStartRelease(new Role(stack, 'Operator', { assumedBy: new AccountRootPrincipal() }));

    const statements = statementsOf(Template.fromStack(stack), /^Operator/);
    expect(statements.flatMap(({ Action }) => Action)).toEqual([
      ...['states:DescribeExecution', 'states:GetExecutionHistory'],
      ...['cloudformation:DescribeStacks', 'codebuild:BatchGetBuilds', 'logs:GetLogEvents'],
      ...['states:StartExecution', 'states:ListExecutions'],
    ]);
    expect(statements).toContainEqual({
      Effect: 'Allow',
      Action: 'cloudformation:DescribeStacks',
      Resource: { Ref: 'AWS::StackId' },
    });
  });
});

describe('a mirror refuses', () => {
  const noble = UbuntuRelease.NOBLE;
  const elsewhere = new Stack(new App({ analyticsReporting: false }), 'Elsewhere');

  it.each<[string, MaasMirrorProps, RegExp]>([
    [
      'views that give resources of one name',
      { views: [{ name: 'a-1' }, { name: 'b' }, { name: 'a1' }] },
      /views names "a-1" and "a1", which give resources of one name/,
    ],
    ['a view twice', { views: [{ name: 'a' }, { name: 'a' }] }, /views names "a" twice/],
    [
      'a view that lies beside the pool',
      { views: [{ name: 'pool', releases: [noble] }] },
      /no view can be called pool/,
    ],
    ['a view with capitals', { views: [{ name: 'Next', releases: [noble] }] }, /lower-case letters/],
    [
      'a release that a view wants and the mirror has not',
      { releases: [UbuntuRelease.JAMMY], views: [{ name: 'a', releases: [noble] }] },
      /the view a wants noble, the property releases has jammy/,
    ],
    [
      'a flavour that a view wants and the mirror has not',
      { kernels: [KernelFlavour.GA], views: [{ name: 'a', releases: [noble], requiredKernels: [KernelFlavour.HWE] }] },
      /the view a wants hwe, the property kernels has ga/,
    ],
    [
      'a compression that nobody knows',
      { views: [{ name: 'a', releases: [noble], compression: 'rar' }] },
      /compression/,
    ],
    ['a repository that is none', { views: [{ name: 'a', releases: [noble], repositories: ['ppa:'] }] }, /ppa:/],
    [
      'a kernel as a package',
      { views: [{ name: 'a', releases: [noble], packages: ['linux-generic'] }] },
      /is a kernel/,
    ],
    [
      'a stream that is none',
      { releases: [noble], places: { stream: 'weekly' } },
      /places.stream: .*\(seen: "weekly"\)/,
    ],
    [
      'a bucket of the site, which serves that of the mirror',
      { site: { bucket: Bucket.fromBucketName(elsewhere, 'Mirror', 'my-mirror') } },
      /site.bucket is there/,
    ],
    [
      'logs of the bucket of the site, too',
      { site: { serverAccessLogsBucket: Bucket.fromBucketName(elsewhere, 'Logs', 'my-logs') } },
      /site.serverAccessLogsBucket is there/,
    ],
    [
      'orders that no template has room for',
      { releases: [noble], schedule: MirrorSchedule.DAILY, places: { streamKeyring: 'AAAA'.repeat(100_000) } },
      /schedules of 2 orders take \d+ characters/,
    ],
  ])('%s', (_, props, message) => {
    expect(() => madeMirror(() => props)).toThrow(
      expect.objectContaining({ misuse: true, message: expect.stringMatching(message), hint: expect.any(String) }),
    );
  });
});
