import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import { CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { MirrorError } from '../../errors';
import { requireKnown } from '../choices/known-at-synth';
import type { MirrorSiteProps } from './mirror-site-props';
import { checkRegion } from './region';

/** @throws BadInput for props that CloudFront would refuse hours later, or that would give a secret away */
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
    refuse(
      `the property domainName is ${JSON.stringify(domainName)}`,
      'give one host name in small letters: images.example.com',
    );
  }
  if ((domainName === undefined) !== (certificate === undefined)) {
    const [there, other] = domainName === undefined ? ['certificate', 'domainName'] : ['domainName', 'certificate'];
    refuse(`the property ${there} is there and ${other} is not`, 'a host name and its certificate belong together');
  }
  if (certificate === undefined) return;
  const { region = '' } = Stack.of(scope).splitArn(certificate.certificateArn, ArnFormat.SLASH_RESOURCE_NAME);
  if (Token.isUnresolved(region) || region === 'us-east-1') return;
  refuse(
    `the property certificate is of the region ${region}`,
    'CloudFront takes certificates of us-east-1 only; ask for one there, in a stack with crossRegionReferences',
  );
}

const hostName = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;

function checkOpenness({ allowHttp = false, basicAuth = false, allowedCidrs }: MirrorSiteProps): void {
  if (allowHttp && basicAuth) {
    refuse(
      'the properties allowHttp and basicAuth are both true',
      'passwords would cross the net in the open; leave allowHttp out, or use allowedCidrs instead of basicAuth',
    );
  }
  requireKnown('allowedCidrs', allowedCidrs);
  if (allowedCidrs?.length === 0) {
    refuse('the property allowedCidrs is empty', 'name the networks that may read, or leave it out so that all may');
  }
}

function checkWebAcl(webAclId: string): void {
  if (Token.isUnresolved(webAclId) || /^arn:[a-z-]+:wafv2:us-east-1:\d*:global\/webacl\/./.test(webAclId)) return;
  refuse(
    `the property webAclId is ${JSON.stringify(webAclId)}`,
    'give the ARN of a WAFv2 web ACL of scope CLOUDFRONT: arn:aws:wafv2:us-east-1:ACCOUNT:global/webacl/NAME/ID',
  );
}

/** The bucket's policy names the distribution, which names the bucket: two stacks would wait for each other. */
function checkBucket(scope: Construct, bucket: IBucket): void {
  const [its, ours] = [Stack.of(bucket), Stack.of(scope)];
  if (its !== ours) {
    refuse(
      `the property bucket is of the stack ${its.node.path}, the site of ${ours.node.path}`,
      'make both in one stack, or import the bucket: Bucket.fromBucketName(this, …)',
    );
  }
  if (bucket.encryptionKey === undefined && !isByKms(bucket)) return;
  refuse(
    `the property bucket is the bucket ${bucket.node.path}, which is encrypted by a key of KMS`,
    'hand in one with encryption: BucketEncryption.S3_MANAGED: CloudFront and the functions of the mirror may not use that key',
  );
}

function isByKms(bucket: IBucket): boolean {
  const made = bucket.node.defaultChild;
  if (!(made instanceof CfnBucket)) return false; // imported
  return JSON.stringify(Stack.of(made).resolve(made.bucketEncryption) ?? {}).includes('"aws:kms');
}

/** Unless a bucket says otherwise, S3 knows no ACLs in it since April 2023. */
function checkLogs(bucket: IBucket): void {
  const made = bucket.node.defaultChild;
  if (!(made instanceof CfnBucket)) return; // imported
  const ownership = ownershipOf(made);
  if (ownership === 'ObjectWriter' || ownership === 'BucketOwnerPreferred') return;
  refuse(
    `the property accessLogsBucket is a bucket with object ownership ${ownership ?? 'left out'}`,
    'CloudFront writes its logs by an ACL; make the bucket with objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED',
  );
}

/** The CDK keeps the property in a token, though it knows it. */
function ownershipOf(bucket: CfnBucket): string | undefined {
  const controls = Stack.of(bucket).resolve(bucket.ownershipControls) as
    | { readonly rules?: readonly { readonly objectOwnership?: string }[] }
    | undefined;
  return controls?.rules?.[0]?.objectOwnership;
}

function refuse(message: string, hint: string): never {
  throw new MirrorError('BadInput', message, { hint, misuse: true });
}
