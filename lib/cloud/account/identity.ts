/* cloud/account: an AWS account: its identity, build quotas and access to CloudFront. */

import type { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { asking } from '../asking';
import { elementOf, Refused, signedRequest } from './signed-request';

export interface Identity {
  readonly account: string;
  /** The user or role. */
  readonly arn: string;
  readonly region: string;
}

/** The identity of the credentials. Requires no permission. @throws NoCredentials, WrongRegion, AwsFailed */
export async function identityOf(client: CodeBuildClient): Promise<Identity> {
  const what = 'identify the credentials';
  const region = await asking(what, () => client.config.region());
  const { status, body } = await signedRequest(client, what, {
    service: 'sts',
    host: `sts.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`,
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  });
  if (status === 200) return { account: elementOf(body, 'Account') ?? '', arn: elementOf(body, 'Arn') ?? '', region };
  return asking(what, async () => {
    throw new Refused(elementOf(body, 'Code') ?? `${status}`, elementOf(body, 'Message') ?? '');
  });
}
