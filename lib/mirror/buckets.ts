import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
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
  removalPolicy: RemovalPolicy.RETAIN,
} as const satisfies BucketProps;

/** The mirror itself. Nothing in it expires by age: an old file may be what an index still names. */
export function mirrorBucket(scope: Construct, id: string): Bucket {
  const bucket = new Bucket(scope, id, {
    ...closed,
    versioned: true,
    lifecycleRules: [
      { abortIncompleteMultipartUploadAfter: Duration.days(1), noncurrentVersionExpiration: Duration.days(90) },
    ],
  });
  acknowledge(bucket, 'S1', 'sites read through CloudFront, which says who they are: the property accessLogsBucket');
  return bucket;
}

/** What the stages of an execution hand to each other; kept longer than the 14 days in which one can be redriven. */
export function workBucket(scope: Construct, id: string): Bucket {
  const bucket = new Bucket(scope, id, {
    ...closed,
    versioned: false,
    lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1), expiration: Duration.days(30) }],
  });
  acknowledge(bucket, 'S1', 'nobody but the stages of this mirror can read it, and their logs say what they did');
  return bucket;
}

/** Everything that lib/job/layout.ts calls `runs`. */
export const runsOf = (workBucket: IBucket): string => workBucket.arnForObjects('runs/*');
