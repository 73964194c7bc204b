import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { MirrorError } from '../../errors';
import { asking } from '../asking';

/** The armoured private key that lies in a secret. @throws BadInput where it holds none; what asking throws */
export async function secretKey(arn: string): Promise<string> {
  const client = new SecretsManagerClient({ maxAttempts: 6 });
  try {
    const command = new GetSecretValueCommand({ SecretId: arn });
    const { SecretString = '' } = await asking('read the signing key', () => client.send(command));
    if (SecretString.includes('-----BEGIN PGP PRIVATE KEY BLOCK-----')) return SecretString;
    throw new MirrorError('BadInput', `the secret ${arn} holds no armoured OpenPGP private key`, {
      hint: 'put the output of `gpg --export-secret-keys --armor` into it, of an RSA key without passphrase',
    });
  } finally {
    client.destroy();
  }
}
