import { Annotations, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type CfnBucket,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from './findings';

/** Props of every bucket, set explicitly: a library must not depend on the feature flags of its user. */
const closed = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, // RETAIN would also keep them if the creation is rolled back
} as const satisfies BucketProps;

/** The bucket of the mirror. Its objects never expire: an index may still refer to an old file. */
export function mirrorBucket(scope: Construct, id: string, logs: IBucket | undefined): Bucket {
  const bucket = new Bucket(scope, id, {
    ...closed,
    versioned: true,
    lifecycleRules: [
      { abortIncompleteMultipartUploadAfter: Duration.days(1), noncurrentVersionExpiration: Duration.days(90) },
    ],
  });
  const unlogged = 'sites read through CloudFront, which logs their requests if accessLogsBucket is set';
  if (logs === undefined) acknowledge(bucket, 'S1', unlogged);
  else logTo(bucket, logs, 'maas-mirror/');
  return bucket;
}

/** Files that the stages of an execution exchange; kept longer than the 14 days in which an execution can be redriven. */
export function workBucket(scope: Construct, id: string, logs: IBucket | undefined): Bucket {
  const bucket = new Bucket(scope, id, {
    ...closed,
    versioned: false,
    lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1), expiration: Duration.days(30) }],
  });
  const unlogged = 'only the stages of this mirror have access, and their logs record what they did';
  if (logs === undefined) acknowledge(bucket, 'S1', unlogged);
  else logTo(bucket, logs, 'maas-mirror-work/');
  return bucket;
}

/** Uses the bucket policy: what the CDK does by itself depends on a feature flag, and without it is an ACL. */
function logTo(bucket: Bucket, logs: IBucket, logFilePrefix: string): void {
  (bucket.node.defaultChild as CfnBucket).loggingConfiguration = {
    destinationBucketName: logs.bucketName,
    logFilePrefix,
  };
  const stack = Stack.of(bucket);
  const { statementAdded } = logs.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('logging.s3.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [logs.arnForObjects(`${logFilePrefix}*`)],
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        // For a bucket in another stack, the condition would make the stacks depend on each other.
        ...(Stack.of(logs) === stack && { ArnLike: { 'aws:SourceArn': bucket.bucketArn } }),
      },
    }),
  );
  if (statementAdded) return;
  Annotations.of(bucket).addWarningV2(
    'cdk-maas-mirror:logsPolicy',
    `the policy of an imported bucket cannot be changed: add a statement that allows logging.s3.amazonaws.com s3:PutObject on ${logFilePrefix}*; without it, nothing is logged`,
  );
}

/** The objects below `runs` in lib/job/layout.ts. */
export const runsOf = (workBucket: IBucket): string => workBucket.arnForObjects('runs/*');

/** Kernels and initrds of flavours that are kept: copies from the pool, which the boot test reads. */
export const keptOf = (workBucket: IBucket): string => workBucket.arnForObjects('runs/*/extract/kept/*');

/** The build requests among them, one for each execution. */
export const requestsOf = (workBucket: IBucket): string => workBucket.arnForObjects('runs/*/request.json');
