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
import { BuildMachine } from '../choices/build-machine';
import { readSecrets } from '../choices/secrets';
import { acknowledge, starIn } from '../findings';
import { packageText } from '../package-files';
import { atSynth } from '../refusals/synth-error';
import { checkNetwork, letBuildsIntoVpc } from '../vpc-network';
import { checkStage, handOnNothing, takeUpNothing } from './stage-names';

/** Props of the projects of all stages. */
export interface BuildProps {
  /** The stage bundle: stage.js, host-tools.sh and the files they read. @default - the bundle of this package */
  readonly bundle?: Asset;
  /** Digest of all bundles; an execution that was planned with another one fails. @default - the digest of this package's bundles */
  readonly bundles?: string;
  /** The bucket through which the stages of an execution exchange files, below `runs/`. All builds and functions share one. */
  readonly workBucket: IBucket;
  /** Kind of machine that runs the builds. @default BuildMachine.X86 */
  readonly machine?: BuildMachine;
  /** Size of the machine. @default - that of the machine: 8 GiB on x86, because images are changed in memory */
  readonly computeType?: ComputeType;
  /** Time limit of one build; time in the queue does not count. @default - 60 minutes */
  readonly timeout?: Duration;
  /** Secrets with repository credentials that the role may read. @default - none */
  readonly secrets?: ISecret[];
  /** VPC in which the builds run. @default - none */
  readonly vpc?: IVpc;
  /** Subnets of `vpc`. Public subnets are refused. @default - the private subnets */
  readonly vpcSubnets?: SubnetSelection;
  /** Security group of the builds in `vpc`. @default - with a VPC, a new one that allows all outbound and no inbound traffic */
  readonly securityGroup?: ISecurityGroup;
}

export interface StageBuildProps extends BuildProps {
  /** `fetch`, `upgrade`, `prepare`, `extract`, `boot-test` or `bootloaders`: the name of its file in `buildspecs/`. */
  readonly stage: string;
}

/**
 * The CodeBuild project that runs one stage, as root with loop devices, on an untrusted machine. Its role has exactly the
 * permissions that the stage needs.
 * @example
 * const fetch = new StageBuild(stack, 'Fetch', { stage: 'fetch', workBucket });
 */
export class StageBuild extends Construct implements IGrantable {
  readonly project: Project;
  /** Role of the builds. */
  readonly role: Role;
  /** Log of the builds. */
  readonly logGroup: LogGroup;

  /** @throws BadInput (misuse) for an unknown stage, and for public subnets */
  constructor(scope: Construct, id: string, props: StageBuildProps) {
    super(scope, id);
    atSynth({ scope: this }, () => {
      checkStage(props.stage);
      checkNetwork(props);
    });
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
      // no concurrentBuildLimit: AWS rejects one above the account's, which may be 1, and does not queue builds that exceed it
      queuedTimeout: Duration.hours(8),
      timeout,
      ...(vpc !== undefined && { vpc }),
      ...(subnetSelection !== undefined && { subnetSelection }),
      ...(securityGroup !== undefined && { securityGroups: [securityGroup] }),
    });
    if (vpc === undefined) return;
    letBuildsIntoVpc(this.role, vpc, subnetSelection);
    this.project.node.addDependency(this.role); // CodeBuild checks these permissions when it creates the project
    this.project.node.tryRemoveChild('PolicyDocument'); // created by the CDK without a role: it is in no template, but cdk-nag reads it
  }

  /** The role of its builds: `bucket.grantRead(mirror.builds.fetch)` grants them access. */
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
        const conditions = { Null: { 's3:if-none-match': 'false' } }; // new objects only: no build can overwrite an object of another
        return new PolicyStatement({ actions: ['s3:PutObject'], resources: [runs], conditions });
      }),
      ...readSecrets(secrets),
    ]) {
      role.addToPolicy(statement);
    }
    for (const runs of new Set([read, ...written]))
      acknowledge(role, starIn(this, runs), 'files that stages exchange, in folders with unguessable names');
    return role;
  }
}

/**
 * A project whose role is complete: permissions that the CDK grants while it creates the project (s3:GetObject* and the like)
 * are dropped. Permissions that are granted later are kept; a role without policy updates would silently drop these too.
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

/** The unchanged text of a buildspec: the CDK's own classes would send its path or convert it to JSON. */
class BuildspecText extends BuildSpec {
  readonly isImmediate = true;

  constructor(private readonly text: string) {
    super();
  }

  override toBuildSpec(): string {
    return this.text;
  }
}
