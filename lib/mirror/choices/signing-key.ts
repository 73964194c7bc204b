import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnKey, type IKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { MirrorError } from '../../errors';
import { readSecrets } from './secrets';

/**
 * What a mirror is signed with.
 * @example
 * const signingKey = SigningKey.kms(Key.fromKeyArn(stack, 'Key', 'ARN'));
 * new MaasMirror(stack, 'Mirror', { signingKey });
 */
export abstract class SigningKey {
  /**
   * An RSA-4096 key of KMS, which signs and is never seen.
   * @param key one to go on with: asymmetric, RSA_4096, SIGN_VERIFY, and not an alias. @default - a new one, kept when the
   * stack goes
   * @throws BadInput (misuse) for a key of another kind, where the CDK knows it
   */
  static kms(key?: IKey): SigningKey {
    return new KmsSigningKey(key);
  }

  /**
   * An OpenPGP private key that lies, armoured and without passphrase, in a secret: for a key that sites trust already.
   */
  static secret(secret: ISecret): SigningKey {
    return new SecretSigningKey(secret);
  }

  /**
   * The key as a MirrorFunction is given it. MaasMirror calls this itself.
   * @param scope where a new key is made; one scope can bind one new key
   */
  abstract bind(scope: Construct): BoundSigningKey;
}

/** A signing key as the functions of a mirror are told it. */
export interface BoundSigningKey {
  /** How the functions name it: `kms:<ARN>` or `secret:<ARN>`. */
  readonly address: string;
  /** What one may do who signs with it, and nobody else. */
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
    description: 'cdk-maas-mirror: signs the mirror; sites trust it and no other',
    keySpec: KeySpec.RSA_4096, // every gpgv since xenial's reads it
    keyUsage: KeyUsage.SIGN_VERIFY,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, // a key of a creation that is rolled back signed nothing
  });
}

/** What can be seen at synth: of a key that is imported by its ARN, nothing. Publish looks at that one before it writes. */
function checkKey(key: IKey): void {
  if ('aliasName' in key) {
    throw badKey(key, 'is an alias, by which no role can be let sign', 'give the key itself: Key.fromKeyArn(…)');
  }
  const made = key.node.defaultChild;
  if (!(made instanceof CfnKey)) return;
  const { keySpec = 'SYMMETRIC_DEFAULT', keyUsage = 'ENCRYPT_DECRYPT' } = made;
  if (keySpec === KeySpec.RSA_4096 && keyUsage === KeyUsage.SIGN_VERIFY) return;
  const hint =
    'make it with keySpec: KeySpec.RSA_4096 and keyUsage: KeyUsage.SIGN_VERIFY: every gpgv reads its signatures';
  throw badKey(key, `is a key of KMS with the spec ${keySpec} and the usage ${keyUsage}`, hint);
}

function badKey(key: IKey, fault: string, hint: string): MirrorError {
  return new MirrorError('BadInput', `the property signingKey: ${key.node.path} ${fault}`, { hint, misuse: true });
}
