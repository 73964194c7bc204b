import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { MirrorError } from '../../errors';
import { asking } from '../asking';

/**
 * What a secret holds that a repository names. Only the roles of the stages and functions that reach such repositories may
 * read it, and only those that the mirror's views name.
 * @param name or ARN
 * @throws BadInput where it holds no text; AccessDenied with what to do; what asking throws
 */
export async function repositorySecret(name: string): Promise<string> {
  const client = new SecretsManagerClient({ maxAttempts: 6 });
  try {
    const command = new GetSecretValueCommand({ SecretId: name });
    const { SecretString } = await asking(`read the secret ${name}`, () => client.send(command));
    if (SecretString !== undefined) return SecretString;
    throw new MirrorError('BadInput', `the secret ${name} holds no text`, {
      hint: 'put user:password into it as its SecretString',
    });
  } catch (error) {
    if (!(error instanceof MirrorError) || error.name !== 'AccessDenied') throw error;
    throw new MirrorError('AccessDenied', error.message, {
      hint: 'builds read those secrets that a view of the mirror names: name it there with credentials:, and deploy',
      cause: error.cause,
    });
  } finally {
    client.destroy();
  }
}
