import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import { CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { requireKnown } from '../choices/known-at-synth';
import { refused } from '../refusals/synth-error';
import type { MirrorSiteProps } from './mirror-site-props';
import { checkRegion } from './region';

/** @throws BadInput for props that CloudFront would reject at deployment, or that would expose a secret */
export function checkSite(scope: Construct, props: MirrorSiteProps): void {
  checkRegion(Stack.of(scope).region);
  checkDomain(scope, props);
  checkOpenness(props);
  if (props.webAclId !== undefined) checkWebAcl(props.webAclId);
  if (props.bucket) checkBucket(scope, props.bucket);
  if (props.accessLogsBucket) checkLogs(props.accessLogsBucket);
}

function checkDomain(scope: Construct, { domainName, certificate }: MirrorSiteProps): void {
  if (domainName !== undefined && !Token.isUnresolved(domainName) && !hostName.test(domainName)) {
    throw refused(
      ['domainName'],
      `is ${JSON.stringify(domainName)}, not a valid host name`,
      'use a host name in lower case: images.example.com',
    );
  }
  if ((domainName === undefined) !== (certificate === undefined)) {
    throw domainName === undefined
      ? refused(['certificate'], 'is set without a domainName', 'set both, or neither')
      : refused(['domainName'], 'is set without a certificate', 'set both, or neither');
  }
  if (certificate === undefined) return;
  const { region = '' } = Stack.of(scope).splitArn(certificate.certificateArn, ArnFormat.SLASH_RESOURCE_NAME);
  if (Token.isUnresolved(region) || region === 'us-east-1') return;
  throw refused(
    ['certificate'],
    `is in the region ${region}, but CloudFront requires us-east-1`,
    'create it in a stack in us-east-1; crossRegionReferences: true on both stacks makes it available here',
  );
}

const hostName = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;

function checkOpenness({ allowHttp = false, basicAuth = false, allowedCidrs }: MirrorSiteProps): void {
  if (allowHttp && basicAuth) {
    throw refused(
      ['allowHttp'],
      'cannot be combined with basicAuth: passwords would be sent unencrypted',
      'omit allowHttp, or use allowedCidrs instead of basicAuth',
    );
  }
  requireKnown(['allowedCidrs'], allowedCidrs);
  if (allowedCidrs !== undefined && !Array.isArray(allowedCidrs)) {
    throw refused(['allowedCidrs'], `is ${JSON.stringify(allowedCidrs)}`, 'use a list: ["198.51.100.0/24"]');
  }
  if (allowedCidrs?.length === 0) {
    throw refused(['allowedCidrs'], 'is empty', 'add the networks that have access, or omit it to allow all');
  }
}

function checkWebAcl(webAclId: string): void {
  if (Token.isUnresolved(webAclId) || /^arn:[a-z-]+:wafv2:us-east-1:\d*:global\/webacl\/./.test(webAclId)) return;
  throw refused(
    ['webAclId'],
    `is ${JSON.stringify(webAclId)}`,
    'use the ARN of a WAFv2 web ACL with scope CLOUDFRONT: arn:aws:wafv2:us-east-1:ACCOUNT:global/webacl/NAME/ID',
  );
}

/** The bucket policy refers to the distribution and the distribution to the bucket: two stacks would depend on each other. */
function checkBucket(scope: Construct, bucket: IBucket): void {
  const [its, ours] = [Stack.of(bucket), Stack.of(scope)];
  if (its !== ours) {
    throw refused(
      ['bucket'],
      `is in the stack ${its.node.path}, but the site is in ${ours.node.path}`,
      'create both in one stack, or import the bucket: Bucket.fromBucketName(this, …)',
    );
  }
  if (bucket.encryptionKey === undefined && !isByKms(bucket)) return;
  throw refused(
    ['bucket'],
    `is ${bucket.node.path}, which is encrypted with a KMS key that CloudFront and the functions of the mirror cannot use`,
    'use a bucket with encryption: BucketEncryption.S3_MANAGED',
  );
}

function isByKms(bucket: IBucket): boolean {
  const made = bucket.node.defaultChild;
  if (!(made instanceof CfnBucket)) return false; // imported
  return JSON.stringify(Stack.of(made).resolve(made.bucketEncryption) ?? {}).includes('"aws:kms');
}

/** Since April 2023, ACLs are disabled in new buckets by default. */
function checkLogs(bucket: IBucket): void {
  const made = bucket.node.defaultChild;
  if (!(made instanceof CfnBucket)) return; // imported
  const ownership = ownershipOf(made);
  if (ownership === 'ObjectWriter' || ownership === 'BucketOwnerPreferred') return;
  throw refused(
    ['accessLogsBucket'],
    `is ${bucket.node.path}, whose object ownership (${ownership ?? 'not set'}) disables the ACLs that CloudFront needs to write logs`,
    'create it with objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED',
  );
}

/** The CDK keeps this property in a token even if its value is known. */
function ownershipOf(bucket: CfnBucket): string | undefined {
  const controls = Stack.of(bucket).resolve(bucket.ownershipControls) as
    | { readonly rules?: readonly { readonly objectOwnership?: string }[] }
    | undefined;
  return controls?.rules?.[0]?.objectOwnership;
}
