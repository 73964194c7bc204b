import { afterEach, describe, expect, it, vi } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { cutShort, ifObject, isLost, isPassing, noObject, s3Failure, shrunk } from '../../../lib/store/s3/s3-failure';

afterEach(() => vi.unstubAllEnvs());

interface Said {
  readonly status?: number;
  readonly message?: string;
  readonly more?: object;
}

/** What the SDK throws. */
const thrown = (name: string, { status, message = '', more = {} }: Said = {}) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status }, ...more });

const login = 'set AWS_PROFILE, or log in again (aws sso login), until `aws sts get-caller-identity` succeeds';
const region = 'set AWS_REGION to the region of the bucket';
const lost =
  'run `maas-mirror verify` to list everything that is missing; if it is part of an expired run, build again';
const changed = 'the file was changed or truncated after it was measured; run the build again';
const trouble = 'AWS, or the connection to it, failed; run the command again';

const credentials = [
  ...['CredentialsProviderError', 'TokenProviderError', 'ExpiredToken', 'ExpiredTokenException', 'InvalidToken'],
  ...['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'TokenRefreshRequired', 'UnrecognizedClientException'],
];

describe('what S3 refuses is told in our words:', () => {
  it.each<[string, unknown, string, string, string]>([
    ...credentials.map((name): [string, unknown, string, string, string] => [
      name,
      thrown(name, { status: 403, message: 'old' }),
      'NoCredentials',
      `s3://b/a: no valid AWS credentials: 403 ${name} old`,
      login,
    ]),
    [
      'no region',
      thrown('Error', { message: 'Region is missing' }),
      'WrongRegion',
      's3://b/a: no AWS region is set',
      region,
    ],
    [
      'a redirect',
      thrown('PermanentRedirect', { status: 301, more: { Region: 'eu-west-1' } }),
      'WrongRegion',
      's3://b/a: the bucket is in the region eu-west-1: 301 PermanentRedirect',
      region,
    ],
    [
      'a redirect for now',
      thrown('X', { status: 307 }),
      'WrongRegion',
      's3://b/a: the bucket is in another AWS region: 307 X',
      region,
    ],
    ...['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException'].map(
      (name): [string, unknown, string, string, string] => [
        `${name} alone`,
        thrown(name, { status: 400 }),
        'WrongRegion',
        `s3://b/a: the bucket is in another AWS region: 400 ${name}`,
        region,
      ],
    ),
    [
      'a HEAD that names a region',
      thrown('UnknownError', {
        status: 400,
        message: 'UnknownError',
        more: { $response: { headers: { 'x-amz-bucket-region': 'eu-west-1' } } },
      }),
      'WrongRegion',
      's3://b/a: the bucket is in the region eu-west-1: 400',
      region,
    ],
    [
      'a bucket that is gone',
      thrown('NoSuchBucket', { status: 404 }),
      'NoSuchBucket',
      's3://b/a: the bucket does not exist',
      'find its name in the outputs of the stack',
    ],
    ['an object that is gone', thrown('NotFound', { status: 404 }), 'NoSuchObject', 's3://b/a does not exist', lost],
    [
      'another object',
      thrown('PreconditionFailed', { status: 412 }),
      'PreconditionFailed',
      's3://b/a has changed',
      'read it again and repeat the change',
    ],
    ...['BadDigest', 'InvalidDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch'].map(
      (name): [string, unknown, string, string, string] => [
        name,
        thrown(name, { status: 400 }),
        'ChecksumMismatch',
        `s3://b/a: checksum error: 400 ${name}`,
        changed,
      ],
    ),
    [
      'a HEAD without reason',
      thrown('Unknown', { status: 400, message: 'UnknownError' }),
      'StoreFailed',
      's3://b/a: s3:PutObject failed: 400',
      'the credentials may have expired: check that `aws sts get-caller-identity` succeeds',
    ],
    [
      'trouble at AWS',
      thrown('InternalError', { status: 500, message: 'try again' }),
      'StoreFailed',
      's3://b/a: s3:PutObject failed: 500 InternalError try again',
      trouble,
    ],
    [
      'no answer',
      thrown('Error', { more: { code: 'ECONNREFUSED' } }),
      'StoreFailed',
      's3://b/a: s3:PutObject failed: Error ECONNREFUSED',
      trouble,
    ],
    ['what is no error', 'odd', 'StoreFailed', 's3://b/a: s3:PutObject failed: ', trouble],
  ])('%s', (_, error, name, message, hint) => {
    expect(s3Failure(error, 's3:PutObject', 's3://b/a')).toMatchObject({ name, message, hint, cause: error });
  });

  it('what is forbidden, and that this may mean that nothing is there', () => {
    const denied = thrown('AccessDenied', { status: 403, message: 'Access Denied' });

    expect(s3Failure(denied, 's3:PutObject', 's3://b/a')).toMatchObject({
      ...{ name: 'AccessDenied', message: 's3://b/a: AWS denied s3:PutObject: 403 AccessDenied Access Denied' },
      hint: 'allow s3:PutObject on it, or use other credentials',
    });
    expect(s3Failure(denied, 's3:GetObject', 's3://b/a').hint).toBe(
      'allow s3:GetObject on it. Without s3:ListBucket on the bucket, S3 gives the same answer for a missing object: results of stages expire after 30 days; then build again',
    );
  });

  it('with the profile that was asked, where one is named', () => {
    vi.stubEnv('AWS_PROFILE', 'work');
    expect(s3Failure(thrown('ExpiredToken'), 'x', 'u').message).toBe(
      'u: no valid AWS credentials (AWS_PROFILE=work): ExpiredToken',
    );
    expect(s3Failure(thrown('E', { message: 'Region is missing' }), 'x', 'u').message).toBe(
      'u: no AWS region is set (AWS_PROFILE=work)',
    );
    vi.stubEnv('AWS_PROFILE', '');
    expect(s3Failure(thrown('ExpiredToken'), 'x', 'u').message).toBe('u: no valid AWS credentials: ExpiredToken');
  });

  it('what is in our words already stays', () => {
    const ours = new MirrorError('DiskFull', 'full');
    expect(s3Failure(ours, 'x', 'u')).toBe(ours);
  });

  it('answers that are cut, files that shrink, objects that are gone', () => {
    expect(cutShort(3, 5).message).toBe('the response ended after 3 of 5 bytes');
    expect(shrunk('/f', 2, 5)).toMatchObject({
      ...{ name: 'ChecksumMismatch', message: '/f changed from 5 to 2 bytes during the upload', hint: changed },
    });
    expect(noObject('s3://b/a')).toMatchObject({
      name: 'NoSuchObject',
      message: 's3://b/a does not exist',
      hint: lost,
    });
  });
});

describe('the same request is tried again', () => {
  it.each<[string, unknown, boolean]>([
    ...[500, 503, 408, 409, 429, 200, 299].map((status): [string, unknown, boolean] => [
      `${status}`,
      thrown('X', { status }),
      true,
    ]),
    ...[300, 301, 400, 403, 404, 412, 499].map((status): [string, unknown, boolean] => [
      `${status}`,
      thrown('X', { status }),
      false,
    ]),
    ...['RequestTimeout', 'RequestTimeTooSkewed', 'SlowDown', 'IncompleteBody'].map(
      (name): [string, unknown, boolean] => [name, thrown(name, { status: 400 }), true],
    ),
    ['no answer', thrown('TimeoutError'), true],
    ['a cut answer', cutShort(1, 2), true],
    ...credentials.map((name): [string, unknown, boolean] => [name, thrown(name), false]),
    ['an error of ours', new MirrorError('DiskFull', 'full'), false],
    ['an error of a file', thrown('Error', { more: { path: '/f' } }), false],
    ['a region that is missing', thrown('Error', { message: 'Region is missing' }), false],
    ['credentials that are missing', thrown('Error', { message: 'Resolved credential object is not valid' }), false],
    ['what is no error', 'odd', false],
  ])('or not, as it may do better: %s', (_, error, passing) => {
    expect(isPassing(error)).toBe(passing);
  });
});

describe('a condition', () => {
  it('is lost where the object has changed or is gone', () => {
    const of = (name: MirrorError['name']) => isLost(new MirrorError(name, ''));
    expect([of('PreconditionFailed'), of('NoSuchObject'), of('AccessDenied')]).toEqual([true, true, false]);
    expect(isLost(thrown('PreconditionFailed'))).toBe(false);
  });

  it('that nothing is there is no failure, every other one is', async () => {
    expect(await ifObject(Promise.resolve(1))).toBe(1);
    expect(await ifObject(Promise.reject(noObject('u')))).toBeUndefined();
    await expect(ifObject(Promise.reject(thrown('NoSuchObject')))).rejects.toThrow();
    await expect(ifObject(Promise.reject(new MirrorError('NoSuchBucket', 'u')))).rejects.toThrow('u');
  });
});
