import { MirrorError } from '../errors';

/**
 * Calls AWS.
 * @param what the call does, as in "cannot …": `describe the stack x`
 * @throws NoCredentials, WrongRegion, AccessDenied; AwsFailed for all other errors, and without an answer
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
      hint: 'set AWS_REGION, or AWS_PROFILE to a profile with a region',
    });
  }
  if (noCredentials.test(cause.name)) {
    return new MirrorError('NoCredentials', `AWS does not accept the credentials${ofProfile()}: ${said}`, {
      hint: 'log in again (aws sso login, aws configure), or set AWS_PROFILE; AWS_REGION must be the region of the mirror',
    });
  }
  if (/AccessDenied|Unauthorized/.test(cause.name)) {
    return new MirrorError('AccessDenied', `no permission to ${what}: ${said}`, {
      hint: 'ask the administrator of the account for the permission that the message names',
    });
  }
  const busy = /Thrott|TooManyRequests|RequestLimit/.test(cause.name);
  return new MirrorError('AwsFailed', `cannot ${what}: the request to AWS failed: ${said}`, {
    hint: busy
      ? 'there are too many requests at the moment: try again later'
      : 'try again; if the error persists, check https://health.aws.amazon.com and your internet connection',
  });
}

/** Errors of the SDK for missing credentials, and of services for invalid or expired ones. */
const noCredentials =
  /^(CredentialsProviderError|TokenProviderError|ExpiredToken(Exception)?|InvalidClientTokenId|UnrecognizedClientException|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature(Exception)?|AuthFailure)$/;

/** The profile, for messages about credentials and regions; empty if none is set. */
function ofProfile(): string {
  const { AWS_PROFILE: profile } = process.env;
  return profile === undefined || profile === '' ? '' : ` (AWS_PROFILE=${profile})`;
}
