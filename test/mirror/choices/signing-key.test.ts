import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { SigningKey } from '../../../lib';
import { keyArn } from '../every-prop';
import { madeMirror } from '../made-mirror';
import { statementsOf } from '../statements';
import '../../fixtures/needs-seconds';

describe('the signing key of a mirror', () => {
  it('signingKey: goes on with a key of KMS', () => {
    const { template: made } = madeMirror((scope) => ({
      signingKey: SigningKey.kms(Key.fromKeyArn(scope, 'Key', keyArn)),
    }));

    made.resourceCountIs('AWS::KMS::Key', 0);
    made.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'cdk-maas-mirror: publish',
      Environment: { Variables: { MIRROR_SIGNING_KEY: `kms:${keyArn}` } },
    });
    expect(statementsOf(made, /^MirrorPublishRole/)).toContainEqual(
      expect.objectContaining({ Action: ['kms:Sign', 'kms:GetPublicKey', 'kms:DescribeKey'], Resource: keyArn }),
    );
  });

  it('signingKey: signs with a secret, found by its name, too, and encrypted with a key of its own', () => {
    const { template: made } = madeMirror((scope) => ({
      signingKey: SigningKey.secret(
        Secret.fromSecretAttributes(scope, 'Secret', {
          secretPartialArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:mirror-key',
          encryptionKey: Key.fromKeyArn(scope, 'Key', keyArn),
        }),
      ),
    }));

    made.resourceCountIs('AWS::KMS::Key', 0);
    made.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'cdk-maas-mirror: publish',
      Environment: {
        Variables: {
          MIRROR_SIGNING_KEY: 'secret:arn:aws:secretsmanager:us-east-1:123456789012:secret:mirror-key',
        },
      },
    });
    const statements = statementsOf(made, /^MirrorPublishRole/);
    expect(statements).toContainEqual({
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:mirror-key-??????',
    });
    expect(statements).toContainEqual({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: keyArn });
  });
});
