import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { bundlesVariable, workStoreVariable } from '../../job/environment';
import { mirrorStoreVariable } from '../../job/names';
import { packagePath } from '../package-files';
import { letFunctionIntoVpc } from '../vpc-network';

export interface MirrorFunctionProps {
  /** Folder of its bundle below `dist/assets/`: `publish`. */
  readonly asset: string;
  /** Digest of all bundles, which an execution must have been planned with. */
  readonly bundles: string;
  readonly mirrorBucket: IBucket;
  readonly workBucket: IBucket;
  /** What it may do besides writing its log. Exact actions, no wildcards. */
  readonly statements: PolicyStatement[];
  /** Variables besides the stores. @default - none */
  readonly environment?: { readonly [name: string]: string };
  /** @default - none */
  readonly vpc?: IVpc;
  /** @default - the private subnets */
  readonly vpcSubnets?: SubnetSelection;
  /** @default - with a VPC a new one, which lets everything out and nothing in */
  readonly securityGroup?: ISecurityGroup;
}

/** A Lambda function of the workflow: a built bundle, told where the mirror and the work of the stages lie. */
export class MirrorFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: MirrorFunctionProps) {
    super(scope, id);
    const { asset, bundles, mirrorBucket, workBucket, statements, environment = {} } = props;
    const { vpc, vpcSubnets, securityGroup } = props;
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
    for (const statement of statements) this.role.addToPolicy(statement);
    if (vpc !== undefined) letFunctionIntoVpc(this.role);

    this.function = new LambdaFunction(this, 'Function', {
      description: `cdk-maas-mirror: ${asset}`,
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(packagePath(`dist/assets/${asset}`)),
      environment: {
        [mirrorStoreVariable]: `s3://${mirrorBucket.bucketName}`,
        [workStoreVariable]: `s3://${workBucket.bucketName}`,
        [bundlesVariable]: bundles,
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
