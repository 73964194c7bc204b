import { expect, it } from 'vitest';
import { kmsError } from '../../../lib/cloud/keys/kms-error';

const wrongPlace = 'check its id, account and region: a KMS key exists in one region only';
const credentials = 'the credentials are missing, invalid or expired: check them with aws sts get-caller-identity';
const later = 'KMS is busy or unreachable: try again later';

const named = (name: string, more: object = {}) => Object.assign(new Error('because'), { name, ...more });

it.each([
  ...['NotFoundException', 'InvalidArnException', 'ValidationException'].map((name) => [name, wrongPlace]),
  [
    'AccessDeniedException',
    'allow kms:DescribeKey, kms:GetPublicKey and kms:Sign in the policy of the role or of the key',
  ],
  ['DisabledException', 'enable it: aws kms enable-key'],
  ['KMSInvalidStateException', 'check its state: aws kms describe-key'],
  ['InvalidKeyUsageException', 'use a key with key usage SIGN_VERIFY and key spec RSA_4096'],
  ['UnsupportedOperationException', 'use an asymmetric key with key usage SIGN_VERIFY and key spec RSA_4096'],
  ...[
    ...['CredentialsProviderError', 'UnrecognizedClientException', 'InvalidClientTokenId'],
    ...['InvalidSignatureException', 'ExpiredTokenException'],
  ].map((name) => [name, credentials]),
  ...[
    ...['ThrottlingException', 'LimitExceededException', 'KeyUnavailableException', 'DependencyTimeoutException'],
    ...['KMSInternalException', 'TimeoutError'],
  ].map((name) => [name, later]),
])('%s says what was asked of which key, and what to do: %s', (name, hint) => {
  const error = named(name);

  expect(kmsError(error, 'alias/mirror', 'Sign')).toMatchObject({
    name: 'KeyUnusable',
    message: `KMS rejected Sign for the key alias/mirror: ${name}: because`,
    ...{ hint, cause: error },
  });
});

it.each([
  'ECONNREFUSED',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
])('a way to KMS that ends with %s may be open later', (code) => {
  expect(kmsError(named('Error', { code }), 'k', 'Sign')).toMatchObject({ name: 'KeyUnusable', hint: later });
});

it('no region is known only by its message', () => {
  expect(kmsError(new Error('Region is missing'), 'k', 'Sign')).toMatchObject({
    ...{ name: 'KeyUnusable', hint: 'set AWS_REGION, or use the ARN of the key' },
  });
});

it.each([
  ['a mistake of ours', new TypeError('x is not a function')],
  ['one of Node', named('TypeError', { code: 'ERR_INVALID_ARG_TYPE' })],
  ['one with a code beside the others', named('Error', { code: 'not ENOENT' })],
  ['one with such a code in it', named('Error', { code: 'E2E' })],
  ['what is no error', 'words'],
])('%s comes back as it is', (_, error) => {
  expect(kmsError(error, 'k', 'Sign')).toBe(error);
});
