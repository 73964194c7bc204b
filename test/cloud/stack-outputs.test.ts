import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { findStack, requireStack } from '../../lib/cloud/stack-outputs';
import { fakeAws, noStack, stackAnswer } from '../fixtures/aws/fake-aws';

describe('a stack', () => {
  it('is found by its name, with its account, region and outputs', async () => {
    await fakeAws({ DescribeStacks: () => stackAnswer('Mirror', { Url: 'https://a.example/' }, 'UPDATE_COMPLETE') });

    expect(await findStack(new CloudFormationClient(), 'Mirror')).toEqual({
      name: 'Mirror',
      status: 'UPDATE_COMPLETE',
      account: '123456789012',
      region: 'eu-west-1',
      outputs: { Url: 'https://a.example/' },
    });
  });

  it('is not there once it is deleted, though its id can still be described', async () => {
    await fakeAws({ DescribeStacks: () => stackAnswer('Mirror', {}, 'DELETE_COMPLETE') });

    expect(await findStack(new CloudFormationClient(), 'Mirror')).toBeUndefined();
    await expect(requireStack(new CloudFormationClient(), 'Mirror')).rejects.toMatchObject({
      name: 'NoSuchStack',
      message: 'there is no stack Mirror in eu-west-1 of this account',
    });
  });

  it('is not there where nobody has made it', async () => {
    await fakeAws({ DescribeStacks: ({ StackName }) => noStack(StackName) });

    expect(await findStack(new CloudFormationClient(), 'Mirror')).toBeUndefined();
  });
});
