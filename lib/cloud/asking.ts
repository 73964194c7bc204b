import { MirrorError } from '../errors';

/**
 * Asks AWS for something.
 * @param what it is, as in "AWS did not …": `describe the stack x`
 * @throws AwsNotSetUp where credentials or the region are missing, wrong or expired; AwsFailed for every other answer
 */
export async function asking<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof MirrorError || error.name === 'AbortError') throw error;
    throw awsError(what, error);
  }
}

function awsError(what: string, cause: Error): MirrorError {
  const said = `${cause.name}: ${cause.message}`;
  if (cause.message.includes('Region is missing')) {
    return new MirrorError('AwsNotSetUp', 'no AWS region is set', {
      hint: 'set AWS_REGION, or a profile that has one',
    });
  }
  if (noCredentials.test(cause.name)) {
    return new MirrorError('AwsNotSetUp', `AWS does not take the credentials: ${said}`, {
      hint: 'log in again (aws sso login, aws configure), or set AWS_PROFILE; AWS_REGION has to be where the mirror is',
    });
  }
  return new MirrorError('AwsFailed', `AWS did not ${what}: ${said}`, { hint: hintFor(cause) });
}

/** Of the SDK where there are none, and of services where they do not count (any more). */
const noCredentials =
  /^(CredentialsProviderError|TokenProviderError|ExpiredToken(Exception)?|InvalidClientTokenId|UnrecognizedClientException|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature(Exception)?|AuthFailure)$/;

function hintFor({ name }: Error): string {
  if (/AccessDenied|Unauthorized/.test(name)) return 'these credentials may not do it: ask for the permission it names';
  if (/Thrott|TooManyRequests|RequestLimit/.test(name)) return 'AWS is asked too much at the moment: try again later';
  return 'try again; if it stays, look at https://health.aws.amazon.com and at your way to the Internet';
}
