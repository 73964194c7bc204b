import { Match, type Template } from 'aws-cdk-lib/assertions';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { describe, expect, it } from 'vitest';
import { Architecture, KernelFlavour, UbuntuRelease } from '../../lib';
import { allKernelNames } from '../../lib/catalog/kernels';
import { runs } from '../../lib/job/layout';
import { definitionOf, templateOf } from './made-mirror';

const template = templateOf();

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

describe('the build projects', () => {
  const projects = Object.values(template.findResources('AWS::CodeBuild::Project')).map(({ Properties }) => Properties);

  it('are one for every kernel flavour and one for every other stage', () => {
    expect(projects.map(({ Description }) => Description.replace('cdk-maas-mirror: ', '')).sort()).toEqual(
      [...allKernelNames.map(() => 'extract'), 'boot-test', 'bootloaders', 'fetch', 'prepare', 'upgrade'].sort(),
    );
  });

  it('run privileged, on Ubuntu 24.04, above a kernel that is kept up to date', () => {
    for (const { Environment } of projects) {
      expect(Environment).toMatchObject({
        PrivilegedMode: true,
        Image: 'aws/codebuild/standard:8.0',
        HostKernel: 'LINUX_KERNEL_6',
        Type: 'LINUX_CONTAINER',
      });
    }
  });

  it('know the work bucket, and end some time', () => {
    for (const project of projects) {
      expect(project.Environment.EnvironmentVariables).toEqual([
        {
          Name: 'MIRROR_WORK_STORE',
          Type: 'PLAINTEXT',
          Value: { 'Fn::Join': ['', ['s3://', { Ref: expect.stringContaining('WorkBucket') }]] },
        },
      ]);
      expect(project).toMatchObject({ TimeoutInMinutes: 60, QueuedTimeoutInMinutes: 480, ConcurrentBuildLimit: 5 });
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

    expect(groups).toHaveLength(projects.length + 3);
    expect(groups.filter(({ RetentionInDays }) => !RetentionInDays)).toEqual([]);
  });
});

describe('the roles', () => {
  it('allow exact actions only', () => {
    const actions = actionsOf(template);

    expect(actions.length).toBeGreaterThan(50);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
    template.resourcePropertiesCountIs('AWS::IAM::Role', { ManagedPolicyArns: Match.anyValue() }, 0);
  });

  it.each([
    'Fetch',
    'Upgrade',
    'Prepare',
    'KernelGaExtract',
    'BootTest',
  ])('of %s reads and writes runs/ of the work bucket, and only new objects', (name) => {
    const onWork = statements(new RegExp(`^Mirror${name}Role`)).filter((one) => mentions(one, 'WorkBucket'));

    expect(onWork).toEqual([
      { Effect: 'Allow', Action: 's3:GetObject', Resource: below('WorkBucket', '/runs/*') },
      {
        Effect: 'Allow',
        Action: 's3:PutObject',
        Resource: below('WorkBucket', '/runs/*'),
        Condition: { Null: { 's3:if-none-match': 'false' } },
      },
    ]);
    expect(runs.prefix('run-1')).toMatch(/^runs\//);
  });

  it('of builds do nothing else but read their source and write their log', () => {
    const actions = statements(/^MirrorFetchRole/).flatMap(({ Action }) => Action);

    expect(actions).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:GetObject',
      's3:GetObjectVersion',
      's3:GetBucketAcl',
      's3:GetBucketLocation',
      's3:GetObject',
      's3:PutObject',
    ]);
  });

  it('leave the mirror to Publish, and Plan may look', () => {
    const onMirror = (role: RegExp) =>
      statements(role)
        .filter((one) => mentions(one, 'MirrorBucket'))
        .map(({ Action }) => Action);

    expect(onMirror(/^MirrorPublishRole/)).toEqual(['s3:GetObject', 's3:ListBucket', 's3:PutObject']);
    expect(onMirror(/^MirrorSelectRole/)).toEqual(['s3:GetObject', 's3:ListBucket']);
    expect(onMirror(/^MirrorPlanRole/)).toEqual(['s3:GetObject', 's3:ListBucket']);
    expect(onMirror(/^Mirror(?!Publish|Plan|Select)\w+Role/)).toEqual([]);
  });

  it('let Publish read the work of the builds, not write it', () => {
    const onWork = statements(/^MirrorPublishRole/).filter((one) => mentions(one, 'WorkBucket'));

    expect(onWork.map(({ Action }) => Action)).toEqual(['s3:GetObject', 's3:ListBucket']);
    expect(onWork[0]?.Resource).toEqual(below('WorkBucket', '/runs/*'));
  });
});

describe('the functions', () => {
  it.each(['plan', 'publish'])('run the %s bundle on Node 22 and know both stores', (name) => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: `cdk-maas-mirror: ${name}`,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
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
  it('are private, encrypted, and outlive the stack', () => {
    const buckets = Object.values(template.findResources('AWS::S3::Bucket'));

    expect(buckets).toHaveLength(2);
    for (const { Properties, DeletionPolicy, UpdateReplacePolicy } of buckets) {
      expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
      expect(Properties.BucketEncryption).toBeDefined();
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
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
    const modern = templateOf({}, CURRENTLY_RECOMMENDED_FLAGS);

    expect(definitionOf(modern)).toEqual(definitionOf(template));
    for (const type of ['AWS::S3::Bucket', 'AWS::CodeBuild::Project', 'AWS::Lambda::Function', 'AWS::Logs::LogGroup']) {
      expect(modern.findResources(type)).toEqual(template.findResources(type));
    }
    // a flag lets the CDK merge statements; what they allow stays
    expect(new Set(actionsOf(modern))).toEqual(new Set(actionsOf(template)));
  });

  it('has projects for the flavours that are asked for', () => {
    templateOf({ kernels: [KernelFlavour.GA, KernelFlavour.HWE_EDGE] }).resourceCountIs(
      'AWS::CodeBuild::Project',
      5 + 2,
    );
  });

  it.each([
    ['an unknown release', () => UbuntuRelease.of('nobel'), 'UnknownRelease', /"nobel"/],
    ['an unknown architecture', () => Architecture.of('x86_64'), 'UnknownArchitecture', /"x86_64"/],
    [
      'an unknown flavour',
      () => KernelFlavour.of('hwe-24.04'),
      'UnknownKernel',
      /"hwe-24.04" is built; there are .*hwe-edge/,
    ],
    ['a flavour that we do not build', () => KernelFlavour.of('xgene-uboot'), 'UnknownKernel', /"xgene-uboot"/],
  ])('refuses %s', (_, choose, name, message) => {
    expect(choose).toThrow(expect.objectContaining({ name, message: expect.stringMatching(message) }));
  });

  it.each([
    ['a flavour named twice', { kernels: [KernelFlavour.GA, KernelFlavour.GA] }, /kernels names "ga" twice/],
    ['no architectures', { architectures: [] }, /architectures is empty/],
    ['no builds at once', { maxConcurrency: 0 }, /maxConcurrency is 0/],
    ['more builds at once than a map runs', { maxConcurrency: 41 }, /maxConcurrency is 41/],
    ['half a build at once', { maxConcurrency: 2.5 }, /maxConcurrency is 2.5/],
  ])('refuses %s', (_, props, message) => {
    expect(() => templateOf(props)).toThrow(
      expect.objectContaining({ name: 'BadInput', message: expect.stringMatching(message) }),
    );
  });
});

const actionsOf = (made: Template) => statements(/./, made).flatMap(({ Action }) => Action);

/** What the roles whose logical ids match are allowed. */
function statements(role: RegExp, made = template): Statement[] {
  return Object.values(made.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => role.test(Ref)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);
}

const mentions = ({ Resource }: Statement, bucket: string) => JSON.stringify(Resource).includes(`"Mirror${bucket}`);

const below = (bucket: string, path: string) => ({
  'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringContaining(bucket), 'Arn'] }, path]],
});
