import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { describe, expect, it } from 'vitest';
import { buildQuotas, quotaName } from '../../../lib/cloud/account/build-quotas';
import { type Answers, Fault, fakeAws } from '../../fixtures/aws/fake-aws';
import { answeringClient } from './made/answering-client';

const quota = (kind: string, Value?: number) => ({ QuotaName: quotaName(kind), Value });

async function quotas(answers: Answers, kinds: readonly string[] = ['Linux/Medium']) {
  const aws = await fakeAws(answers);
  return { found: await buildQuotas(new CodeBuildClient(), kinds), asked: aws.requests };
}

describe('how many builds run at once', () => {
  it('is what applies to the account, on whatever page it is', async () => {
    const pages = [
      [quota('Linux/Medium', 1), quota('ARM/Large')],
      [{ QuotaName: 'Build projects', Value: 5000 }, { Value: 7 }, quota('Linux/Small', 60)],
      ['Not ', ''].map((word, at) => ({ QuotaName: `${word}${quotaName('a')}${at ? 's' : ''}`, Value: 8 })),
    ];
    const { found, asked } = await quotas({
      ListServiceQuotas: ({ NextToken }) =>
        NextToken === undefined
          ? { Quotas: pages[0], NextToken: 'more' }
          : { Quotas: pages.slice(1).flat(), NextToken: null },
    });

    expect(Object.fromEntries(found)).toEqual({ 'Linux/Medium': 1, 'Linux/Small': 60 });
    expect(asked).toEqual([
      { operation: 'ListServiceQuotas', input: { ServiceCode: 'codebuild', MaxResults: 100 } },
      { operation: 'ListServiceQuotas', input: { ServiceCode: 'codebuild', MaxResults: 100, NextToken: 'more' } },
    ]);
  });

  it('is the default of what was never changed, and else what applies', async () => {
    const { found, asked } = await quotas(
      {
        ListServiceQuotas: () => ({ Quotas: [quota('Linux/Medium', 1)] }),
        ListAWSDefaultServiceQuotas: () => ({ Quotas: [quota('Linux/Medium', 60), quota('ARM/Large', 20)] }),
      },
      ['Linux/Medium', 'ARM/Large'],
    );

    expect(Object.fromEntries(found)).toEqual({ 'Linux/Medium': 1, 'ARM/Large': 20 });
    expect(asked.map(({ operation }) => operation)).toEqual(['ListServiceQuotas', 'ListAWSDefaultServiceQuotas']);
  });

  it('is unknown where Service Quotas says nothing of it', async () => {
    const nothing = () => ({});
    const { found } = await quotas({ ListServiceQuotas: nothing, ListAWSDefaultServiceQuotas: nothing });

    expect([...found]).toEqual([]);
  });

  it.each([
    ['eu-west-1', 'servicequotas.eu-west-1.amazonaws.com'],
    ['cn-north-1', 'servicequotas.cn-north-1.amazonaws.com.cn'],
  ])('is asked of Service Quotas in %s, as JSON', async (region, hostname) => {
    const { client, sent } = answeringClient(200, '{}', region);
    await buildQuotas(client, []);

    expect(sent).toMatchObject([
      {
        ...{ method: 'POST', hostname, path: '/' },
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'ServiceQuotasV20190624.ListServiceQuotas',
        },
      },
    ]);
    expect(sent[0]?.headers.authorization).toContain(`/${region}/servicequotas/aws4_request`);
  });

  it('refuses in the words of AWS', async () => {
    const ListServiceQuotas = () => new Fault('AccessDeniedException', 'not for you');

    await expect(quotas({ ListServiceQuotas })).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'no permission to list the quotas of CodeBuild: AccessDeniedException: not for you',
    });
  });

  it.each([
    ['{"__type":"a#b#Late","Message":"words"}', 'Late: words'],
    ['{"__type":"Late","message":"words","Message":"others"}', 'Late: words'],
    ['{"__type":"Late"}', 'Late: '],
    ['{}', '400: '],
  ])('refuses after the answer %s, which has no common form', async (body, said) => {
    await expect(buildQuotas(answeringClient(400, body).client, [])).rejects.toMatchObject({
      name: 'AwsFailed',
      message: `cannot list the quotas of CodeBuild: the request to AWS failed: ${said}`,
    });
  });

  it('refuses after an answer that is no JSON', async () => {
    await expect(buildQuotas(answeringClient(200, '<html>').client, [])).rejects.toMatchObject({
      name: 'BadFormat',
      message: 'list the quotas of CodeBuild: the answer is not JSON: <html>',
    });
  });
});
