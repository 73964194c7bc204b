import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import * as face from '../../lib';
import {
  type BoundSigningKey,
  BuildMachine,
  KernelBuild,
  KernelFlavour,
  MaasMirror,
  MirrorFunction,
  MirrorSite,
  ReleaseWorkflow,
  SigningKey,
  StageBuild,
} from '../../lib';
import { definitionOf, statesOf } from './made-mirror';
import '../fixtures/needs-seconds';

interface Given {
  readonly stack: Stack;
  readonly workBucket: Bucket;
  readonly mirrorBucket: Bucket;
}

function newStack(): Given {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  return { stack, workBucket: new Bucket(stack, 'Work'), mirrorBucket: new Bucket(stack, 'Images') };
}

function workflow({ stack, workBucket, mirrorBucket }: Given): ReleaseWorkflow {
  const stage = (name: string) => new StageBuild(stack, name, { stage: name, workBucket });
  const lambda = (asset: string, signingKey?: BoundSigningKey) =>
    new MirrorFunction(stack, asset, { asset, mirrorBucket, workBucket, signingKey }).function;
  return new ReleaseWorkflow(stack, 'Workflow', {
    fetch: stage('fetch'),
    upgrade: stage('upgrade'),
    prepare: stage('prepare'),
    kernelBuilds: [new KernelBuild(stack, 'Ga', { kernel: KernelFlavour.GA, workBucket })],
    bootTest: stage('boot-test'),
    bootloaders: stage('bootloaders'),
    plan: lambda('plan'),
    select: lambda('select'),
    publish: lambda('publish', SigningKey.kms().bind(stack)),
  });
}

/** How each exported construct is made with as little as it takes. */
const alone: Record<string, (given: Given) => unknown> = {
  MaasMirror: ({ stack }) => new MaasMirror(stack, 'Mirror'),
  MirrorSite: ({ stack }) => new MirrorSite(stack, 'Site'),
  StageBuild: ({ stack, workBucket }) => new StageBuild(stack, 'Fetch', { stage: 'fetch', workBucket }),
  KernelBuild: ({ stack, workBucket }) => new KernelBuild(stack, 'Hwe', { kernel: KernelFlavour.HWE, workBucket }),
  MirrorFunction: ({ stack, ...buckets }) => new MirrorFunction(stack, 'Plan', { asset: 'plan', ...buckets }),
  ReleaseWorkflow: workflow,
};

/** Paths of all assets of a stack, and all names that its template refers to without having them. */
function whatIsIn(stack: Stack): { assets: string[]; missing: string[] } {
  const assembly = App.of(stack)?.node.root as App;
  const directory = assembly.synth().directory;
  const { files } = JSON.parse(readFileSync(join(directory, `${stack.artifactId}.assets.json`), 'utf8')) as {
    files: Record<string, { source: { path: string } }>;
  };
  const template = Template.fromStack(stack).toJSON();
  const has = new Set([...Object.keys(template.Resources), ...Object.keys(template.Parameters ?? {})]);
  const missing = referredTo(template).filter((name) => !name.startsWith('AWS::') && !has.has(name));
  return { assets: Object.values(files).map(({ source }) => join(directory, source.path)), missing };
}

function referredTo(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: string[] };
  const own = [Ref, attribute?.[0]].filter((name) => name !== undefined);
  return [...own, ...Object.values(value).flatMap(referredTo)];
}

describe('a construct that is used alone', () => {
  it('is each one that the package exports', () => {
    const isConstruct = (one: unknown) => typeof one === 'function' && 'isConstruct' in one;
    const exported = Object.entries(face).flatMap(([name, one]) => (isConstruct(one) ? [name] : []));
    expect(Object.keys(alone).sort()).toEqual(exported.sort());
  });

  it.each(Object.entries(alone))('%s makes a whole template, whose assets exist', (_, make) => {
    const given = newStack();
    make(given);
    const { assets, missing } = whatIsIn(given.stack);

    expect(missing).toEqual([]);
    expect(assets.filter((path) => !existsSync(path))).toEqual([]);
    for (const { Properties } of Object.values(
      Template.fromStack(given.stack).findResources('AWS::CodeBuild::Project'),
    ))
      expect(Properties).toMatchObject({ ServiceRole: expect.anything(), Source: { Location: expect.anything() } });
    for (const { Properties } of Object.values(Template.fromStack(given.stack).findResources('AWS::Lambda::Function')))
      expect(Properties).toMatchObject({ Role: expect.anything(), Code: expect.anything() });
  });

  it('KernelBuild is a project with the bundle of this package', () => {
    const { stack, workBucket } = newStack();
    const hwe = new KernelBuild(stack, 'Hwe', { kernel: KernelFlavour.HWE, workBucket, machine: BuildMachine.ARM });
    const template = Template.fromStack(stack);

    template.resourceCountIs('AWS::CodeBuild::Project', 1);
    template.hasResourceProperties('AWS::CodeBuild::Project', {
      Environment: {
        Type: 'ARM_CONTAINER',
        PrivilegedMode: true,
        EnvironmentVariables: Match.arrayWith([
          { Name: 'MIRROR_BUNDLES', Type: 'PLAINTEXT', Value: Match.stringLikeRegexp('^[0-9a-f]{64}$') },
        ]),
      },
      Source: { Type: 'S3', Location: Match.objectLike({ 'Fn::Join': Match.anyValue() }) },
    });
    expect(hwe.kernel.name).toBe('hwe');
  });

  it('MirrorFunction has the rights and variables of its own function', () => {
    const { stack, ...buckets } = newStack();
    const signingKey = SigningKey.kms().bind(stack);
    new MirrorFunction(stack, 'Publish', { asset: 'publish', ...buckets, signingKey });
    const template = Template.fromStack(stack);

    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          MIRROR_BUNDLES: Match.stringLikeRegexp('^[0-9a-f]{64}$'),
          MIRROR_SIGNING_KEY: { 'Fn::Join': ['', ['kms:', Match.anyValue()]] },
          MIRROR_STORE: Match.anyValue(),
          MIRROR_WORK_STORE: Match.anyValue(),
        },
      },
    });
    expect(actionsIn(template)).toEqual(expect.arrayContaining(['kms:Sign', 's3:GetObject', 's3:PutObject']));
  });

  it('MirrorFunction takes what it may do and is told in addition', () => {
    const { stack, ...buckets } = newStack();
    const credentials = Secret.fromSecretNameV2(stack, 'Credentials', 'repository');
    const environment = { NO_PROXY: 'images.example.com' };
    new MirrorFunction(stack, 'Plan', { asset: 'plan', ...buckets, secrets: [credentials], environment });
    const template = Template.fromStack(stack);

    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ ...environment, MIRROR_STORE: Match.anyValue() }) },
    });
    expect(actionsIn(template)).toContain('secretsmanager:GetSecretValue');
  });

  it('ReleaseWorkflow is a state machine over the builds and functions that it is given', () => {
    const given = newStack();
    workflow(given);
    const definition = definitionOf(Template.fromStack(given.stack));
    const states = new Map(statesOf(definition));

    expect([...states.keys()]).toContain('ExtractGa');
    expect([...states.keys()]).not.toContain('PrepareArm');
    expect(states.get('EachArchitecture')?.MaxConcurrency).toBe(1);
    expect(states.get('EachKernel')?.MaxConcurrency).toBe(5);
  });

  it('builds and functions have one digest of bundles, which Publish compares', () => {
    const given = newStack();
    workflow(given);
    const template = Template.fromStack(given.stack);
    const ofBuilds = Object.values(template.findResources('AWS::CodeBuild::Project')).map(
      ({ Properties }) =>
        (Properties.Environment.EnvironmentVariables as { Name: string; Value: string }[]).find(
          ({ Name }) => Name === 'MIRROR_BUNDLES',
        )?.Value,
    );
    const ofFunctions = Object.values(template.findResources('AWS::Lambda::Function')).map(
      ({ Properties }) => Properties.Environment.Variables.MIRROR_BUNDLES as string,
    );

    expect([ofBuilds.length, ofFunctions.length]).toEqual([6, 3]);
    expect(new Set([...ofBuilds, ...ofFunctions]).size).toBe(1);
  });

  it('refuses a stage that no build runs', () => {
    const { stack, workBucket } = newStack();
    expect(() => new StageBuild(stack, 'Probe', { stage: 'probe', workBucket })).toThrow('stage is "probe"');
  });

  it('refuses a function that this package does not have', () => {
    const { stack, ...buckets } = newStack();
    expect(() => new MirrorFunction(stack, 'Stage', { asset: 'stage', ...buckets })).toThrow('asset is "stage"');
  });

  it('refuses the function publish without a signing key', () => {
    const { stack, ...buckets } = newStack();
    expect(() => new MirrorFunction(stack, 'Publish', { asset: 'publish', ...buckets })).toThrow(
      'signingKey is missing, but publish needs it',
    );
  });

  it('refuses to give another function the signing key', () => {
    const { stack, ...buckets } = newStack();
    const signingKey = SigningKey.kms().bind(stack);
    expect(() => new MirrorFunction(stack, 'Plan', { asset: 'plan', ...buckets, signingKey })).toThrow(
      'signingKey is set for the function plan',
    );
  });

  it.each([
    [
      'StageBuild',
      (given: Given, network: object) => new StageBuild(given.stack, 'B', { stage: 'fetch', ...given, ...network }),
    ],
    [
      'MirrorFunction',
      (given: Given, network: object) => new MirrorFunction(given.stack, 'F', { asset: 'plan', ...given, ...network }),
    ],
  ] as const)('refuses public subnets for a %s', (_, make) => {
    const given = newStack();
    const vpc = new Vpc(given.stack, 'Vpc');
    const vpcSubnets = { subnetType: SubnetType.PUBLIC };
    expect(() => make(given, { vpc, vpcSubnets })).toThrow('selects the public subnet');
  });
});

function actionsIn(template: Template): string[] {
  return Object.values(template.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) =>
    (Properties.PolicyDocument.Statement as { Action: string | string[] }[]).flatMap(({ Action }) => Action),
  );
}
