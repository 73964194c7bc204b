import { Duration, type Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ComputeType } from 'aws-cdk-lib/aws-codebuild';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  Architecture,
  KernelFlavour,
  type MaasMirrorProps,
  MirrorSchedule,
  type MirrorSelection,
  type MirrorView,
  SigningKey,
  UbuntuRelease,
} from '../../lib';
import { stanzaAt } from '../fixtures/archives/private-stanza';

const account = '123456789012';
/** As an app names it that is started in the folder of this package, as tests are. */
const ubuntuKeyring = 'buildspecs/keyrings/ubuntu-cloudimage-keyring.gpg';
export const keyArn = `arn:aws:kms:us-east-1:${account}:key/11111111-2222-3333-4444-555555555555`;

const nextCloudInit = (stack: Stack): MirrorView => ({
  name: 'next',
  releases: [UbuntuRelease.JAMMY],
  architectures: [Architecture.AMD64],
  requiredKernels: [KernelFlavour.HWE],
  optionalKernels: [KernelFlavour.GA],
  repositories: ['ppa:cloud-init-dev/daily'],
  privateRepositories: [
    {
      repository: stanzaAt('https://private.example/ubuntu'),
      credentials: Secret.fromSecretAttributes(stack, 'Credentials', {
        secretCompleteArn: `arn:aws:secretsmanager:us-east-1:${account}:secret:repository-AbCdEf`,
        encryptionKey: Key.fromKeyArn(stack, 'CredentialsKey', keyArn),
      }),
    },
  ],
  proposed: ['cloud-init'],
  allProposed: false,
  packages: ['jq'],
  purge: ['snapd'],
  serial: '20261120',
  compression: 'xz',
  bootTest: false,
  bootTimeout: Duration.minutes(45),
  bootloaders: false,
});

const ofJammy: MirrorSelection = {
  from: 'stable',
  releases: [UbuntuRelease.JAMMY],
  bootloaders: true,
  architectures: [Architecture.AMD64],
  flavours: [KernelFlavour.GA],
};

/** Everything that a mirror can be told. */
export function everyProp(stack: Stack): Required<MaasMirrorProps> {
  return {
    releases: [UbuntuRelease.NOBLE, UbuntuRelease.JAMMY],
    architectures: [Architecture.AMD64, Architecture.ARM64],
    kernels: [KernelFlavour.GA, KernelFlavour.HWE, KernelFlavour.HWE_EDGE],
    views: [
      { name: 'candidate', releases: [UbuntuRelease.NOBLE] },
      nextCloudInit(stack),
      { name: 'stable', promote: { from: 'candidate', after: Duration.days(3), require: ['hw-lab'] } },
      { name: 'lab', from: 'stable' },
      { name: 'mixed', select: [ofJammy, { from: 'candidate' }] },
      { name: 'manual' },
    ],
    catalogue: { releases: { zany: { version: '27.04' }, noble: { supportEol: '2029-06-30' } } },
    sources: { stream: 'releases', streamKeyring: ubuntuKeyring, proxy: 'http://proxy.example.com:3128' },
    schedule: MirrorSchedule.expression('rate(6 hours)'),
    maxConcurrency: 8,
    computeType: ComputeType.LARGE,
    armComputeType: ComputeType.MEDIUM,
    stageTimeout: Duration.hours(2),
    site: {
      domainName: 'images.example.com',
      certificate: Certificate.fromCertificateArn(
        stack,
        'Certificate',
        `arn:aws:acm:us-east-1:${account}:certificate/11111111-2222-3333-4444-555555555555`,
      ),
      allowedCidrs: ['198.51.100.0/24'],
      basicAuth: true,
      webAclId: `arn:aws:wafv2:us-east-1:${account}:global/webacl/mirror/11111111-2222-3333-4444-555555555555`,
      accessLogsBucket: new Bucket(stack, 'Logs', { objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED }),
    },
    serverAccessLogsBucket: new Bucket(stack, 'BucketLogs'),
    mirrorBucket: Bucket.fromBucketName(stack, 'Bucket', 'my-mirror'),
    signingKey: SigningKey.kms(Key.fromKeyArn(stack, 'Key', keyArn)),
    alarmTopic: new Topic(stack, 'Pager'),
    vpc: new Vpc(stack, 'Vpc', {
      subnetConfiguration: [
        { name: 'Public', subnetType: SubnetType.PUBLIC },
        { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
        { name: 'Inner', subnetType: SubnetType.PRIVATE_ISOLATED },
      ],
    }),
    vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
  };
}
