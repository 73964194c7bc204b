import type { CodeBuildClient } from '@aws-sdk/client-codebuild';
import type { MirrorError } from '../../errors';
import { asking } from '../asking';
import { elementOf, type RawAnswer, Refused, signedRequest } from './signed-request';

/** What is known of whether an account may have a CloudFront distribution. */
export type CloudFrontAnswer =
  /** It has some: AWS has let it. */
  | { readonly kind: 'has'; readonly distributions: number }
  /** A distribution was refused for a fault of its own, not for the account. */
  | { readonly kind: 'may' }
  /** AWS wants to verify the account first; its words. */
  | { readonly kind: 'unverified'; readonly words: string }
  /** It was made, against what CloudFront documents: somebody has to delete it. */
  | { readonly kind: 'made'; readonly id: string }
  /** These credentials may make none, which says nothing of those that a deployment has. */
  | { readonly kind: 'untold'; readonly words: string };

/**
 * Asks CloudFront, and changes nothing. Where the account has distributions, it may have more (up to a quota of 200). Where
 * it has none, a distribution is asked for that cannot be made, since its behaviour names an origin that it has not: that
 * AWS refuses it for this (NoSuchOrigin), and not because "your account must be verified before you can add new
 * CloudFront resources", is all that can be known without making one. Needs cloudfront:ListDistributions, and
 * cloudfront:CreateDistribution for the second question.
 * @throws AccessDenied where nothing may be asked; what asking throws
 */
export async function cloudFrontAnswer(client: CodeBuildClient): Promise<CloudFrontAnswer> {
  const listed = await ask(client, 'list the distributions of CloudFront', 'GET');
  if (listed.status !== 200) throw await refusal(listed, 'list the distributions of CloudFront');
  const distributions = Number(elementOf(listed.body, 'Quantity') ?? 0);
  if (distributions > 0) return { kind: 'has', distributions };

  const what = 'say whether the account may have a distribution';
  const refused = await ask(client, what, 'POST', impossible);
  const [code, words] = [elementOf(refused.body, 'Code') ?? '', elementOf(refused.body, 'Message') ?? ''];
  if (refused.status === 201) return { kind: 'made', id: elementOf(refused.body, 'Id') ?? '' };
  if (/must be verified/.test(words)) return { kind: 'unverified', words };
  if (code === 'AccessDenied') return { kind: 'untold', words };
  if (isInvalid(refused.status, code)) return { kind: 'may' };
  throw await refusal(refused, what);
}

/** Whether CloudFront refused a distribution for what it is. Throttling has status 400 as well, and 403 is for credentials. */
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

/** Disabled, too: were the impossible made all the same, it would serve nothing. */
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
  '<Comment>maas-mirror doctor: never made</Comment><Enabled>false</Enabled>',
  '</DistributionConfig>',
].join('');
