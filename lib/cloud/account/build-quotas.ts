import type { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { asking } from '../asking';
import { jsonIn, Refused, signedRequest } from './signed-request';

/**
 * How many builds CodeBuild runs at once for an account, by kind of machine: `Linux/Medium` → 1. Kinds without a quota are
 * missing. Requires servicequotas:ListServiceQuotas and servicequotas:ListAWSDefaultServiceQuotas.
 * @param kinds of interest
 * @throws what asking throws
 */
export async function buildQuotas(
  client: CodeBuildClient,
  kinds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const applied = await quotasOf(client, 'ListServiceQuotas');
  if (kinds.every((kind) => applied.has(kind))) return applied;
  // A quota that was never changed may only be listed with its default.
  return new Map([...(await quotasOf(client, 'ListAWSDefaultServiceQuotas')), ...applied]);
}

/** The name in Service Quotas. */
export const quotaName = (kind: string) => `Concurrently running builds for ${kind} environment`;

async function quotasOf(client: CodeBuildClient, operation: string): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (let NextToken: unknown; ; ) {
    const page = await pageOf(client, operation, { ServiceCode: 'codebuild', MaxResults: 100, NextToken });
    for (const { QuotaName, Value } of page.Quotas ?? []) {
      const [, kind] = /^Concurrently running builds for (.+) environment$/.exec(QuotaName ?? '') ?? [];
      if (kind !== undefined && Value !== undefined) found.set(kind, Value);
    }
    NextToken = page.NextToken;
    if (NextToken === undefined || NextToken === null) return found;
  }
}

interface Page {
  readonly Quotas?: readonly { readonly QuotaName?: string; readonly Value?: number }[];
  readonly NextToken?: unknown;
}

/** Protocol: https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html */
async function pageOf(client: CodeBuildClient, operation: string, input: object): Promise<Page> {
  const what = 'list the quotas of CodeBuild';
  const region = await client.config.region();
  const answer = await signedRequest(client, what, {
    service: 'servicequotas',
    host: `servicequotas.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`,
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `ServiceQuotasV20190624.${operation}`,
    },
    body: JSON.stringify(input),
  });
  const said = jsonIn(answer, what);
  if (answer.status === 200) return said as Page;
  return asking(what, async () => {
    const { __type = `${answer.status}`, message, Message } = said as Readonly<Record<string, string>>;
    throw new Refused(__type.replace(/^.*#/, ''), message ?? Message ?? '');
  });
}
