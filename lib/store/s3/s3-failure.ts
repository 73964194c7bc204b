import { MirrorError } from '../../errors';

/** What the SDK throws, as far as we look at it. Where no answer came, there is no status. */
interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly Region?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/**
 * Whether the same request may do better later: throttling, trouble at AWS, a conflict with another's write (409), an
 * answer that was cut, or none at all. Told by the status: a HEAD's answer has no code, and emulators invent names.
 */
export function isPassing(error: unknown): boolean {
  const { name, status } = told(error);
  if (status === undefined) return error instanceof Error && !isOurs(error) && !isAboutCredentials(name);
  return status < 300 || status >= 500 || [408, 409, 429].includes(status) || passingNames.includes(name);
}

/** @returns undefined where no object is there. @throws what else the work throws */
export async function ifObject<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'NoSuchObject') return undefined;
    throw error;
  }
}

/** The condition of a write does not hold; S3 says 404, not 412, where an object that was to be replaced is gone. */
export function isLost(error: unknown): error is MirrorError {
  return error instanceof MirrorError && ['PreconditionFailed', 'NoSuchObject'].includes(error.name);
}

/** What went wrong with an action on an object, in our words. */
export function s3Failure(error: unknown, action: string, url: string): MirrorError {
  if (error instanceof MirrorError) return error;
  const { name, message, status, region } = told(error);
  const said = [status, name, message].filter((part) => part !== undefined && !untold.includes(part)).join(' ');
  const failed = (as: MirrorError['name'], text: string, hint: string) =>
    new MirrorError(as, text, { hint, cause: error });

  if (isAboutCredentials(name)) {
    return failed('NoCredentials', `${url}: no AWS credentials that hold${ofProfile()}: ${said}`, credentialsHint);
  }
  if (/region is missing/i.test(message))
    return failed('WrongRegion', `${url}: no AWS region is set${ofProfile()}`, regionHint);
  if (status === 301 || status === 307 || regionNames.includes(name) || (status === 400 && region !== undefined)) {
    const where = region === undefined ? 'in another AWS region' : `in the region ${region}`;
    return failed('WrongRegion', `${url}: the bucket is ${where}: ${said}`, regionHint);
  }
  if (status === 403) return failed('AccessDenied', `${url}: AWS refuses ${action}: ${said}`, deniedHint(action));
  if (name === 'NoSuchBucket') {
    return failed('NoSuchBucket', `${url}: there is no such bucket`, 'see the outputs of the stack for its name');
  }
  if (status === 404) return failed('NoSuchObject', `${url} does not exist`, lostHint);
  if (status === 412) return failed('PreconditionFailed', `${url} has changed`, 'read it again and repeat the change');
  if (digestNames.includes(name)) return failed('ChecksumMismatch', `${url} arrived changed: ${said}`, changedHint);
  return failed('StoreFailed', `${url}: ${action} failed: ${said}`, status === 400 ? badRequestHint : failedHint);
}

export function noObject(url: string): MirrorError {
  return new MirrorError('NoSuchObject', `${url} does not exist`, { hint: lostHint });
}

/** An answer that ended early; it may come whole the next time. */
export function cutShort(got: number, promised: number | undefined): Error {
  return new Error(`the answer ended after ${got} of ${promised} bytes`);
}

export function shrunk(file: string, size: number, measured: number): MirrorError {
  return new MirrorError('ChecksumMismatch', `${file} has ${size} bytes, it had ${measured} a moment ago`, {
    hint: changedHint,
  });
}

/** What the SDK says where an answer has no body, as to a HEAD. */
const untold: readonly unknown[] = ['', 'Unknown', 'UnknownError'];

const passingNames = ['RequestTimeout', 'RequestTimeTooSkewed', 'SlowDown', 'IncompleteBody'];
const regionNames = ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException'];
const digestNames = ['BadDigest', 'InvalidDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch'];
const credentialNames = [
  ...['CredentialsProviderError', 'TokenProviderError', 'ExpiredToken', 'ExpiredTokenException', 'InvalidToken'],
  ...['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'TokenRefreshRequired', 'UnrecognizedClientException'],
];

const credentialsHint = 'aws sts get-caller-identity must work; set AWS_PROFILE, or log in again (aws sso login)';
const regionHint = 'set AWS_REGION to the region of the bucket';
const lostHint = 'maas-mirror verify tells what else is missing; a run that has expired must be built again';
const changedHint = 'the file changed or was cut after it was measured; run the build again';
// The answer to a HEAD has no body, and so no reason.
const badRequestHint = 'often the credentials have expired: aws sts get-caller-identity must work';
const failedHint = 'AWS, or the way to it, is in trouble; run the command again';

// Who may not list is not told that a key is missing: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
const deniedHint = (action: string) =>
  action === 's3:GetObject'
    ? 'allow s3:GetObject on it; without s3:ListBucket on the bucket this is also the answer where nothing is: what stages hand on has expired after 30 days, then build again'
    : `allow ${action} on it, or use other credentials`;

function told(error: unknown): { name: string; message: string; status?: number; region?: string } {
  const { name = '', message: text = '', code, Region, $metadata, $response } = Object(error) as Partial<Thrown>;
  const message = text === '' ? (code ?? '') : text; // where each of several addresses refused, only the code tells
  const status = $metadata?.httpStatusCode;
  const region = Region ?? $response?.headers?.['x-amz-bucket-region'];
  return { name, message, ...(status !== undefined && { status }), ...(region !== undefined && { region }) };
}

function isAboutCredentials(name: string): boolean {
  return credentialNames.includes(name);
}

/** An error of this machine, not of the way to AWS: ours, of a file, or a setting that is missing. */
function isOurs(error: Error): boolean {
  return (
    error instanceof MirrorError || 'path' in error || /region is missing|resolved credential/i.test(error.message)
  );
}

/** Which profile was asked, for messages about credentials and regions; empty where none is named. */
function ofProfile(): string {
  const { AWS_PROFILE: profile } = process.env;
  return profile === undefined || profile === '' ? '' : ` (AWS_PROFILE=${profile})`;
}
