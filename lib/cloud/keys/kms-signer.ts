/* cloud/keys: KMS keys and secrets. */

import { DescribeKeyCommand, GetPublicKeyCommand, type KeyMetadata, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { MirrorError } from '../../errors';
import { externalSigner } from '../../simplestreams/openpgp/external-signer';
import type { Signer } from '../../simplestreams/openpgp/signer';
import { kmsError } from './kms-error';

export interface KmsSignerOptions {
  /** @default - one of the key's region, with the credentials of the environment */
  readonly client?: KMSClient;
  /** User id of the key. @default MAAS mirror */
  readonly name?: string;
}

/**
 * Signs with a key of AWS KMS, whose private half never leaves it: an asymmetric key, RSA_4096, SIGN_VERIFY. Whoever runs
 * it needs kms:DescribeKey, kms:GetPublicKey and kms:Sign. The SDK tries again what is worth it.
 * @param keyId id, ARN, or alias (`alias/…`, or its ARN)
 * @throws KeyUnusable where there is no such key, it is of another kind, or it may not be used (now)
 */
export async function kmsSigner(keyId: string, { client, name }: KmsSignerOptions = {}): Promise<Signer> {
  const kms = client ?? new KMSClient(regionOf(keyId));
  const ask = <Answer>(operation: string, answer: Promise<Answer>) =>
    answer.catch((error: unknown): never => {
      throw kmsError(error, keyId, operation);
    });

  const { KeyMetadata: metadata } = await ask('DescribeKey', kms.send(new DescribeKeyCommand({ KeyId: keyId })));
  const { arn, created } = usable(metadata, keyId);
  // by its ARN from now on: an alias may be moved to another key between two calls
  const { PublicKey: publicKey } = await ask('GetPublicKey', kms.send(new GetPublicKeyCommand({ KeyId: arn })));
  return externalSigner({
    publicKey: Buffer.from(publicKey ?? []),
    created,
    ...(name !== undefined && { name }),
    sign: async (digest) => {
      const order = { KeyId: arn, Message: digest, MessageType: 'DIGEST', SigningAlgorithm } as const;
      const { Signature: signature } = await ask('Sign', kms.send(new SignCommand(order)));
      return Buffer.from(signature ?? []);
    },
  });
}

const SigningAlgorithm = 'RSASSA_PKCS1_V1_5_SHA_512';

/** An ARN says where its key lies, wherever we run. */
function regionOf(keyId: string): { region?: string } {
  const [, region] = /^arn:[^:]+:kms:([^:]+):/.exec(keyId) ?? [];
  return region === undefined ? {} : { region };
}

function usable(metadata: KeyMetadata | undefined, keyId: string): { arn: string; created: Date } {
  const { Arn: arn, CreationDate: created, KeySpec: spec, KeyUsage: usage, KeyState: state } = metadata ?? {};
  if (usage !== 'SIGN_VERIFY' || spec !== 'RSA_4096') {
    throw new MirrorError('KeyUnusable', `the KMS key ${keyId} is ${spec} for ${usage}`, {
      hint: 'take one with key spec RSA_4096 and key usage SIGN_VERIFY: the gpgv of every MAAS release reads its signatures',
      misuse: true,
    });
  }
  if (state !== 'Enabled') {
    throw new MirrorError('KeyUnusable', `the KMS key ${keyId} cannot sign: its state is ${state}`, {
      hint: stateHints[state ?? ''] ?? 'see aws kms describe-key',
    });
  }
  if (arn === undefined || created === undefined) {
    throw new MirrorError('KeyUnusable', `KMS does not say when the key ${keyId} was made, or its ARN`, {
      hint: 'both belong to what DescribeKey answers; is this AWS KMS?',
    });
  }
  return { arn, created };
}

const stateHints: Readonly<Record<string, string>> = {
  Disabled: 'aws kms enable-key makes it usable again',
  PendingDeletion:
    'aws kms cancel-key-deletion keeps it, then aws kms enable-key; once it is gone, every site needs a new keyring',
};
