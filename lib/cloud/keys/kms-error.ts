import { MirrorError } from '../../errors';

/** What KMS, or the way to it, has against an operation. Anything that nobody foresaw comes back as it is. */
export function kmsError(error: unknown, keyId: string, operation: string): unknown {
  if (!(error instanceof Error)) return error;
  const hint = hints[error.name] ?? wayHint(error);
  if (hint === undefined) return error;
  const why = `${error.name}: ${error.message}`;
  return new MirrorError('KeyUnusable', `KMS refuses ${operation} with the key ${keyId}: ${why}`, {
    hint,
    cause: error,
  });
}

const wrongPlace = 'see that id, account and region are right: a KMS key is known in its own region only';
const credentials =
  'the credentials of this process are missing, wrong or expired; aws sts get-caller-identity says whose they are';
const later = 'KMS or the way to it is troubled; run it again later';

/** By the names that KMS and the SDK give to errors. */
const hints: Readonly<Record<string, string>> = {
  NotFoundException: wrongPlace,
  InvalidArnException: wrongPlace,
  ValidationException: wrongPlace,
  AccessDeniedException:
    'the role needs kms:DescribeKey, kms:GetPublicKey and kms:Sign, in its own policy or in that of the key',
  DisabledException: 'aws kms enable-key makes it usable again',
  KMSInvalidStateException: 'see its state with aws kms describe-key',
  InvalidKeyUsageException: 'take a key with key usage SIGN_VERIFY and key spec RSA_4096',
  UnsupportedOperationException: 'take an asymmetric key with key usage SIGN_VERIFY and key spec RSA_4096',
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

/** Troubles that have no name of their own: no region was given, or nobody answers. */
function wayHint(error: Error): string | undefined {
  if (error.message === 'Region is missing') return 'set AWS_REGION, or give the ARN of the key';
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && /^(E[A-Z]+|UND_ERR_.*)$/.test(code) ? later : undefined;
}
