import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { describe, expect, it } from 'vitest';
import { identityOf } from '../../../lib/cloud/account/identity';
import { environment, Fault, fakeAws } from '../../fixtures/aws/fake-aws';
import { answeringClient } from './made/answering-client';

const arn = 'arn:aws:iam::123456789012:user/me';

describe('whose credentials these are', () => {
  it('is what STS says, with the region that is asked', async () => {
    const answer = `<Arn>${arn}</Arn><Account>123456789012</Account>`;
    const aws = await fakeAws({ GetCallerIdentity: () => answer });

    expect(await identityOf(new CodeBuildClient())).toEqual({ account: '123456789012', arn, region: 'eu-west-1' });
    expect(aws.requests).toEqual([
      { operation: 'GetCallerIdentity', input: { Action: 'GetCallerIdentity', Version: '2011-06-15' } },
    ]);
  });

  it.each([
    ['eu-west-1', 'sts.eu-west-1.amazonaws.com'],
    ['cn-north-1', 'sts.cn-north-1.amazonaws.com.cn'],
  ])('is asked of STS in %s, as a form', async (region, hostname) => {
    const { client, sent } = answeringClient(200, '<Nothing/>', region);

    expect(await identityOf(client)).toEqual({ account: '', arn: '', region });
    expect(sent).toMatchObject([
      { method: 'POST', hostname, path: '/', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ]);
    expect(sent[0]?.headers.authorization).toContain(`/${region}/sts/aws4_request`);
  });

  it('refuses credentials that do not count, in the words of AWS', async () => {
    await fakeAws({ GetCallerIdentity: () => new Fault('InvalidClientTokenId', 'The token is invalid', 403) });

    await expect(identityOf(new CodeBuildClient())).rejects.toMatchObject({
      name: 'NoCredentials',
      message: expect.stringMatching(/: InvalidClientTokenId: The token is invalid$/),
    });
  });

  it('refuses an answer without words by its status', async () => {
    const { client } = answeringClient(503, 'no');

    await expect(identityOf(client)).rejects.toMatchObject({
      name: 'AwsFailed',
      message: 'cannot identify the credentials: the request to AWS failed: 503: ',
    });
  });

  it('refuses to be asked for without a region', async () => {
    await fakeAws({});
    environment({ AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined, AWS_CONFIG_FILE: '/dev/null' });

    await expect(identityOf(new CodeBuildClient())).rejects.toMatchObject({ name: 'WrongRegion' });
  });
});
