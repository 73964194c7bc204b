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

/** What every bucket of a mirror is. All said here: a library must not depend on its user's feature flags. */
const closed = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, // RETAIN would also keep them where a creation is rolled back
} as const satisfies BucketProps;

/** The mirror itself. Nothing in it expires by age: an old file may be what an index still names. */
export function mirrorBucket(scope: Construct, id: string, logs: IBucket | undefined): Bucket {
  const bucket = new Bucket(scope, id, {
    ...closed,
    versioned: true,
    lifecycleRules: [
      { abortIncompleteMultipartUploadAfter: Duration.days(1), noncurrentVersionExpiration: Duration.days(90) },
    ],
  });
  const unlogged = 'sites read through CloudFront, which says who they are: the property accessLogsBucket';
  if (logs === undefined) acknowledge(bucket, 'S1', unlogged);
  else logTo(bucket, logs, 'maas-mirror/');
  return bucket;
}

/** What the stages of an execution hand to each other; kept longer than the 14 days in which one can be redriven. */
export function workBucket(scope: Construct, id: string, logs: IBucket | undefined): Bucket {
  const bucket = new Bucket(scope, id, {
    ...closed,
    versioned: false,
    lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1), expiration: Duration.days(30) }],
  });
  const unlogged = 'nobody but the stages of this mirror can read it, and their logs say what they did';
  if (logs === undefined) acknowledge(bucket, 'S1', unlogged);
  else logTo(bucket, logs, 'maas-mirror-work/');
  return bucket;
}

/** By the bucket's policy: what the CDK does by itself depends on a feature flag, and without it is an ACL. */
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
        // One of another stack would wait for ours, which waits for it.
        ...(Stack.of(logs) === stack && { ArnLike: { 'aws:SourceArn': bucket.bucketArn } }),
      },
    }),
  );
  if (statementAdded) return;
  Annotations.of(bucket).addWarningV2(
    'cdk-maas-mirror:logsPolicy',
    `the policy of an imported bucket cannot be changed here; let logging.s3.amazonaws.com do s3:PutObject on ${logFilePrefix}* in it, or nothing is logged`,
  );
}

/** Everything that lib/job/layout.ts calls `runs`. */
export const runsOf = (workBucket: IBucket): string => workBucket.arnForObjects('runs/*');

/** The orders among them, one for each execution. */
export const requestsOf = (workBucket: IBucket): string => workBucket.arnForObjects('runs/*/request.json');
