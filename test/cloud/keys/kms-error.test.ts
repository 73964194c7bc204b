import { expect, it } from 'vitest';
import { kmsError } from '../../../lib/cloud/keys/kms-error';

const wrongPlace = 'see that id, account and region are right: a KMS key is known in its own region only';
const credentials =
  'the credentials of this process are missing, wrong or expired; aws sts get-caller-identity says whose they are';
const later = 'KMS or the way to it is troubled; run it again later';

const named = (name: string, more: object = {}) => Object.assign(new Error('because'), { name, ...more });

it.each([
  ...['NotFoundException', 'InvalidArnException', 'ValidationException'].map((name) => [name, wrongPlace]),
  [
    'AccessDeniedException',
    'the role needs kms:DescribeKey, kms:GetPublicKey and kms:Sign, in its own policy or in that of the key',
  ],
  ['DisabledException', 'aws kms enable-key makes it usable again'],
  ['KMSInvalidStateException', 'see its state with aws kms describe-key'],
  ['InvalidKeyUsageException', 'take a key with key usage SIGN_VERIFY and key spec RSA_4096'],
  ['UnsupportedOperationException', 'take an asymmetric key with key usage SIGN_VERIFY and key spec RSA_4096'],
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
    ...{ name: 'KeyUnusable', hint: 'set AWS_REGION, or give the ARN of the key' },
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
