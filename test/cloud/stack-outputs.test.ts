import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { findStack, mirrorOf, requireStack } from '../../lib/cloud/stack-outputs';
import { Fault, fakeAws, noStack, stackAnswer } from '../fixtures/aws/fake-aws';
import { outputs } from '../fixtures/aws/small-deployment';

describe('a stack', () => {
  it('is found by its name, with its account, region and outputs', async () => {
    const aws = await fakeAws({
      DescribeStacks: () => stackAnswer('Mirror', { Url: 'https://a.example/' }, 'UPDATE_COMPLETE'),
    });

    const found = {
      name: 'Mirror',
      status: 'UPDATE_COMPLETE',
      account: '123456789012',
      region: 'eu-west-1',
      outputs: { Url: 'https://a.example/' },
    };
    expect(await findStack(new CloudFormationClient(), 'Mirror')).toEqual(found);
    expect(await requireStack(new CloudFormationClient(), 'Mirror')).toEqual(found);
    expect(aws.requests.map(({ input }) => input.StackName)).toEqual(['Mirror', 'Mirror']);
  });

  it('has no outputs while it is being made', async () => {
    const text = '<Stacks><member><StackStatus>REVIEW_IN_PROGRESS</StackStatus></member></Stacks>';
    await fakeAws({ DescribeStacks: () => text });

    expect(await findStack(new CloudFormationClient(), 'Mirror')).toEqual({
      ...{ name: 'Mirror', status: 'REVIEW_IN_PROGRESS', account: '', region: '', outputs: {} },
    });
  });

  it('is not there once it is deleted, though its id can still be described', async () => {
    await fakeAws({ DescribeStacks: () => stackAnswer('Mirror', {}, 'DELETE_COMPLETE') });

    expect(await findStack(new CloudFormationClient(), 'Mirror')).toBeUndefined();
    await expect(requireStack(new CloudFormationClient(), 'Mirror')).rejects.toMatchObject({
      name: 'NoSuchStack',
      message: 'this account has no stack Mirror in eu-west-1',
      hint: 'deploy it with npx cdk deploy, or check AWS_REGION and AWS_PROFILE',
    });
  });

  it('is not there where nobody has made it', async () => {
    await fakeAws({ DescribeStacks: ({ StackName }) => noStack(StackName) });

    expect(await findStack(new CloudFormationClient(), 'Mirror')).toBeUndefined();
  });

  it.each([
    [
      'ValidationError',
      "1 validation error detected: Value 'a b' at 'stackName'",
      'AwsFailed',
      ': the request to AWS failed',
    ],
    ['AccessDenied', 'the role that does not exist may not', 'AccessDenied', ''],
  ])('refuses to be looked for where AWS answers %s: %s', async (fault, message, name, words) => {
    await fakeAws({ DescribeStacks: () => new Fault(fault, message) });

    await expect(findStack(new CloudFormationClient(), 'a b')).rejects.toMatchObject({
      name,
      message: expect.stringContaining(`describe the stack a b${words}: ${fault}: ${message}`),
    });
  });
});

describe('the mirror of a stack', () => {
  it('is where its outputs say', async () => {
    await fakeAws({ DescribeStacks: () => stackAnswer('Mirror', outputs) });

    expect(await mirrorOf(new CloudFormationClient(), 'Mirror')).toMatchObject({
      mirrorUrl: outputs.MirrorUrl,
      stateMachineArn: outputs.StateMachineArn,
    });
  });

  it('refuses a stack without one by its name', async () => {
    await fakeAws({ DescribeStacks: () => stackAnswer('Mirror', {}) });

    await expect(mirrorOf(new CloudFormationClient(), 'Mirror')).rejects.toMatchObject({
      name: 'BadFormat',
      message: expect.stringMatching(/^the stack Mirror has no output MirrorUrl, /),
    });
  });
});
