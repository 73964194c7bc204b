import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnKey, type IKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { refused } from '../refusals/synth-error';
import { readSecrets } from './secrets';

/**
 * The key that signs a mirror.
 * @example
 * const signingKey = SigningKey.kms(Key.fromKeyArn(stack, 'Key', 'ARN'));
 * new MaasMirror(stack, 'Mirror', { signingKey });
 */
export abstract class SigningKey {
  /**
   * An RSA-4096 key in KMS; the private key never leaves it.
   * @param key an existing key: asymmetric, RSA_4096, SIGN_VERIFY, and not an alias. @default - a new one, retained when the
   * stack is deleted
   * @throws BadInput (misuse) for a key of another kind, if that is known at synth
   */
  static kms(key?: IKey): SigningKey {
    return new KmsSigningKey(key);
  }

  /**
   * An OpenPGP private key in a secret, armoured and without passphrase: for a key that sites already trust.
   */
  static secret(secret: ISecret): SigningKey {
    return new SecretSigningKey(secret);
  }

  /**
   * Returns the key as a MirrorFunction requires it. MaasMirror calls this itself.
   * @param scope the scope of a new key; one scope can have one new key
   */
  abstract bind(scope: Construct): BoundSigningKey;
}

/** A signing key as the functions of a mirror receive it. */
export interface BoundSigningKey {
  /** The key for the functions: `kms:<ARN>` or `secret:<ARN>`. */
  readonly address: string;
  /** Permissions that signing requires. */
  readonly signing: PolicyStatement[];
}

class KmsSigningKey extends SigningKey {
  constructor(private readonly existing?: IKey) {
    super();
    if (existing !== undefined) checkKey(existing);
  }

  bind(scope: Construct): BoundSigningKey {
    const { keyArn } = this.existing ?? newKey(scope);
    const actions = ['kms:Sign', 'kms:GetPublicKey', 'kms:DescribeKey'];
    return { address: `kms:${keyArn}`, signing: [new PolicyStatement({ actions, resources: [keyArn] })] };
  }
}

class SecretSigningKey extends SigningKey {
  constructor(private readonly secret: ISecret) {
    super();
  }

  bind(): BoundSigningKey {
    return { address: `secret:${this.secret.secretArn}`, signing: readSecrets([this.secret]) };
  }
}

function newKey(scope: Construct): Key {
  return new Key(scope, 'SigningKey', {
    description: 'cdk-maas-mirror: signs the mirror; sites trust only this key',
    keySpec: KeySpec.RSA_4096, // supported by every gpgv since xenial
    keyUsage: KeyUsage.SIGN_VERIFY,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, // a key of a creation that was rolled back has signed nothing
  });
}

/** Nothing is known at synth about a key that is imported by ARN: Publish checks it before it writes. */
function checkKey(key: IKey): void {
  if ('aliasName' in key) {
    throw badKey(
      key,
      'an alias, for which no role can be granted permission to sign',
      'use the key itself: Key.fromKeyArn(…)',
    );
  }
  const made = key.node.defaultChild;
  if (!(made instanceof CfnKey)) return;
  const { keySpec = 'SYMMETRIC_DEFAULT', keyUsage = 'ENCRYPT_DECRYPT' } = made;
  if (keySpec === KeySpec.RSA_4096 && keyUsage === KeyUsage.SIGN_VERIFY) return;
  const hint =
    'create it with keySpec: KeySpec.RSA_4096 and keyUsage: KeyUsage.SIGN_VERIFY, whose signatures every gpgv can verify';
  throw badKey(key, `a KMS key with key spec ${keySpec} and key usage ${keyUsage}`, hint);
}

function badKey(key: IKey, kind: string, hint: string): Error {
  return refused(['signingKey'], `is ${key.node.path}, ${kind}`, hint);
}
