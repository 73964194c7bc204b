import { Annotations, Stack } from 'aws-cdk-lib';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/**
 * Without s3:ListBucket, S3 answers 403 for a missing object, which MAAS takes for missing permission. The permission does not
 * expose a listing: the viewer-request function never passes on a request for the bucket itself.
 */
export function tellMissingFromForbidden(scope: Construct, bucket: IBucket, distribution: Distribution): void {
  const stack = Stack.of(scope);
  const { distributionId } = distribution;
  const { statementAdded } = bucket.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudfront.amazonaws.com')],
      actions: ['s3:ListBucket'],
      resources: [bucket.bucketArn],
      conditions: {
        StringEquals: {
          'AWS:SourceArn': `arn:${stack.partition}:cloudfront::${stack.account}:distribution/${distributionId}`,
        },
      },
    }),
  );
  if (statementAdded) return;
  Annotations.of(scope).addWarningV2(
    'cdk-maas-mirror:bucketPolicy',
    'the policy of an imported bucket cannot be changed: add statements that allow cloudfront.amazonaws.com s3:GetObject on its objects and s3:ListBucket on the bucket, with the ARN of this distribution as AWS:SourceArn',
  );
}
