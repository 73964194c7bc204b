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
   * Releases that the mirror is for.
   * @default - those of the views; without views every release of the catalogue can be ordered
   */
  readonly releases?: Release[];

  /**
   * Architectures that the mirror is for: views that name none build these. How many there are decides how
   * `maxConcurrency` is shared out.
   * @default - those that views name, and amd64 for views that name none; amd64 and arm64 where no view has releases
   */
  readonly architectures?: Architecture[];

  /**
   * Kernel flavours that the mirror is for: views that name none build these, as far as their releases have them. Each has
   * its own CodeBuild project, and other flavours cannot be built.
   * @default - those that views name, and the usual ones of the releases: ga and hwe, of Debian generic and cloud
   */
  readonly kernels?: KernelFlavour[];

  /**
   * What is built, by views.
   * @default - a view `candidate` of the releases, where releases are named
   */
  readonly views?: MirrorView[];

  /**
   * What is to be known of releases that this version does not know, or knows wrongly.
   * @default - what this version knows, and what the stream of cloud images says of newer releases
   */
  readonly catalogue?: MirrorCatalogue;

  /**
   * Where everything comes from.
   * @default - the public sources
   */
  readonly sources?: MirrorSources;

  /**
   * How often the mirror checks the sources of its views for updates. Refused where no view has releases.
   * @default - builds are started by hand only
   */
  readonly schedule?: MirrorSchedule;

  /**
   * How many builds of one execution run at once. New AWS accounts may have as few as 1; the quota can be raised.
   * Builds that the account has no room for are queued or asked for again.
   * @default 5
   */
  readonly maxConcurrency?: number;

  /**
   * Size of the x86 machines: they run all that is not `armComputeType`'s, but for bootloaders, which have a small one.
   * Images are changed in memory, of which MEDIUM has 8 GiB. Each size up has about twice as much of everything, at about
   * twice the price a minute. Sizes of Lambda are refused.
   * @default ComputeType.MEDIUM
   */
  readonly computeType?: ComputeType;

  /**
   * Size of the arm machines, which upgrade, prepare and extract for arm64. MEDIUM has 8 GiB and costs about half, but is
   * not offered in every region. Sizes of Lambda are refused.
   * @default ComputeType.LARGE
   */
  readonly armComputeType?: ComputeType;

  /**
   * How long one build of a stage may run, in whole minutes, from 5 minutes to 36 hours; every minute costs. Time in the
   * queue does not count. A whole execution ends after 24 hours all the same. Boot tests end by `bootTimeout` of the view.
   * @default - 60 minutes
   */
  readonly stageTimeout?: Duration;

  /**
   * How the mirror is served. Its bucket and that bucket's log are `mirrorBucket` and `serverAccessLogsBucket`, not the
   * site's properties of these names, which are refused here.
   * @default - to everyone, by HTTPS, at the name that CloudFront gives
   */
  readonly site?: MirrorSiteProps;

  /**
   * The bucket of an earlier mirror, to go on with, encrypted by keys of S3 (SSE-S3). No two mirrors can share one.
   * @default - a new one, kept when the stack goes, unless its creation is rolled back
   */
  readonly mirrorBucket?: IBucket;

  /**
   * Where S3 writes who did what in the buckets that are made here.
   * @default - nowhere
   */
  readonly serverAccessLogsBucket?: IBucket;

  /**
   * What the mirror is signed with. Every site trusts one key: hand the old one in when a mirror is made anew.
   * @default - `SigningKey.kms()`: a new RSA-4096 key of KMS, kept when the stack goes, unless its creation is rolled back
   */
  readonly signingKey?: SigningKey;

  /**
   * Where failures are told.
   * @default - a new topic, which somebody has to subscribe to
   */
  readonly alarmTopic?: ITopic;

  /**
   * A VPC that the builds run in, and the functions Plan and CheckForUpdates, which read the same sources. From its subnets there has
   * to be a way to S3, Step Functions, CodeBuild and CloudWatch Logs, for private repositories to Secrets Manager, and to
   * the sources: the internet by a NAT gateway, or your mirrors of Ubuntu. All share one security group
   * (`builds.fetch.project.connections`), which lets everything out and nothing in. The other functions stay outside.
   * @default - none
   */
  readonly vpc?: IVpc;

  /**
   * Which subnets of `vpc`. Public ones are refused: neither builds nor functions get a public address there.
   * @default - the private subnets
   */
  readonly vpcSubnets?: SubnetSelection;
}
