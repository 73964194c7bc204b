import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { describe, expect, it } from 'vitest';
import { cloudFrontAnswer } from '../../../lib/cloud/account/cloudfront';
import { Created, Fault, fakeAws } from '../../fixtures/aws/fake-aws';
import { answeringClient } from './made/answering-client';

const none = () => '<Quantity>0</Quantity>';

async function answer(CreateDistribution: () => Fault | Created, ListDistributions: () => string | Fault = none) {
  const aws = await fakeAws({ ListDistributions, CreateDistribution });
  return { said: await cloudFrontAnswer(new CodeBuildClient()), asked: aws.requests };
}

describe('whether an account may have a distribution of CloudFront', () => {
  it('is known where it has some, and nothing more is asked', async () => {
    const { said, asked } = await answer(
      () => new Created(''),
      () => '<Quantity>3</Quantity>',
    );

    expect(said).toEqual({ kind: 'has', distributions: 3 });
    expect(asked.map(({ operation }) => operation)).toEqual(['ListDistributions']);
  });

  const verify = 'Your account must be verified before you can add new CloudFront resources.';
  it.each([
    ['NoSuchOrigin', 404, 'One or more of your origins do not exist.', { kind: 'may' }],
    ['InvalidArgument', 400, 'no', { kind: 'may' }],
    ['IllegalUpdate', 400, 'no', { kind: 'may' }],
    ['InconsistentQuantities', 400, 'no', { kind: 'may' }],
    ['MissingBody', 400, 'no', { kind: 'may' }],
    ['AccessDenied', 403, verify, { kind: 'unverified', words: verify }],
    ['AccessDenied', 403, 'not for you', { kind: 'untold', words: 'not for you' }],
  ])('is told by %s (%i, %s)', async (code, status, words, said) => {
    expect(await answer(() => new Fault(code, words, status))).toMatchObject({ said });
  });

  it('is told by one that was made after all, which somebody has to delete', async () => {
    expect((await answer(() => new Created('<Id>E123</Id>'))).said).toEqual({ kind: 'made', id: 'E123' });
    expect((await answer(() => new Created('<Other/>'))).said).toEqual({ kind: 'made', id: '' });
  });

  it('is asked for by what cannot be made: its behaviour names an origin that it has not', async () => {
    const { asked } = await answer(() => new Fault('NoSuchOrigin', 'no', 404));
    const body = String(asked[1]?.input.body);
    const textsOf = (name: string) =>
      [...body.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, x]) => x);

    expect(asked.map(({ operation }) => operation)).toEqual(['ListDistributions', 'CreateDistribution']);
    expect(textsOf('Id')).toEqual(['there']);
    expect(textsOf('TargetOriginId')).toEqual(['not-there']);
    expect(textsOf('Enabled')).toEqual(['false']);
    expect(textsOf('DomainName')).toEqual(['doctor.invalid']);
    const opened = [...body.matchAll(/<(\w+)/g)].map(([, name]) => name);
    const closed = [...body.matchAll(/<\/(\w+)>/g)].map(([, name]) => name);
    expect(body).toMatch(
      /^<\?xml version="1\.0" encoding="UTF-8"\?><DistributionConfig xmlns="http:\/\/cloudfront\.amazonaws\.com\/doc\/2020-05-31\/">/,
    );
    expect(opened.toSorted()).toEqual(closed.toSorted());
    expect(opened).toEqual(expect.arrayContaining(['CallerReference', 'Comment', 'CachePolicyId', 'HTTPSPort']));
    expect(textsOf('ViewerProtocolPolicy')).toEqual(['https-only']);
    expect(textsOf('OriginProtocolPolicy')).toEqual(['https-only']);
  });

  it('is asked at the one endpoint of CloudFront, whatever the region', async () => {
    const { client, sent } = answeringClient(200, '<Quantity>1</Quantity>');
    await cloudFrontAnswer(client);

    expect(sent).toMatchObject([
      { method: 'GET', hostname: 'cloudfront.amazonaws.com', path: '/2020-05-31/distribution' },
    ]);
    expect(sent[0]?.headers).not.toHaveProperty('content-type');
    expect(sent[0]?.headers.authorization).toContain('/us-east-1/cloudfront/aws4_request');
  });

  it('sends the second question as XML', async () => {
    const { client, sent } = answeringClient(200, 'neither a list nor a refusal');

    await expect(cloudFrontAnswer(client)).rejects.toMatchObject({ name: 'AwsFailed' });
    expect(sent[1]).toMatchObject({
      ...{ method: 'POST', path: '/2020-05-31/distribution' },
      headers: { 'content-type': 'application/xml' },
    });
  });

  it.each([
    ['ThrottlingException', 400, 'AwsFailed'],
    ['ServiceUnavailable', 503, 'AwsFailed'],
    ['NoSuchOrigin', 500, 'AwsFailed'],
    ['SomethingInvalid', 400, 'AwsFailed'],
    ['ExpiredToken', 403, 'NoCredentials'],
  ])('refuses to be told by %s (%i)', async (code, status, name) => {
    await expect(answer(() => new Fault(code, 'because', status))).rejects.toMatchObject({
      name,
      message: expect.stringContaining(`${code}: because`),
    });
  });

  it('refuses an answer without words by its status', async () => {
    await expect(cloudFrontAnswer(answeringClient(500, 'no').client)).rejects.toMatchObject({
      name: 'AwsFailed',
      message: 'cannot list the distributions of CloudFront: the request to AWS failed: 500: ',
    });
  });

  it('refuses where not even a list may be asked for', async () => {
    const list = () => new Fault('AccessDenied', 'not for you', 403);

    await expect(answer(() => new Created(''), list)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'no permission to list the distributions of CloudFront: AccessDenied: not for you',
    });
  });

  it('says of the second question what it was', async () => {
    await expect(answer(() => new Fault('Busy', 'later', 500))).rejects.toMatchObject({
      message: 'cannot say whether the account can create a distribution: the request to AWS failed: Busy: later',
    });
  });
});
