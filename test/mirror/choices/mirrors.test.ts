import { App, CfnParameter, Fn, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Template } from 'aws-cdk-lib/assertions';
import { Alias, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
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
} from '../../../lib';
import { statementsOf } from '../statements';
import '../../fixtures/needs-seconds';
import { refused } from './refused';

const { NOBLE: noble, JAMMY: jammy } = UbuntuRelease;
const schedule = MirrorSchedule.DAILY;
const newStack = () => new Stack(new App({ analyticsReporting: false }), 'Stack');

function templateOf(props: MaasMirrorProps): Template {
  const stack = newStack();
  new MaasMirror(stack, 'Mirror', props);
  return Template.fromStack(stack);
}

/** Per order: its view and release, and the flavours that it names. */
function requestsIn(template: Template) {
  return Object.values(template.findResources('AWS::Scheduler::Schedule')).map(({ Properties }) => {
    const { view, release, kernels, architectures } = JSON.parse(Properties.Target.Input).request;
    return { of: `${view} ${release}`, kernels: kernels?.required, architectures };
  });
}

/** `GaExtract`, `HweArmExtract`, sorted. */
function flavoursOf(template: Template): string[] {
  return Object.keys(template.findResources('AWS::CodeBuild::Project'))
    .flatMap((id) => /^MirrorKernel(\w+)ExtractProject/.exec(id)?.[1] ?? [])
    .sort();
}

describe('kernels', () => {
  it('are what views build that name none', () => {
    const made = templateOf({ releases: [noble], kernels: [KernelFlavour.GA], schedule });

    expect(requestsIn(made).find(({ of }) => of === 'candidate noble')?.kernels).toEqual(['ga']);
    expect(flavoursOf(made)).toEqual(['Ga']);
  });

  it('are of each release those that it has', () => {
    const kernels = [KernelFlavour.HWE_EDGE, KernelFlavour.GA, KernelFlavour.of('generic')];
    const made = templateOf({ views: [{ name: 'a', releases: [noble, DebianRelease.BOOKWORM] }], kernels, schedule });

    expect(requestsIn(made).map(({ of, kernels: named }) => [of, named])).toEqual([
      ['a noble', ['hwe-edge', 'ga']],
      ['a bookworm', ['generic']],
      ['a bootloaders', undefined],
    ]);
  });

  it('are of one release where their names say so', () => {
    const kernels = [KernelFlavour.of('hwe-24.04-edge'), KernelFlavour.GA];
    const made = templateOf({ releases: [noble, jammy], kernels, schedule });

    expect(requestsIn(made).map(({ of, kernels: named }) => [of, named])).toEqual([
      ['candidate noble', ['hwe-edge', 'ga']],
      ['candidate jammy', ['ga']],
      ['candidate bootloaders', undefined],
    ]);
    expect(flavoursOf(made)).toEqual(['Ga', 'HweEdge']);
  });

  it('leave a view alone that names its own', () => {
    const view = { name: 'a', releases: [noble], requiredKernels: [KernelFlavour.HWE] };
    const made = templateOf({ views: [view], kernels: [KernelFlavour.GA, KernelFlavour.HWE], schedule });

    expect(requestsIn(made)[0]?.kernels).toEqual(['hwe']);
  });

  it('refuses those of which a release has none, and names what it has', () => {
    expect(() => templateOf({ releases: [DebianRelease.BOOKWORM], kernels: [KernelFlavour.GA] })).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /^kernels has only ga, and bookworm in the view "candidate" has none of these\n/,
        ),
        hint: expect.stringMatching(/: cloud, generic, rt$|: generic, cloud, rt$/),
      }),
    );
  });

  it('have projects for the usual ones and those that views name, and for no others', () => {
    const views = [
      { name: 'a', releases: [noble], optionalKernels: [KernelFlavour.HWE_EDGE] },
      { name: 'b', releases: [jammy], architectures: [Architecture.AMD64] },
    ];

    expect(flavoursOf(templateOf({ views }))).toEqual(['Ga', 'Hwe', 'HweEdge']);
    expect(flavoursOf(templateOf({ releases: [noble] }))).toEqual(['Ga', 'Hwe']);
    expect(flavoursOf(templateOf({}))).toEqual([
      'Cloud',
      'CloudArm',
      'Ga',
      'GaArm',
      'Generic',
      'GenericArm',
      'Hwe',
      'HweArm',
    ]);
  });
});

describe('architectures', () => {
  const machines = (props: MaasMirrorProps) =>
    Object.values(templateOf(props).findResources('AWS::CodeBuild::Project')).map(
      ({ Properties }) => Properties.Environment.Type,
    );

  it('are amd64 where releases or views name none, and amd64 and arm64 in a mirror that names nothing', () => {
    expect(requestsIn(templateOf({ releases: [noble], schedule }))[0]?.architectures).toEqual(['amd64']);
    expect(machines({ releases: [noble] })).not.toContain('ARM_CONTAINER');
    expect(machines({})).toContain('ARM_CONTAINER');
  });
});

describe('a mirror', () => {
  it.each<[string, MaasMirrorProps, RegExp]>([
    ['a schedule without anything to do', { schedule }, /schedule is set, but .* no view has releases/],
    ['a view name, though no view has releases', { views: [{ name: 'Stable' }] }, /lower-case letters/],
    ['a reserved view name', { views: [{ name: 'pool' }] }, /is a reserved name, as are pool/],
    ['a stream, though no view has releases', { sources: { stream: 'weekly' } }, /sources.stream is "weekly": /],
    ['a keyring that is none', { sources: { streamKeyring: 'package.json' } }, /package\.json: not an OpenPGP keyring/],
    [
      'a serial of two releases',
      { views: [{ name: 'a', releases: [noble, jammy], serial: '20261120' }] },
      /views\[0\]\.serial is "20261120": /,
    ],
  ])('refuses %s', (_, props, message) => {
    expect(() => templateOf(props)).toThrow(refused(message));
  });

  it.each<[string, (stack: Stack, token: string) => unknown]>([
    ['views[0].name', (_, token) => templateOf({ views: [{ name: token }] })],
    ['views[0].packages[1]', (_, token) => templateOf({ views: [{ name: 'a', packages: ['jq', token] }] })],
    ['views[0].serial', (_, token) => templateOf({ views: [{ name: 'a', serial: token }] })],
    ['views[0].repositories', () => templateOf({ views: [{ name: 'a', repositories: Token.asList({ Ref: 'X' }) }] })],
    ['sources.archive', (_, token) => templateOf({ sources: { archive: token } })],
    ['allowedCidrs[0]', (_, token) => templateOf({ site: { allowedCidrs: [token] } })],
    ['maxConcurrency', () => templateOf({ maxConcurrency: Token.asNumber({ Ref: 'X' }) })],
    ['kernels', (_, token) => KernelFlavour.of(token)],
    ['architectures', (_, token) => Architecture.of(token)],
    ['releases', (_, token) => UbuntuRelease.of(token)],
    ['releases', (_, version) => UbuntuRelease.of('zany', { version })],
    ['releases', (_, token) => DebianRelease.of(token)],
  ])('refuses a token as %s, and says that it needs a value known at synth', (property, make) => {
    const stack = newStack();
    for (const token of [Fn.importValue('X'), new CfnParameter(stack, 'X').valueAsString]) {
      expect(() => make(stack, token)).toThrow(
        expect.objectContaining({
          name: 'BadInput',
          message: expect.stringContaining(`${property} is a token, but must be known at synth\n`),
        }),
      );
    }
  });

  it('refuses to be the second of its stack', () => {
    const stack = newStack();
    new MaasMirror(stack, 'One');

    expect(() => new MaasMirror(stack, 'Two')).toThrow(refused(/^the stack Stack already has a mirror: Stack\/One\n/));
  });

  it('may be beside another one in another stack', () => {
    const app = new App({ analyticsReporting: false });
    new MaasMirror(new Stack(app, 'One'), 'Mirror');

    expect(() => new MaasMirror(new Stack(app, 'Two'), 'Mirror')).not.toThrow();
  });

  it.each<[string, (one: Stack, two: Stack) => [MaasMirrorProps, MaasMirrorProps]]>([
    [
      'imported by one name',
      (one, two) => [
        { mirrorBucket: Bucket.fromBucketName(one, 'Bucket', 'my-mirror') },
        { mirrorBucket: Bucket.fromBucketName(two, 'Bucket', 'my-mirror') },
      ],
    ],
    [
      'made under the name that another one imports',
      (one, two) => [
        { mirrorBucket: new Bucket(one, 'Bucket', { bucketName: 'my-mirror' }) },
        { mirrorBucket: Bucket.fromBucketArn(two, 'Bucket', 'arn:aws:s3:::my-mirror') },
      ],
    ],
  ])('refuses the bucket of another one: %s', (_, props) => {
    const app = new App({ analyticsReporting: false });
    const [one, two] = [new Stack(app, 'One'), new Stack(app, 'Two')];
    const [its, ours] = props(one, two);
    new MaasMirror(one, 'Mirror', its);

    expect(() => new MaasMirror(two, 'Mirror', ours)).toThrow(
      refused(/^mirrorBucket is already the bucket of the mirror One\/Mirror\n/),
    );
  });
});

describe('a signing key of KMS', () => {
  it.each<[string, (stack: Stack) => unknown, RegExp]>([
    ['a symmetric one', (stack) => new Key(stack, 'Key'), /Stack\/Key, a KMS key with key spec SYMMETRIC_DEFAULT/],
    [
      'one of elliptic curves',
      (stack) => new Key(stack, 'Key', { keySpec: KeySpec.ECC_NIST_P256, keyUsage: KeyUsage.SIGN_VERIFY }),
      /key spec ECC_NIST_P256 and key usage SIGN_VERIFY/,
    ],
    [
      'one that encrypts',
      (stack) => new Key(stack, 'Key', { keySpec: KeySpec.RSA_4096, keyUsage: KeyUsage.ENCRYPT_DECRYPT }),
      /key usage ENCRYPT_DECRYPT/,
    ],
    ['an alias', (stack) => Alias.fromAliasName(stack, 'Key', 'alias/mirror'), /Stack\/Key, an alias/],
  ])('refuses %s', (_, key, message) => {
    expect(() => SigningKey.kms(key(newStack()) as Key)).toThrow(refused(message));
  });

  it('may be one of another stack', () => {
    const key = new Key(newStack(), 'Key', { keySpec: KeySpec.RSA_4096, keyUsage: KeyUsage.SIGN_VERIFY });

    expect(() => SigningKey.kms(key)).not.toThrow();
  });
});

describe('what others grant to the parts of a mirror', () => {
  it('is in the policies of its roles', () => {
    const stack = newStack();
    const mirror = new MaasMirror(stack, 'Mirror', { releases: [noble] });
    const topic = new Topic(stack, 'Topic');
    const bucket = new Bucket(stack, 'Bucket');

    bucket.grantRead(mirror.builds.fetch.project);
    bucket.grantRead(mirror.builds.upgrade);
    bucket.grantRead(mirror.builds.kernelBuilds[0]?.project ?? mirror.builds.fetch);
    topic.grantPublish(mirror.workflow.stateMachine);
    topic.grantPublish(mirror.functions.plan.function);

    const template = Template.fromStack(stack);
    const ofRole = (role: RegExp) => JSON.stringify(statementsOf(template, role));
    for (const role of [/^MirrorFetchRole/, /^MirrorUpgradeRole/, /^MirrorKernelGaExtractRole/]) {
      expect(ofRole(role)).toMatch(/"s3:GetBucket\*".*"Bucket83908E77"/);
    }
    for (const role of [/^MirrorWorkflowRole/, /^MirrorPlanRole/])
      expect(ofRole(role)).toMatch(/"sns:Publish".*"Topic/);
    Annotations.fromStack(stack).hasNoError('*', '*');
  });
});
