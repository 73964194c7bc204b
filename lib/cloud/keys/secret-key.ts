import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { MirrorError } from '../../errors';
import { asking } from '../asking';

/** The armoured private key in a secret. @throws BadInput if it has none; what asking throws */
export async function secretKey(arn: string): Promise<string> {
  const client = new SecretsManagerClient({ maxAttempts: 6 });
  try {
    const command = new GetSecretValueCommand({ SecretId: arn });
    const { SecretString = '' } = await asking('read the signing key', () => client.send(command));
    if (SecretString.includes('-----BEGIN PGP PRIVATE KEY BLOCK-----')) return SecretString;
    throw new MirrorError('BadInput', `the secret ${arn} contains no armoured OpenPGP private key`, {
      hint: 'set it to the output of `gpg --export-secret-keys --armor` for an RSA key without passphrase',
    });
  } finally {
    client.destroy();
  }
}
