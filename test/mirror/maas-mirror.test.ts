import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { ComputeType } from 'aws-cdk-lib/aws-codebuild';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { describe, expect, it } from 'vitest';
import { Architecture, KernelFlavour, MaasMirror, UbuntuRelease } from '../../lib';
import { allKernelNames, kernelsOf } from '../../lib/catalog/kernels';
import { releases } from '../../lib/catalog/releases';
import { everyProp } from './every-prop';
import { definitionOf, everyFlavour, idsOf, madeMirror, propertiesOf, sameTypes, templateOf } from './made-mirror';
import { actionsOf, statementsOf } from './statements';
import '../fixtures/needs-seconds';

const template = templateOf(everyFlavour);
const functionNames = ['plan', 'select', 'publish', 'promote', 'operate', 'check-for-updates', 'notify'];

describe('the build projects', () => {
  const projects = Object.values(template.findResources('AWS::CodeBuild::Project')).map(({ Properties }) => Properties);

  it('are one for every kernel flavour and machine, and one for every other stage', () => {
    const arm = allKernelNames.filter((kernel) =>
      releases.some(({ name }) => kernelsOf(name, 'arm64').some((one) => one.name === kernel)),
    );

    expect(projects.map(({ Description }) => Description.replace('cdk-maas-mirror: ', '')).sort()).toEqual(
      [
        ...[...allKernelNames, ...arm].map(() => 'extract'),
        ...['boot-test', 'bootloaders', 'fetch', 'prepare', 'prepare', 'upgrade', 'upgrade'],
      ].sort(),
    );
  });

  it('run privileged, on Ubuntu 24.04 or arm, above a kernel that is kept up to date', () => {
    const machines = new Set(
      projects.map(({ Environment: { Type, Image, ComputeType } }) => `${Type} ${Image} ${ComputeType}`),
    );

    expect([...machines].sort()).toEqual([
      'ARM_CONTAINER aws/codebuild/amazonlinux-aarch64-standard:4.0 BUILD_GENERAL1_LARGE',
      'LINUX_CONTAINER aws/codebuild/standard:8.0 BUILD_GENERAL1_MEDIUM',
      'LINUX_CONTAINER aws/codebuild/standard:8.0 BUILD_GENERAL1_SMALL',
    ]);
    for (const { Environment } of projects) {
      expect(Environment).toMatchObject({ PrivilegedMode: true, HostKernel: 'LINUX_KERNEL_6' });
    }
  });

  it('boot and fetch on x86, where the emulators are', () => {
    for (const stage of ['boot-test', 'fetch', 'bootloaders']) {
      const types = projects
        .filter(({ Description }) => Description === `cdk-maas-mirror: ${stage}`)
        .map(({ Environment }) => Environment.Type);
      expect(types).toEqual(['LINUX_CONTAINER']);
    }
  });

  it('know the work bucket and the bundles that they run, and end some time', () => {
    for (const project of projects) {
      expect(project.Environment.EnvironmentVariables).toEqual([
        {
          Name: 'MIRROR_WORK_STORE',
          Type: 'PLAINTEXT',
          Value: { 'Fn::Join': ['', ['s3://', { Ref: expect.stringContaining('WorkBucket') }]] },
        },
        { Name: 'MIRROR_BUNDLES', Type: 'PLAINTEXT', Value: expect.stringMatching(/^[0-9a-f]{64}$/) },
      ]);
      // A boot may be given three hours by whoever starts a build.
      const minutes = project.Description.endsWith(': boot-test') ? 210 : 60;
      expect(project).toMatchObject({ TimeoutInMinutes: minutes, QueuedTimeoutInMinutes: 480 });
    }
  });

  it('have no limit of their own, which AWS refuses above the limit of a new account', () => {
    for (const made of [template, templateOf({ maxConcurrency: 8 })]) {
      made.allResourcesProperties('AWS::CodeBuild::Project', { ConcurrentBuildLimit: Match.absent() });
    }
  });

  it('run the buildspec of their stage as it stands in its file', () => {
    template.hasResourceProperties('AWS::CodeBuild::Project', {
      Description: 'cdk-maas-mirror: boot-test',
      Source: { Type: 'S3', BuildSpec: Match.stringLikeRegexp('^version: 0\\.2\\n[^]*node stage\\.js boot-test\\n') },
    });
  });

  it('write logs that expire', () => {
    const groups = Object.values(template.findResources('AWS::Logs::LogGroup')).map(({ Properties }) => Properties);

    expect(groups).toHaveLength(projects.length + functionNames.length + 1); // and the state machine's
    expect(groups.filter(({ RetentionInDays }) => !RetentionInDays)).toEqual([]);
  });
});

describe('the functions', () => {
  it.each(functionNames)('run the %s bundle on Node 24 and know both stores', (name) => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: `cdk-maas-mirror: ${name}`,
      Runtime: 'nodejs24.x',
      Handler: `${name}.handler`,
      Timeout: 900,
      Environment: {
        Variables: {
          MIRROR_STORE: { 'Fn::Join': ['', ['s3://', { Ref: Match.stringLikeRegexp('MirrorBucket') }]] },
          MIRROR_WORK_STORE: { 'Fn::Join': ['', ['s3://', { Ref: Match.stringLikeRegexp('WorkBucket') }]] },
        },
      },
    });
  });
});

describe('the buckets', () => {
  it('are private, encrypted, and outlive the stack, unless its creation is rolled back', () => {
    const buckets = Object.values(template.findResources('AWS::S3::Bucket'));

    expect(buckets).toHaveLength(2);
    for (const { Properties, DeletionPolicy, UpdateReplacePolicy } of buckets) {
      expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
      expect(Properties.BucketEncryption).toBeDefined();
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['RetainExceptOnCreate', 'Retain']);
    }
  });

  it('refuses what does not come by TLS', () => {
    const policies = Object.values(template.findResources('AWS::S3::BucketPolicy'));

    expect(policies).toHaveLength(2);
    for (const { Properties } of policies) {
      expect(Properties.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    }
  });

  it('keep old versions of the mirror a while and its objects for ever, and what stages hand on for a month', () => {
    const rules = (name: RegExp) =>
      Object.entries(template.findResources('AWS::S3::Bucket'))
        .filter(([id]) => name.test(id))
        .map(([, { Properties }]) => [
          Properties.VersioningConfiguration?.Status,
          Properties.LifecycleConfiguration.Rules[0],
        ]);

    const [[versioning, mirror] = []] = rules(/MirrorBucket/);
    expect(versioning).toBe('Enabled');
    expect(mirror).toMatchObject({ NoncurrentVersionExpiration: { NoncurrentDays: 90 } });
    expect(mirror).not.toHaveProperty('ExpirationInDays');
    expect(rules(/WorkBucket/)).toEqual([[undefined, expect.objectContaining({ ExpirationInDays: 30 })]]);
  });
});

describe('a mirror', () => {
  it('is the same with the recommended feature flags of the CDK as with none', () => {
    const modern = templateOf(everyFlavour, CURRENTLY_RECOMMENDED_FLAGS);

    expect(definitionOf(modern)).toEqual(definitionOf(template));
    for (const type of sameTypes) {
      expect(Object.keys(template.findResources(type)), type).not.toEqual([]);
      expect(modern.findResources(type), type).toEqual(template.findResources(type));
    }
    // a flag lets the CDK merge statements; what they allow stays
    expect(new Set(actionsOf(modern))).toEqual(new Set(actionsOf(template)));
  });

  it('has few enough resources to grow', () => {
    const { Resources } = template.toJSON() as { readonly Resources: object };

    expect(Object.keys(Resources).length).toBeLessThan(200);
  });

  it('has projects for the flavours that are asked for', () => {
    const made = templateOf({ kernels: [KernelFlavour.GA, KernelFlavour.HWE_EDGE] });

    made.resourceCountIs('AWS::CodeBuild::Project', 7 + 2 * 2); // each on x86 and on arm
  });

  it.each([
    ['an unknown release', () => UbuntuRelease.of('nobel'), 'UnknownRelease', /"nobel"/],
    ['an unknown architecture', () => Architecture.of('x86_64'), 'UnknownArchitecture', /"x86_64"/],
    [
      'an unknown flavour',
      () => KernelFlavour.of('linux-generic-hwe-24.04'),
      'UnknownKernel',
      /"linux-generic-hwe-24.04"; known flavours: .*hwe-edge/,
    ],
    ['a flavour that we do not build', () => KernelFlavour.of('xgene-uboot'), 'UnknownKernel', /"xgene-uboot"/],
  ])('refuses %s', (_, choose, name, message) => {
    expect(choose).toThrow(expect.objectContaining({ name, message: expect.stringMatching(message) }));
  });

  it.each([
    ['a flavour named twice', { kernels: [KernelFlavour.GA, KernelFlavour.GA] }, /kernels contains "ga" twice/],
    ['no architectures', { architectures: [] }, /architectures is empty/],
    ['no builds at once', { maxConcurrency: 0 }, /maxConcurrency is 0/],
    ['more builds at once than a map runs', { maxConcurrency: 41 }, /maxConcurrency is 41/],
    ['half a build at once', { maxConcurrency: 2.5 }, /maxConcurrency is 2.5/],
    ['a machine of Lambda', { computeType: ComputeType.LAMBDA_2GB }, /computeType is "BUILD_LAMBDA_2GB"/],
    ['an arm machine of Lambda', { armComputeType: ComputeType.LAMBDA_2GB }, /armComputeType is "BUILD_LAMBDA_2GB"/],
    ['a machine of a fleet', { computeType: ComputeType.ATTRIBUTE_BASED }, /computeType is "ATTRIBUTE_BASED/],
    ['stages shorter than CodeBuild has', { stageTimeout: Duration.minutes(4) }, /stageTimeout is 4 minutes/],
    ['stages longer than CodeBuild has', { stageTimeout: Duration.minutes(2161) }, /stageTimeout is 2161 minutes/],
    ['stages of half a minute', { stageTimeout: Duration.seconds(330) }, /stageTimeout is 5.5 minutes/],
  ])('refuses %s', (_, props, message) => {
    expect(() => templateOf(props)).toThrow(
      expect.objectContaining({ name: 'BadInput', message: expect.stringMatching(message) }),
    );
  });

  it('site: is served as it says', () => {
    const { template: made } = madeMirror(everyProp);

    made.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: { Aliases: ['images.example.com'], IPV6Enabled: false },
    });
    made.resourceCountIs('AWS::CloudFront::KeyValueStore', 1);
  });

  it('returns metrics of which alarms can be made', () => {
    const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
    const mirror = new MaasMirror(stack, 'Mirror');
    const [failed, succeeded]: Metric[] = [mirror.metricFailed(), mirror.metricSucceeded({ statistic: 'Sum' })];

    failed?.createAlarm(stack, 'Failed', { threshold: 1, evaluationPeriods: 1 });
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'ExecutionsFailed' });
    expect(succeeded).toMatchObject({ metricName: 'ExecutionsSucceeded', statistic: 'Sum' });
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

describe('operators of a mirror', () => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  const mirror = new MaasMirror(stack, 'Mirror', { releases: [UbuntuRelease.NOBLE] });
  mirror.grantPromote(new Role(stack, 'Promoter', { assumedBy: new AccountRootPrincipal() }));
  mirror.grantOperate(new Role(stack, 'Operator', { assumedBy: new AccountRootPrincipal() }));
  const template = Template.fromStack(stack);

  it.each([
    ['promote', /^Promoter/, /^MirrorPromoteFunction/],
    ['carry out all other operations', /^Operator/, /^MirrorOperateFunction/],
  ])('may %s by a grant of their own, and nothing else: they neither sign nor write', (_, person, called) => {
    expect(statementsOf(template, person)).toEqual([
      {
        ...{ Effect: 'Allow', Action: 'lambda:InvokeFunction' },
        Resource: { 'Fn::GetAtt': [expect.stringMatching(called), 'Arn'] },
      },
      { Effect: 'Allow', Action: 'cloudformation:DescribeStacks', Resource: { Ref: 'AWS::StackId' } },
    ]);
  });

  it.each(['Promote', 'Operate'])('have them done by a function that reads no build: %s', (name) => {
    const statements = statementsOf(template, new RegExp(`^Mirror${name}Role`));

    expect(statements.flatMap(({ Action }) => Action)).toEqual([
      ...['logs:CreateLogStream', 'logs:PutLogEvents', 's3:GetObject', 's3:ListBucket', 's3:PutObject'],
      ...['s3:DeleteObject', 'kms:Sign', 'kms:GetPublicKey', 'kms:DescribeKey'],
    ]);
    expect(JSON.stringify(statements)).not.toContain('WorkBucket');
  });
});

describe('a mirror of one release', () => {
  const { template } = madeMirror();

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

  it('logs its executions below /aws/vendedlogs/states/, each mirror under a name of its own', () => {
    const names = propertiesOf(template, 'AWS::Logs::LogGroup').flatMap(({ LogGroupName }) => LogGroupName ?? []);

    expect(names).toEqual([expect.stringMatching(/^\/aws\/vendedlogs\/states\/Stack-Mirror-Workflow-[0-9A-F]{8}$/)]);
  });
});
