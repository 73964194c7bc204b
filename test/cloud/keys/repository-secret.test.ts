import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, vi } from 'vitest';
import { repositorySecret } from '../../../lib/cloud/keys/repository-secret';
import { type Answers, Fault, fakeAws } from '../../fixtures/aws/fake-aws';

const name = 'repositories/esm';

async function read(GetSecretValue: Answers[string]) {
  const aws = await fakeAws({ GetSecretValue });
  const secret = await repositorySecret(name).catch((error: unknown) => error);
  return { secret, asked: aws.requests };
}

describe('the secret of a repository', () => {
  it('is the text that it holds', async () => {
    const { secret, asked } = await read(() => ({ SecretString: 'user:password' }));

    expect(secret).toBe('user:password');
    expect(asked).toEqual([{ operation: 'GetSecretValue', input: { SecretId: name } }]);
  });

  it('may be empty', async () => {
    expect((await read(() => ({ SecretString: '' }))).secret).toBe('');
  });

  it('refuses one that holds bytes', async () => {
    expect((await read(() => ({ SecretBinary: 'aHVzaA==' }))).secret).toMatchObject({
      name: 'BadInput',
      message: `the secret ${name} has no string value`,
      hint: 'set its SecretString to user:password',
    });
  });

  const nowhere =
    'builds only have access to the secrets of the views: add it to a view as credentials of the repository, and deploy';
  it.each([
    ['no view names', 'AccessDeniedException', 'AccessDenied', 'no permission to read', nowhere],
    ['is not there', 'ResourceNotFoundException', 'AwsFailed', 'cannot read', expect.stringMatching(/^try again/)],
  ])('refuses one that %s, and says what to do', async (_, fault, error, words, hint) => {
    const { secret } = await read(() => new Fault(fault, 'not for you'));

    const failed = error === 'AwsFailed' ? 'the request to AWS failed: ' : '';
    const message = `${words} the secret ${name}: ${failed}${fault}: not for you`;
    expect(secret).toMatchObject({ name: error, message, hint });
  });

  it('is asked for up to six times, and no connection stays open', async () => {
    const asked = vi.spyOn(SecretsManagerClient.prototype, 'send');
    const closed = vi.spyOn(SecretsManagerClient.prototype, 'destroy');
    await read(() => ({ SecretString: 'user:password' }));

    expect(await (asked.mock.contexts[0] as SecretsManagerClient).config.maxAttempts()).toBe(6);
    expect(closed).toHaveBeenCalledOnce();
  });
});
