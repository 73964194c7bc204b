import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { bundlesVariable, workStoreVariable } from '../../job/environment';
import { mirrorStoreVariable } from '../../job/execution-names';
import { bundlesDigest } from '../bundles';
import type { BoundSigningKey } from '../choices/signing-key';
import { acknowledge, starIn } from '../findings';
import { packagePath } from '../package-files';
import { atSynth } from '../refusals/synth-error';
import { checkNetwork, letFunctionIntoVpc } from '../vpc-network';
import { functionNeeds } from './function-needs';

export interface MirrorFunctionProps {
  /**
   * The function of this package: `plan`, `select` or `publish`, which a ReleaseWorkflow calls, or `promote` or `operate`, which
   * operators call. (MaasMirror creates `check-for-updates` and `notify`, because they depend on its state machine and topic.)
   */
  readonly asset: string;
  /** Digest of all bundles; an execution that was planned with another one fails. @default - the digest of this package's bundles */
  readonly bundles?: string;
  /** The bucket that holds the mirror. */
  readonly mirrorBucket: IBucket;
  /** The bucket through which the stages of an execution exchange files: the same one as that of the builds. */
  readonly workBucket: IBucket;
  /**
   * The key that `publish`, `promote` and `operate` sign with: `SigningKey.kms().bind(this)`. Refused for all other functions.
   * @default - none; required for `publish`, `promote` and `operate`
   */
  readonly signingKey?: BoundSigningKey;
  /** Secrets with credentials of repositories; only `plan` and `check-for-updates` are granted access. @default - none */
  readonly secrets?: ISecret[];
  /** Additional permissions. Use exact actions, no wildcards. @default - none */
  readonly statements?: PolicyStatement[];
  /** Additional environment variables. @default - none */
  readonly environment?: { readonly [name: string]: string };
  /** VPC in which the function runs. @default - none */
  readonly vpc?: IVpc;
  /** Subnets of `vpc`. Public subnets are refused. @default - the private subnets */
  readonly vpcSubnets?: SubnetSelection;
  /** Security group of the function in `vpc`. @default - with a VPC, a new one that allows all outbound and no inbound traffic */
  readonly securityGroup?: ISecurityGroup;
}

/**
 * A Lambda function of the workflow, with its code, role and variables. `publish` writes the mirror's keyring if it is invoked
 * with an empty event; MaasMirror does that once, with a Trigger.
 * @example
 * const publish = new MirrorFunction(stack, 'Publish', {
 *   asset: 'publish',
 *   mirrorBucket,
 *   workBucket,
 *   signingKey: SigningKey.kms().bind(stack),
 * });
 */
export class MirrorFunction extends Construct {
  readonly function: LambdaFunction;
  /** Role of the function. */
  readonly role: Role;
  /** Log of the function. */
  readonly logGroup: LogGroup;

  /** @throws BadInput (misuse) for an unknown function, and for a missing or superfluous key */
  constructor(scope: Construct, id: string, props: MirrorFunctionProps) {
    super(scope, id);
    const { asset, bundles = bundlesDigest(), mirrorBucket, workBucket, statements = [], environment = {} } = props;
    const { vpc, vpcSubnets, securityGroup } = props;
    const needs = atSynth({ scope: this }, () => {
      checkNetwork(props);
      return functionNeeds(asset, props);
    });
    this.logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.logGroup.logGroupArn],
      }),
    );
    for (const statement of [...needs.statements, ...statements]) this.role.addToPolicy(statement);
    for (const { arn, reason } of needs.stars) acknowledge(this.role, starIn(this, arn), reason);
    if (vpc !== undefined) letFunctionIntoVpc(this.role);

    this.function = new LambdaFunction(this, 'Function', {
      description: `cdk-maas-mirror: ${asset}`,
      runtime: Runtime.NODEJS_24_X,
      handler: `${asset}.handler`,
      code: Code.fromAsset(packagePath('dist/assets/functions')),
      environment: {
        [mirrorStoreVariable]: `s3://${mirrorBucket.bucketName}`,
        [workStoreVariable]: `s3://${workBucket.bucketName}`,
        [bundlesVariable]: bundles,
        ...needs.environment,
        ...environment,
      },
      memorySize: 1024, // MiB
      timeout: Duration.minutes(15),
      logGroup: this.logGroup,
      role: this.role,
      ...(vpc !== undefined && { vpc }),
      ...(vpcSubnets !== undefined && { vpcSubnets }),
      ...(securityGroup !== undefined && { securityGroups: [securityGroup] }),
    });
  }
}
