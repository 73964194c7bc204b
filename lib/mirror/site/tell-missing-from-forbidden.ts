import { Annotations, Stack } from 'aws-cdk-lib';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/**
 * Without s3:ListBucket, S3 answers 403 for what is missing, and MAAS takes that for a site that refuses it. Nobody gets a
 * list by it: the viewer-request function never lets the bare bucket be asked for.
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
    'the policy of an imported bucket cannot be changed here; let cloudfront.amazonaws.com do s3:GetObject on its objects and s3:ListBucket on itself, where AWS:SourceArn is the ARN of this distribution',
  );
}
