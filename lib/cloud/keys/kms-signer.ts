/* cloud/keys: KMS keys and secrets. */

import { DescribeKeyCommand, GetPublicKeyCommand, type KeyMetadata, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { MirrorError } from '../../errors';
import { externalSigner } from '../../simplestreams/openpgp/external-signer';
import type { Signer } from '../../simplestreams/openpgp/signer';
import { kmsError } from './kms-error';

export interface KmsSignerOptions {
  /** @default - a client for the region of the key, with the credentials of the environment */
  readonly client?: KMSClient;
  /** User id of the OpenPGP key. @default MAAS mirror */
  readonly name?: string;
}

/**
 * Signs with a key in AWS KMS, which the private key never leaves: an asymmetric key, RSA_4096, SIGN_VERIFY. Requires
 * kms:DescribeKey, kms:GetPublicKey and kms:Sign. The SDK retries temporary errors.
 * @param keyId id, ARN, or alias (`alias/…`, or its ARN)
 * @throws KeyUnusable for a missing key, a key of another kind, or a key that cannot be used
 */
export async function kmsSigner(keyId: string, { client, name }: KmsSignerOptions = {}): Promise<Signer> {
  const kms = client ?? new KMSClient(regionOf(keyId));
  const ask = <Answer>(operation: string, answer: Promise<Answer>) =>
    answer.catch((error: unknown): never => {
      throw kmsError(error, keyId, operation);
    });

  const { KeyMetadata: metadata } = await ask('DescribeKey', kms.send(new DescribeKeyCommand({ KeyId: keyId })));
  const { arn, created } = usable(metadata, keyId);
  // by ARN from here on: an alias could be moved to another key between two calls
  const { PublicKey: publicKey } = await ask('GetPublicKey', kms.send(new GetPublicKeyCommand({ KeyId: arn })));
  return externalSigner({
    publicKey: Buffer.from(publicKey ?? []),
    created,
    ...(name !== undefined && { name }),
    sign: async (digest) => {
      const input = { KeyId: arn, Message: digest, MessageType: 'DIGEST', SigningAlgorithm } as const;
      const { Signature: signature } = await ask('Sign', kms.send(new SignCommand(input)));
      return Buffer.from(signature ?? []);
    },
  });
}

const SigningAlgorithm = 'RSASSA_PKCS1_V1_5_SHA_512';

/** The region in an ARN; the region of the environment may differ. */
function regionOf(keyId: string): { region?: string } {
  const [, region] = /^arn:[^:]+:kms:([^:]+):/.exec(keyId) ?? [];
  return region === undefined ? {} : { region };
}

function usable(metadata: KeyMetadata | undefined, keyId: string): { arn: string; created: Date } {
  const { Arn: arn, CreationDate: created, KeySpec: spec, KeyUsage: usage, KeyState: state } = metadata ?? {};
  if (usage !== 'SIGN_VERIFY' || spec !== 'RSA_4096') {
    throw new MirrorError('KeyUnusable', `the KMS key ${keyId} has key spec ${spec} and key usage ${usage}`, {
      hint: 'use a key with key spec RSA_4096 and key usage SIGN_VERIFY, whose signatures the gpgv of every MAAS release can verify',
      misuse: true,
    });
  }
  if (state !== 'Enabled') {
    throw new MirrorError('KeyUnusable', `the KMS key ${keyId} cannot sign: its state is ${state}`, {
      hint: stateHints[state ?? ''] ?? 'check it: aws kms describe-key',
    });
  }
  if (arn === undefined || created === undefined) {
    throw new MirrorError('KeyUnusable', `KMS returned no creation date or no ARN for the key ${keyId}`, {
      hint: 'AWS KMS always returns both: check AWS_ENDPOINT_URL',
    });
  }
  return { arn, created };
}

const stateHints: Readonly<Record<string, string>> = {
  Disabled: 'enable it: aws kms enable-key',
  PendingDeletion:
    'keep it: aws kms cancel-key-deletion, then aws kms enable-key; once it is deleted, every site needs a new keyring',
};
