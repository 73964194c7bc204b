import { MirrorError } from '../../errors';

/** An error of the SDK, as far as we use it. Without a response, it has no status. */
interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly Region?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/**
 * Whether the same request may succeed later: throttling, a failure at AWS, a conflict with another write (409), a truncated
 * response, or none. Decided by the status: the response to a HEAD has no error code, and emulators invent names.
 */
export function isPassing(error: unknown): boolean {
  const { name, status } = told(error);
  if (status === undefined) return error instanceof Error && !isOurs(error) && !isAboutCredentials(name);
  return status < 300 || status >= 500 || [408, 409, 429].includes(status) || passingNames.includes(name);
}

/** @returns undefined if the object does not exist. @throws all other errors of the work */
export async function ifObject<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'NoSuchObject') return undefined;
    throw error;
  }
}

/** Whether the condition of a write failed. S3 returns 404, not 412, if the object to be replaced no longer exists. */
export function isLost(error: unknown): error is MirrorError {
  return error instanceof MirrorError && ['PreconditionFailed', 'NoSuchObject'].includes(error.name);
}

/** Converts an error of an action on an object to a MirrorError. */
export function s3Failure(error: unknown, action: string, url: string): MirrorError {
  if (error instanceof MirrorError) return error;
  const { name, message, status, region } = told(error);
  const said = [status, name, message].filter((part) => part !== undefined && !untold.includes(part)).join(' ');
  const failed = (as: MirrorError['name'], text: string, hint: string) =>
    new MirrorError(as, text, { hint, cause: error });

  if (isAboutCredentials(name)) {
    return failed('NoCredentials', `${url}: no valid AWS credentials${ofProfile()}: ${said}`, credentialsHint);
  }
  if (/region is missing/i.test(message))
    return failed('WrongRegion', `${url}: no AWS region is set${ofProfile()}`, regionHint);
  if (status === 301 || status === 307 || regionNames.includes(name) || (status === 400 && region !== undefined)) {
    const where = region === undefined ? 'in another AWS region' : `in the region ${region}`;
    return failed('WrongRegion', `${url}: the bucket is ${where}: ${said}`, regionHint);
  }
  if (status === 403) return failed('AccessDenied', `${url}: AWS denied ${action}: ${said}`, deniedHint(action));
  if (name === 'NoSuchBucket') {
    return failed('NoSuchBucket', `${url}: the bucket does not exist`, 'find its name in the outputs of the stack');
  }
  if (status === 404) return failed('NoSuchObject', `${url} does not exist`, lostHint);
  if (status === 412) return failed('PreconditionFailed', `${url} has changed`, 'read it again and repeat the change');
  if (digestNames.includes(name)) return failed('ChecksumMismatch', `${url}: checksum error: ${said}`, changedHint);
  return failed('StoreFailed', `${url}: ${action} failed: ${said}`, status === 400 ? badRequestHint : failedHint);
}

export function noObject(url: string): MirrorError {
  return new MirrorError('NoSuchObject', `${url} does not exist`, { hint: lostHint });
}

/** A truncated response. It may be complete the next time. */
export function cutShort(got: number, promised: number | undefined): Error {
  return new Error(`the response ended after ${got} of ${promised} bytes`);
}

export function shrunk(file: string, size: number, measured: number): MirrorError {
  return new MirrorError('ChecksumMismatch', `${file} changed from ${measured} to ${size} bytes during the upload`, {
    hint: changedHint,
  });
}

/** Names and messages of the SDK for a response without a body, such as that to a HEAD. */
const untold: readonly unknown[] = ['', 'Unknown', 'UnknownError'];

const passingNames = ['RequestTimeout', 'RequestTimeTooSkewed', 'SlowDown', 'IncompleteBody'];
const regionNames = ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException'];
const digestNames = ['BadDigest', 'InvalidDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch'];
const credentialNames = [
  ...['CredentialsProviderError', 'TokenProviderError', 'ExpiredToken', 'ExpiredTokenException', 'InvalidToken'],
  ...['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'TokenRefreshRequired', 'UnrecognizedClientException'],
];

const credentialsHint =
  'set AWS_PROFILE, or log in again (aws sso login), until `aws sts get-caller-identity` succeeds';
const regionHint = 'set AWS_REGION to the region of the bucket';
const lostHint =
  'run `maas-mirror verify` to list everything that is missing; if it is part of an expired run, build again';
const changedHint = 'the file was changed or truncated after it was measured; run the build again';
// The response to a HEAD has no body, and so no reason.
const badRequestHint = 'the credentials may have expired: check that `aws sts get-caller-identity` succeeds';
const failedHint = 'AWS, or the connection to it, failed; run the command again';

// Without permission to list, S3 returns 403 for a missing key: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
const deniedHint = (action: string) =>
  action === 's3:GetObject'
    ? 'allow s3:GetObject on it. Without s3:ListBucket on the bucket, S3 gives the same answer for a missing object: results of stages expire after 30 days; then build again'
    : `allow ${action} on it, or use other credentials`;

function told(error: unknown): { name: string; message: string; status?: number; region?: string } {
  const { name = '', message: text = '', code, Region, $metadata, $response } = Object(error) as Partial<Thrown>;
  const message = text === '' ? (code ?? '') : text; // if several addresses refused, only the code says so
  const status = $metadata?.httpStatusCode;
  const region = Region ?? $response?.headers?.['x-amz-bucket-region'];
  return { name, message, ...(status !== undefined && { status }), ...(region !== undefined && { region }) };
}

function isAboutCredentials(name: string): boolean {
  return credentialNames.includes(name);
}

/** Whether it is an error of this machine, not of the connection to AWS: our own, of a file, or a missing setting. */
function isOurs(error: Error): boolean {
  return (
    error instanceof MirrorError || 'path' in error || /region is missing|resolved credential/i.test(error.message)
  );
}

/** The profile in use, for messages about credentials and regions; empty if none is set. */
function ofProfile(): string {
  const { AWS_PROFILE: profile } = process.env;
  return profile === undefined || profile === '' ? '' : ` (AWS_PROFILE=${profile})`;
}
