import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BuildSpec, ComputeType, HostKernel, LinuxBuildImage, Project, Source } from 'aws-cdk-lib/aws-codebuild';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { workStoreVariable } from '../job/environment';
import { runsOf } from './buckets';
import { packageText } from './package-files';

export interface StageBuildProps {
  /** Name of the stage and of its file in `buildspecs/`: `boot-test`. */
  readonly stage: string;
  /** The stage bundle: stage.js, host-tools.sh and what they read. */
  readonly bundle: Asset;
  /** Where the stages of an execution hand things to each other. */
  readonly workBucket: IBucket;
  /** How many builds of this project may run at once; more are refused by CodeBuild and tried again by the workflow. */
  readonly maxConcurrency: number;
  /** @default - 60 minutes */
  readonly timeout?: Duration;
}

/** The CodeBuild project that runs one stage, as root with loop devices, on a machine that nobody trusts. */
export class StageBuild extends Construct {
  readonly project: Project;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: StageBuildProps) {
    super(scope, id);
    const { stage, bundle, workBucket, maxConcurrency, timeout = Duration.minutes(60) } = props;

    this.logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = this.makeRole(bundle, workBucket);
    this.project = new Project(this, 'Project', {
      description: `cdk-maas-mirror: ${stage}`,
      source: Source.s3({ bucket: bundle.bucket, path: bundle.s3ObjectKey }),
      buildSpec: new BuildspecText(packageText(`buildspecs/${stage}.yml`)),
      environment: {
        buildImage: LinuxBuildImage.fromCodeBuildImageId('aws/codebuild/standard:8.0'),
        computeType: ComputeType.MEDIUM,
        privileged: true, // loop devices, overlays and bind mounts below a chroot
        hostKernel: HostKernel.LINUX_KERNEL_6, // unset, builds run on Amazon Linux 2's 4.14
      },
      environmentVariables: { [workStoreVariable]: { value: `s3://${workBucket.bucketName}` } },
      role: this.role.withoutPolicyUpdates(), // its policy is whole; CDK's grants would add s3:GetObject* and the like
      grantReportGroupPermissions: false,
      logging: { cloudWatch: { logGroup: this.logGroup } },
      concurrentBuildLimit: maxConcurrency,
      queuedTimeout: Duration.hours(8),
      timeout,
    });
  }

  private makeRole(bundle: Asset, workBucket: IBucket): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('codebuild.amazonaws.com') });
    const runsObjects = runsOf(workBucket);
    for (const statement of [
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.logGroup.logGroupArn],
      }),
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:GetObjectVersion'],
        resources: [bundle.bucket.arnForObjects(bundle.s3ObjectKey)],
      }),
      new PolicyStatement({
        actions: ['s3:GetBucketAcl', 's3:GetBucketLocation'],
        resources: [bundle.bucket.bucketArn],
      }),
      new PolicyStatement({ actions: ['s3:GetObject'], resources: [runsObjects] }),
      new PolicyStatement({
        actions: ['s3:PutObject'],
        resources: [runsObjects],
        conditions: { Null: { 's3:if-none-match': 'false' } }, // new objects only: no build overwrites another's
      }),
    ]) {
      role.addToPolicy(statement);
    }
    return role;
  }
}

/** A buildspec as it stands in its file: CDK's own classes would send its path or print it as JSON. */
class BuildspecText extends BuildSpec {
  readonly isImmediate = true;

  constructor(private readonly text: string) {
    super();
  }

  override toBuildSpec(): string {
    return this.text;
  }
}
