import type { CodeBuildClient } from '@aws-sdk/client-codebuild';
import type { MirrorError } from '../../errors';
import { asking } from '../asking';
import { elementOf, type RawAnswer, Refused, signedRequest } from './signed-request';

/** Whether an account can create a CloudFront distribution. */
export type CloudFrontAnswer =
  /** It already has some, so AWS allows it. */
  | { readonly kind: 'has'; readonly distributions: number }
  /** A distribution was rejected as invalid, not because of the account. */
  | { readonly kind: 'may' }
  /** AWS must verify the account first; its message. */
  | { readonly kind: 'unverified'; readonly words: string }
  /** The invalid distribution was created, contrary to CloudFront's documentation, and must be deleted. */
  | { readonly kind: 'made'; readonly id: string }
  /** These credentials have no permission to create one; those of a deployment may have it. */
  | { readonly kind: 'untold'; readonly words: string };

/**
 * Asks CloudFront, without changing anything. An account that has distributions can create more (the quota is 200). For an
 * account without any, it requests an invalid distribution, whose behaviour refers to a missing origin. If AWS rejects that
 * with NoSuchOrigin, and not with "your account must be verified before you can add new CloudFront resources", the account can
 * create distributions. Requires cloudfront:ListDistributions and cloudfront:CreateDistribution.
 * @throws AccessDenied without permission to list; what asking throws
 */
export async function cloudFrontAnswer(client: CodeBuildClient): Promise<CloudFrontAnswer> {
  const listed = await ask(client, 'list the distributions of CloudFront', 'GET');
  if (listed.status !== 200) throw await refusal(listed, 'list the distributions of CloudFront');
  const distributions = Number(elementOf(listed.body, 'Quantity') ?? 0);
  if (distributions > 0) return { kind: 'has', distributions };

  const what = 'say whether the account can create a distribution';
  const refused = await ask(client, what, 'POST', impossible);
  const [code, words] = [elementOf(refused.body, 'Code') ?? '', elementOf(refused.body, 'Message') ?? ''];
  if (refused.status === 201) return { kind: 'made', id: elementOf(refused.body, 'Id') ?? '' };
  if (/must be verified/.test(words)) return { kind: 'unverified', words };
  if (code === 'AccessDenied') return { kind: 'untold', words };
  if (isInvalid(refused.status, code)) return { kind: 'may' };
  throw await refusal(refused, what);
}

/** Whether CloudFront rejected a distribution as invalid. Throttling has status 400 as well, and 403 is for credentials. */
function isInvalid(status: number, code: string): boolean {
  return (status === 400 || status === 404) && /^(NoSuch|Invalid|Illegal|Inconsistent|Missing)/.test(code);
}

/** CloudFront has one endpoint, in us-east-1. https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistribution.html */
async function ask(client: CodeBuildClient, what: string, method: 'GET' | 'POST', body?: string): Promise<RawAnswer> {
  return signedRequest(client, what, {
    service: 'cloudfront',
    region: 'us-east-1',
    host: 'cloudfront.amazonaws.com',
    method,
    path: '/2020-05-31/distribution',
    ...(body !== undefined && { body, headers: { 'content-type': 'application/xml' } }),
  });
}

async function refusal({ status, body }: RawAnswer, what: string): Promise<MirrorError> {
  const name = elementOf(body, 'Code') ?? `${status}`;
  const fault = new Refused(name, elementOf(body, 'Message') ?? '');
  return asking(what, async () => Promise.reject(fault)).catch((error: unknown) => error as MirrorError);
}

/** It is disabled: if it were created after all, it would serve nothing. */
const impossible = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">',
  '<CallerReference>maas-mirror-doctor</CallerReference>',
  '<Origins><Quantity>1</Quantity><Items><Origin><Id>there</Id><DomainName>doctor.invalid</DomainName>',
  '<CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort>',
  '<OriginProtocolPolicy>https-only</OriginProtocolPolicy></CustomOriginConfig></Origin></Items></Origins>',
  '<DefaultCacheBehavior><TargetOriginId>not-there</TargetOriginId>',
  '<ViewerProtocolPolicy>https-only</ViewerProtocolPolicy>',
  '<CachePolicyId>658327ea-f89d-4fab-a63d-7e88639e58f6</CachePolicyId></DefaultCacheBehavior>',
  '<Comment>maas-mirror doctor: a test, never created</Comment><Enabled>false</Enabled>',
  '</DistributionConfig>',
].join('');
