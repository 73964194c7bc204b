/* mirror/builds: CodeBuild projects. */

import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BuildSpec, type ComputeType, Project, type ProjectProps, Source } from 'aws-cdk-lib/aws-codebuild';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  type IGrantable,
  type IPrincipal,
  type IRole,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Alias } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { bundlesVariable, workStoreVariable } from '../../job/environment';
import { requestsOf, runsOf } from '../buckets';
import { bundlesDigest, stageBundle } from '../bundles';
import { readSecrets } from '../choices/secrets';
import { acknowledge, starIn } from '../findings';
import { packageText } from '../package-files';
import { BuildMachine } from '../settings/build-machine';
import { checkNetwork, letBuildsIntoVpc } from '../vpc-network';
import { checkStage, handOnNothing, takeUpNothing } from './stage-names';

/** What the project of a stage is told, whichever the stage. */
export interface BuildProps {
  /** The stage bundle: stage.js, host-tools.sh and what they read. @default - that of this package */
  readonly bundle?: Asset;
  /** Digest of all bundles, which an execution must have been planned with. @default - of those of this package */
  readonly bundles?: string;
  /** Where the stages of an execution hand things to each other: below `runs/`. All builds and functions share one. */
  readonly workBucket: IBucket;
  /** @default BuildMachine.X86 */
  readonly machine?: BuildMachine;
  /** @default - the machine's: 8 GiB on x86, for images are changed in memory */
  readonly computeType?: ComputeType;
  /** @default - 60 minutes */
  readonly timeout?: Duration;
  /** Secrets with credentials of repositories, which it may read. @default - none */
  readonly secrets?: ISecret[];
  /** @default - none */
  readonly vpc?: IVpc;
  /** @default - the private subnets */
  readonly vpcSubnets?: SubnetSelection;
  /** @default - with a VPC a new one, which lets everything out and nothing in */
  readonly securityGroup?: ISecurityGroup;
}

export interface StageBuildProps extends BuildProps {
  /** `fetch`, `upgrade`, `prepare`, `extract`, `boot-test` or `bootloaders`: the name of its file in `buildspecs/`. */
  readonly stage: string;
}

/**
 * The CodeBuild project that runs one stage, as root with loop devices, on a machine that nobody trusts. Its role may do
 * what that stage needs.
 * @example
 * const fetch = new StageBuild(stack, 'Fetch', { stage: 'fetch', workBucket });
 */
export class StageBuild extends Construct implements IGrantable {
  readonly project: Project;
  readonly role: Role;
  readonly logGroup: LogGroup;

  /** @throws BadInput (misuse) for an unknown stage, and for public subnets */
  constructor(scope: Construct, id: string, props: StageBuildProps) {
    super(scope, id);
    checkStage(props.stage);
    checkNetwork(props);
    const { stage, bundle = stageBundle(this), workBucket, timeout = Duration.minutes(60) } = props;
    const { machine = BuildMachine.X86, vpc, vpcSubnets: subnetSelection, securityGroup } = props;

    this.logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = this.makeRole({ ...props, bundle });
    this.project = new StageProject(this, 'Project', this.role, {
      description: `cdk-maas-mirror: ${stage}`,
      source: Source.s3({ bucket: bundle.bucket, path: bundle.s3ObjectKey }),
      buildSpec: new BuildspecText(packageText(`buildspecs/${stage}.yml`)),
      environment: {
        buildImage: machine.buildImage,
        computeType: props.computeType ?? machine.computeType,
        privileged: true, // loop devices, overlays and bind mounts below a chroot
        hostKernel: machine.hostKernel,
      },
      environmentVariables: {
        [workStoreVariable]: { value: `s3://${workBucket.bucketName}` },
        [bundlesVariable]: { value: props.bundles ?? bundlesDigest() },
      },
      encryptionKey: Alias.fromAliasName(this, 'S3Key', 'alias/aws/s3'),
      grantReportGroupPermissions: false,
      logging: { cloudWatch: { logGroup: this.logGroup } },
      // no concurrentBuildLimit: AWS refuses one above the account's, which may be 1, and what exceeds it is not queued
      queuedTimeout: Duration.hours(8),
      timeout,
      ...(vpc !== undefined && { vpc }),
      ...(subnetSelection !== undefined && { subnetSelection }),
      ...(securityGroup !== undefined && { securityGroups: [securityGroup] }),
    });
    if (vpc === undefined) return;
    letBuildsIntoVpc(this.role, vpc, subnetSelection);
    this.project.node.addDependency(this.role); // CodeBuild asks for these rights when it makes the project
    this.project.node.tryRemoveChild('PolicyDocument'); // the CDK's own, for no role: no template has it, cdk-nag reads it
  }

  /** Its builds: `bucket.grantRead(mirror.builds.fetch)` lets them. */
  get grantPrincipal(): IPrincipal {
    return this.role;
  }

  private makeRole({ stage, bundle, workBucket, secrets = [] }: StageBuildProps & { readonly bundle: Asset }): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('codebuild.amazonaws.com') });
    const made = runsOf(workBucket);
    const read = takeUpNothing.includes(stage) ? requestsOf(workBucket) : made;
    const written = handOnNothing.includes(stage) ? [] : [made];
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
      new PolicyStatement({ actions: ['s3:GetObject'], resources: [read] }),
      ...written.map((runs) => {
        const conditions = { Null: { 's3:if-none-match': 'false' } }; // new objects only: no build overwrites another's
        return new PolicyStatement({ actions: ['s3:PutObject'], resources: [runs], conditions });
      }),
      ...readSecrets(secrets),
    ]) {
      role.addToPolicy(statement);
    }
    for (const runs of new Set([read, ...written]))
      acknowledge(role, starIn(this, runs), 'what stages hand to each other, in folders that nobody can guess');
    return role;
  }
}

/**
 * A project whose role is whole: what the CDK grants while it makes one (s3:GetObject* and the like) is left out. What
 * others grant afterwards is not, which a role without policy updates would leave out, too, and say nothing.
 */
class StageProject extends Project {
  override readonly role: IRole;
  override readonly grantPrincipal: IPrincipal;

  constructor(scope: Construct, id: string, role: Role, props: Omit<ProjectProps, 'role'>) {
    super(scope, id, { ...props, role: role.withoutPolicyUpdates() });
    this.role = role;
    this.grantPrincipal = role;
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
