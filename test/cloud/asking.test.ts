import { describe, expect, it } from 'vitest';
import { asking } from '../../lib/cloud/asking';
import { MirrorError } from '../../lib/errors';
import { environment } from '../fixtures/aws/fake-aws';

function fault(name: string, message = 'because'): Error {
  return Object.assign(new Error(message), { name });
}

const refused = (error: unknown) => asking('list the keys', () => Promise.reject(error));

const login =
  'log in again (aws sso login, aws configure), or set AWS_PROFILE; AWS_REGION must be the region of the mirror';
const again = 'try again; if the error persists, check https://health.aws.amazon.com and your internet connection';
const busy = 'there are too many requests at the moment: try again later';
const permission = 'ask the administrator of the account for the permission that the message names';

describe('a question to AWS', () => {
  it('is answered with what AWS gives', async () => {
    expect(await asking('list the keys', async () => 42)).toBe(42);
  });

  it.each([
    ...[
      'CredentialsProviderError',
      'TokenProviderError',
      'ExpiredToken',
      'ExpiredTokenException',
      'InvalidClientTokenId',
      'UnrecognizedClientException',
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      'IncompleteSignature',
      'IncompleteSignatureException',
      'AuthFailure',
    ].map((name) => [name, 'NoCredentials', 'AWS does not accept the credentials', login]),
    ['AccessDenied', 'AccessDenied', 'no permission to list the keys', permission],
    ['AccessDeniedException', 'AccessDenied', 'no permission to list the keys', permission],
    ['UnauthorizedOperation', 'AccessDenied', 'no permission to list the keys', permission],
    ['ThrottlingException', 'AwsFailed', 'cannot list the keys: the request to AWS failed', busy],
    ['TooManyRequestsException', 'AwsFailed', 'cannot list the keys: the request to AWS failed', busy],
    ['RequestLimitExceeded', 'AwsFailed', 'cannot list the keys: the request to AWS failed', busy],
    ['InternalFailure', 'AwsFailed', 'cannot list the keys: the request to AWS failed', again],
    // Not those of AWS, though they end or begin with such a name.
    ['NotAnAuthFailure', 'AwsFailed', 'cannot list the keys: the request to AWS failed', again],
    ['AuthFailureOfAnother', 'AwsFailed', 'cannot list the keys: the request to AWS failed', again],
  ])('refused by %s is %s, with what was asked, what AWS said and what to do', async (name, error, message, hint) => {
    environment({ AWS_PROFILE: undefined });
    await expect(refused(fault(name))).rejects.toMatchObject({
      name: error,
      message: `${message}: ${name}: because`,
      hint,
    });
  });

  it.each([
    ['lab', ' (AWS_PROFILE=lab)'],
    ['', ''],
    [undefined, ''],
  ])('names the profile %j where credentials or a region are missing', async (profile, shown) => {
    environment({ AWS_PROFILE: profile });
    await expect(refused(fault('AuthFailure'))).rejects.toMatchObject({
      message: `AWS does not accept the credentials${shown}: AuthFailure: because`,
    });
    await expect(refused(fault('Error', 'Region is missing'))).rejects.toMatchObject({
      name: 'WrongRegion',
      message: `no AWS region is set${shown}`,
      hint: 'set AWS_REGION, or AWS_PROFILE to a profile with a region',
    });
  });

  it.each([
    ['an error of ours', new MirrorError('BadInput', 'so it is')],
    ['an abort', fault('AbortError')],
    ['what is no error', 'words'],
  ])('refuses with %s as it is', async (_, thrown) => {
    await expect(refused(thrown)).rejects.toBe(thrown);
  });
});
