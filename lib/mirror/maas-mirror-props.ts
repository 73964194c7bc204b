import type { Duration } from 'aws-cdk-lib';
import type { ComputeType } from 'aws-cdk-lib/aws-codebuild';
import type { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Architecture } from './choices/architecture';
import type { KernelFlavour } from './choices/kernel-flavour';
import type { MirrorCatalogue } from './choices/mirror-catalogue';
import type { MirrorSchedule } from './choices/mirror-schedule';
import type { MirrorSources } from './choices/mirror-sources';
import type { MirrorView } from './choices/mirror-view';
import type { Release } from './choices/release';
import type { SigningKey } from './choices/signing-key';
import type { MirrorSiteProps } from './site/mirror-site-props';

export interface MaasMirrorProps {
  /**
   * Releases that the mirror can build.
   * @default - the releases of the views; without views, every release of the catalogue
   */
  readonly releases?: Release[];

  /**
   * Architectures that the mirror can build, and the default of views. `maxConcurrency` is divided by their number.
   * @default - the architectures of the views, and amd64 for views that set none; amd64 and arm64 without views
   */
  readonly architectures?: Architecture[];

  /**
   * Kernel flavours that the mirror can build, and the default of views, if their releases have them. Each flavour has its own
   * CodeBuild project; other flavours cannot be built.
   * @default - the flavours of the views, and the default flavours of the releases: ga and hwe, for Debian generic and cloud
   */
  readonly kernels?: KernelFlavour[];

  /**
   * The views of the mirror: what is built, and with which changes.
   * @default - one view `candidate` with `releases`, if these are set
   */
  readonly views?: MirrorView[];

  /**
   * Releases that this version does not know, and corrections to those that it knows.
   * @default - the built-in catalogue; facts about newer releases are read from the cloud image stream
   */
  readonly catalogue?: MirrorCatalogue;

  /**
   * Streams, archives, keyrings and proxy.
   * @default - the public sources
   */
  readonly sources?: MirrorSources;

  /**
   * How often the mirror checks the sources of its views for updates. Requires a view with releases.
   * @default - builds are started by hand only
   */
  readonly schedule?: MirrorSchedule;

  /**
   * Number of builds of one execution that run at once. The quota of a new AWS account can be as low as 1; it can be raised.
   * Builds that exceed the quota are queued or retried.
   * @default 5
   */
  readonly maxConcurrency?: number;

  /**
   * Size of the x86 machines. They run everything except the arm64 stages below; bootloader builds always use SMALL. Images are
   * changed in memory, and MEDIUM has 8 GiB. Each larger size has about twice the resources at about twice the price per
   * minute. Lambda compute types are refused.
   * @default ComputeType.MEDIUM
   */
  readonly computeType?: ComputeType;

  /**
   * Size of the arm machines, which run upgrade, prepare and extract for arm64. MEDIUM has 8 GiB and costs about half, but is
   * not available in every region. Lambda compute types are refused.
   * @default ComputeType.LARGE
   */
  readonly armComputeType?: ComputeType;

  /**
   * Time limit of one build of a stage, in whole minutes, from 5 minutes to 36 hours; time in the queue does not count. An
   * execution always ends after 24 hours. The limit of boot tests is `bootTimeout` of the view.
   * @default - 60 minutes
   */
  readonly stageTimeout?: Duration;

  /**
   * How the mirror is served. `bucket` and `serverAccessLogsBucket` cannot be set here: use `mirrorBucket` and
   * `serverAccessLogsBucket` of MaasMirror.
   * @default - to everyone, by HTTPS, at the host name that CloudFront assigns
   */
  readonly site?: MirrorSiteProps;

  /**
   * The bucket of an earlier mirror, to continue with. It must be encrypted with S3's own keys (SSE-S3). Two mirrors cannot
   * share a bucket.
   * @default - a new one, retained when the stack is deleted, unless its creation is rolled back
   */
  readonly mirrorBucket?: IBucket;

  /**
   * Bucket for the server access logs of the buckets that the mirror creates.
   * @default - no server access logs
   */
  readonly serverAccessLogsBucket?: IBucket;

  /**
   * The key that signs the mirror. Sites trust only this key: pass the existing key if you recreate a mirror.
   * @default - `SigningKey.kms()`: a new RSA-4096 key in KMS, retained when the stack is deleted, unless its creation is rolled
   * back
   */
  readonly signingKey?: SigningKey;

  /**
   * Topic that receives failure notifications and alarms.
   * @default - a new topic, without subscribers
   */
  readonly alarmTopic?: ITopic;

  /**
   * VPC for the builds and for the functions Plan and CheckForUpdates, which read the same sources. Its subnets must reach S3,
   * Step Functions, CodeBuild, CloudWatch Logs, Secrets Manager if there are private repositories, and the sources: through a
   * NAT gateway, or your own mirrors of Ubuntu. All share one security group (`builds.fetch.project.connections`), which allows
   * all outbound and no inbound traffic. The other functions run outside the VPC.
   * @default - no VPC
   */
  readonly vpc?: IVpc;

  /**
   * Subnets of `vpc`. Public subnets are refused: builds and functions get no public address there.
   * @default - the private subnets
   */
  readonly vpcSubnets?: SubnetSelection;
}
