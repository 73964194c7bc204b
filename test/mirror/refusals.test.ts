import { App, Duration, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ComputeType } from 'aws-cdk-lib/aws-codebuild';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Alias, Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import {
  Architecture,
  DebianRelease,
  KernelFlavour,
  MaasMirror,
  type MaasMirrorProps,
  MirrorFunction,
  MirrorSchedule,
  MirrorSite,
  type MirrorSiteProps,
  SigningKey,
  StageBuild,
  UbuntuRelease,
} from '../../lib';
import { propsOfConfig } from '../../lib/mirror/settings/props-of-config';
import { refusalsText } from '../fixtures/refusals';
import { written } from '../fixtures/written';
import '../fixtures/needs-seconds';

const noble = UbuntuRelease.NOBLE;
const newStack = (region?: string) =>
  new Stack(new App({ analyticsReporting: false }), 'Stack', region === undefined ? {} : { env: { region } });

const mirror = (props: object, stack = newStack()) => new MaasMirror(stack, 'Mirror', props as MaasMirrorProps);
const site = (props: MirrorSiteProps, stack = newStack()) => new MirrorSite(stack, 'Site', props);
const certificate = (stack: Stack, region: string) =>
  Certificate.fromCertificateArn(stack, 'Certificate', `arn:aws:acm:${region}:123456789012:certificate/1111`);

const largeCertificate = `-----BEGIN CERTIFICATE-----\n${'A'.repeat(450_000)}\n-----END CERTIFICATE-----\n`;

/** What is wrong, and who is asked: each fails before anything is made. */
const wrong: Readonly<Record<string, (stack: Stack) => unknown>> = {
  'a schedule that is a word': () => MirrorSchedule.of('nonsense'),
  'a schedule that is a number': () => MirrorSchedule.of(5 as unknown as string),
  'a rate of nothing': () => MirrorSchedule.of('rate(0 days)'),
  'a rate in weeks': () => MirrorSchedule.of('rate(2 weeks)'),
  'a rate of two units': () => MirrorSchedule.of('rate(2 days hours)'),
  'a day that no month has': () => MirrorSchedule.of('at(2026-02-30T00:00:00)'),
  'a cron of five fields': () => MirrorSchedule.of('cron(0 4 * * *)'),
  'a cron without a question mark': () => MirrorSchedule.of('cron(0 4 * * * *)'),
  'a cron with minute 60': () => MirrorSchedule.of('cron(60 4 * * ? *)'),
  'a schedule from JavaScript': () => mirror({ schedule: 'daily' }),
  'an empty object as schedule': () => mirror({ schedule: {} }),
  'an object of no class as schedule': () => mirror({ schedule: Object.create(null) }),
  'a schedule without work': () => mirror({ schedule: MirrorSchedule.DAILY }),
  'a signing key from JavaScript': (stack) => mirror({ signingKey: new Key(stack, 'Key') }, stack),
  'an alias that signs': (stack) =>
    SigningKey.kms(new Alias(stack, 'Alias', { aliasName: 'a', targetKey: new Key(stack, 'Key') })),
  'a symmetric key that signs': (stack) => SigningKey.kms(new Key(stack, 'Key')),
  'a release from JavaScript': () => mirror({ releases: ['noble'] }),
  'a word instead of releases': () => mirror({ releases: 'noble' }),
  'an architecture from JavaScript': () => mirror({ architectures: ['arm64'] }),
  'a kernel from JavaScript': () => mirror({ kernels: [noble] }),
  'a limit from JavaScript': () => mirror({ stageTimeout: 60 }),
  'releases, none': () => mirror({ releases: [] }),
  'a kernel twice': () => mirror({ kernels: [KernelFlavour.GA, KernelFlavour.GA] }),
  'an unknown kernel': () => KernelFlavour.of('linux-generic'),
  'an unknown architecture': () => Architecture.of('x86_64'),
  'an unknown release': () => UbuntuRelease.of('zany'),
  'a release of Debian as one of Ubuntu': () => UbuntuRelease.of('bookworm'),
  'a release of Ubuntu as one of Debian': () => DebianRelease.of('noble'),
  'no builds at once': () => mirror({ maxConcurrency: 0 }),
  'a machine of Lambda': () => mirror({ computeType: ComputeType.LAMBDA_2GB }),
  'a limit that is too short': () => mirror({ stageTimeout: Duration.minutes(4) }),
  'a boot that is too long': () =>
    mirror({ views: [{ name: 'a', releases: [noble], bootTimeout: Duration.hours(4) }] }),
  'a bucket of the site': (stack) => mirror({ site: { bucket: new Bucket(stack, 'Own') } }, stack),
  'a bucket for logs of the site': (stack) =>
    mirror({ site: { serverAccessLogsBucket: new Bucket(stack, 'Own') } }, stack),
  'a view twice': () => mirror({ views: [{ name: 'a' }, { name: 'a' }] }),
  'views that are nearly alike': () => mirror({ views: [{ name: 'a-1' }, { name: 'a1' }] }),
  'a view that lies in the pool': () => mirror({ views: [{ name: 'pool' }] }),
  'a view with another release': () =>
    mirror({ releases: [UbuntuRelease.JAMMY, UbuntuRelease.FOCAL], views: [{ name: 'a', releases: [noble] }] }),
  'a view with another kernel': () =>
    mirror({
      kernels: [KernelFlavour.GA, KernelFlavour.HWE_EDGE],
      views: [{ name: 'a', releases: [noble], requiredKernels: [KernelFlavour.HWE] }],
    }),
  'kernels that a release has not': () =>
    mirror({ releases: [DebianRelease.BOOKWORM], kernels: [KernelFlavour.GA, KernelFlavour.HWE] }),
  'an unknown compression': () => mirror({ views: [{ name: 'a', releases: [noble], compression: 'rar' }] }),
  'an unknown release of the catalogue': () => mirror({ releases: [noble], catalogue: { releases: { Zany: {} } } }),
  'a token': (stack) => mirror({ releases: [noble], sources: { archive: stack.region } }, stack),
  'a long list of orders': () =>
    mirror({
      releases: [noble],
      schedule: MirrorSchedule.DAILY,
      sources: { ca: written('large.pem', largeCertificate) },
    }),
  'subnets without a VPC': () => mirror({ vpcSubnets: {} }),
  'public subnets': (stack) =>
    mirror({ vpc: new Vpc(stack, 'Vpc'), vpcSubnets: { subnetType: SubnetType.PUBLIC } }, stack),
  'a second mirror': (stack) => [mirror({}, stack), new MaasMirror(stack, 'Second')],
  'a bucket of two mirrors': (stack) => {
    const bucket = (scope: Stack) => ({ mirrorBucket: Bucket.fromBucketName(scope, 'Bucket', 'my-mirror') });
    const other = new Stack(stack.node.root as App, 'Other');
    return [mirror(bucket(stack), stack), mirror(bucket(other), other)];
  },
  'an unknown stage': (stack) =>
    new StageBuild(stack, 'Build', { stage: 'probe', workBucket: new Bucket(stack, 'Work') }),
  'an unknown function': (stack) => new MirrorFunction(stack, 'Function', { asset: 'stage', ...buckets(stack) }),
  'a publisher that cannot sign': (stack) =>
    new MirrorFunction(stack, 'Function', { asset: 'publish', ...buckets(stack) }),
  'a planner that can sign': (stack) =>
    new MirrorFunction(stack, 'Function', {
      asset: 'plan',
      signingKey: SigningKey.kms().bind(stack),
      ...buckets(stack),
    }),
  'a region of China': () => site({}, newStack('cn-north-1')),
  'a name without certificate': () => site({ domainName: 'images.example.com' }),
  'a certificate without name': (stack) => site({ certificate: certificate(stack, 'us-east-1') }, stack),
  'a certificate of elsewhere': (stack) =>
    site({ domainName: 'images.example.com', certificate: certificate(stack, 'eu-west-1') }, stack),
  'an address as name': (stack) =>
    site({ domainName: 'https://a.example/', certificate: certificate(stack, 'us-east-1') }, stack),
  'passwords in the open': () => site({ allowHttp: true, basicAuth: true }),
  'no networks': () => site({ allowedCidrs: [] }),
  'an address as network': () => site({ allowedCidrs: ['10.0.0.1'] }),
  'too many networks': () => site({ allowedCidrs: Array.from({ length: 255 }, (_, at) => `10.${at}.0.0/17`) }),
  'a web ACL by its name': () => site({ webAclId: 'mirror' }),
  'a bucket of another stack': (stack) =>
    site({ bucket: new Bucket(new Stack(stack.node.root as App, 'Other'), 'Own') }, stack),
  'a bucket with a key': (stack) =>
    site({ bucket: new Bucket(stack, 'Own', { encryption: BucketEncryption.KMS }) }, stack),
  'a bucket that CloudFront cannot log to': (stack) => site({ accessLogsBucket: new Bucket(stack, 'Logs') }, stack),
  'passwords that nobody asks for': (stack) => site({}, stack).grantManageAccess(SigningKey as never),
  'a configuration that is missing': (stack) => propsOfConfig(stack, 'Mirror', '/nonexistent/mirror.yaml'),
};

const buckets = (stack: Stack) => ({
  workBucket: new Bucket(stack, 'Work'),
  mirrorBucket: new Bucket(stack, 'Images'),
});

describe('refuses what a person can get wrong', () => {
  it('with the value seen and what to do, as read by us', async () => {
    await expect(refusalsText(wrong, newStack)).toMatchFileSnapshot('golden/refusals.txt');
  });
});
