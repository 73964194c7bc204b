import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { MirrorError } from '../../errors';
import { asking } from '../asking';

/**
 * The value of the secret of a repository. Only the roles of the stages and functions that use such repositories have access,
 * and only to the secrets of the mirror's views.
 * @param name or ARN
 * @throws BadInput if it has no string value; AccessDenied with a hint; what asking throws
 */
export async function repositorySecret(name: string): Promise<string> {
  const client = new SecretsManagerClient({ maxAttempts: 6 });
  try {
    const command = new GetSecretValueCommand({ SecretId: name });
    const { SecretString } = await asking(`read the secret ${name}`, () => client.send(command));
    if (SecretString !== undefined) return SecretString;
    throw new MirrorError('BadInput', `the secret ${name} has no string value`, {
      hint: 'set its SecretString to user:password',
    });
  } catch (error) {
    if (!(error instanceof MirrorError) || error.name !== 'AccessDenied') throw error;
    throw new MirrorError('AccessDenied', error.message, {
      hint: 'builds only have access to the secrets of the views: add it to a view as credentials of the repository, and deploy',
      cause: error.cause,
    });
  } finally {
    client.destroy();
  }
}
