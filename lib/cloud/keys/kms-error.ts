import { MirrorError } from '../../errors';

/** An error of KMS, or of the connection to it, with a hint. Unexpected errors are returned unchanged. */
export function kmsError(error: unknown, keyId: string, operation: string): unknown {
  if (!(error instanceof Error)) return error;
  const hint = hints[error.name] ?? wayHint(error);
  if (hint === undefined) return error;
  const why = `${error.name}: ${error.message}`;
  return new MirrorError('KeyUnusable', `KMS rejected ${operation} for the key ${keyId}: ${why}`, {
    hint,
    cause: error,
  });
}

const wrongPlace = 'check its id, account and region: a KMS key exists in one region only';
const credentials = 'the credentials are missing, invalid or expired: check them with aws sts get-caller-identity';
const later = 'KMS is busy or unreachable: try again later';

/** By the names of the errors of KMS and the SDK. */
const hints: Readonly<Record<string, string>> = {
  NotFoundException: wrongPlace,
  InvalidArnException: wrongPlace,
  ValidationException: wrongPlace,
  AccessDeniedException: 'allow kms:DescribeKey, kms:GetPublicKey and kms:Sign in the policy of the role or of the key',
  DisabledException: 'enable it: aws kms enable-key',
  KMSInvalidStateException: 'check its state: aws kms describe-key',
  InvalidKeyUsageException: 'use a key with key usage SIGN_VERIFY and key spec RSA_4096',
  UnsupportedOperationException: 'use an asymmetric key with key usage SIGN_VERIFY and key spec RSA_4096',
  CredentialsProviderError: credentials,
  UnrecognizedClientException: credentials,
  InvalidClientTokenId: credentials,
  InvalidSignatureException: credentials,
  ExpiredTokenException: credentials,
  ThrottlingException: later,
  LimitExceededException: later,
  KeyUnavailableException: later,
  DependencyTimeoutException: later,
  KMSInternalException: later,
  TimeoutError: later,
};

/** Errors without a specific name: no region is set, or the service is unreachable. */
function wayHint(error: Error): string | undefined {
  if (error.message === 'Region is missing') return 'set AWS_REGION, or use the ARN of the key';
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && /^(E[A-Z]+|UND_ERR_.*)$/.test(code) ? later : undefined;
}
