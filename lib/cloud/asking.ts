import { MirrorError } from '../errors';

/**
 * Asks AWS for something.
 * @param what it is, as in "AWS did not …": `describe the stack x`
 * @throws NoCredentials, WrongRegion, AccessDenied; AwsFailed for every other answer, and where none comes
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
    return new MirrorError('WrongRegion', `no AWS region is set${ofProfile()}`, {
      hint: 'set AWS_REGION, or a profile that has one',
    });
  }
  if (noCredentials.test(cause.name)) {
    return new MirrorError('NoCredentials', `AWS does not take the credentials${ofProfile()}: ${said}`, {
      hint: 'log in again (aws sso login, aws configure), or set AWS_PROFILE; AWS_REGION has to be where the mirror is',
    });
  }
  if (/AccessDenied|Unauthorized/.test(cause.name)) {
    return new MirrorError('AccessDenied', `AWS refuses to ${what}: ${said}`, {
      hint: 'ask who keeps the account for the permission that it names',
    });
  }
  const busy = /Thrott|TooManyRequests|RequestLimit/.test(cause.name);
  return new MirrorError('AwsFailed', `AWS did not ${what}: ${said}`, {
    hint: busy
      ? 'AWS is asked too much at the moment: try again later'
      : 'try again; if it stays, look at https://health.aws.amazon.com and at your way to the Internet',
  });
}

/** Of the SDK where there are none, and of services where they do not count (any more). */
const noCredentials =
  /^(CredentialsProviderError|TokenProviderError|ExpiredToken(Exception)?|InvalidClientTokenId|UnrecognizedClientException|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature(Exception)?|AuthFailure)$/;

/** Which profile was asked, for messages about credentials and regions; empty where none is named. */
function ofProfile(): string {
  const { AWS_PROFILE: profile } = process.env;
  return profile === undefined || profile === '' ? '' : ` (AWS_PROFILE=${profile})`;
}
