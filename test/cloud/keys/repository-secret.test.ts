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
      message: `the secret ${name} holds no text`,
      hint: 'put user:password into it as its SecretString',
    });
  });

  it('refuses one that no view names, and says where to name it', async () => {
    const { secret } = await read(() => new Fault('AccessDeniedException', 'not for you'));

    expect(secret).toMatchObject({
      name: 'AccessDenied',
      message: `AWS refuses to read the secret ${name}: AccessDeniedException: not for you`,
      hint: 'builds read those secrets that a view of the mirror names: name it there with credentials:, and deploy',
    });
  });

  it('refuses one that is not there', async () => {
    const { secret } = await read(() => new Fault('ResourceNotFoundException', 'none'));

    expect(secret).toMatchObject({
      name: 'AwsFailed',
      message: `AWS did not read the secret ${name}: ResourceNotFoundException: none`,
      hint: expect.stringMatching(/^try again/),
    });
  });

  it('is asked for up to six times, and no connection stays open', async () => {
    const asked = vi.spyOn(SecretsManagerClient.prototype, 'send');
    const closed = vi.spyOn(SecretsManagerClient.prototype, 'destroy');
    await read(() => ({ SecretString: 'user:password' }));

    expect(await (asked.mock.contexts[0] as SecretsManagerClient).config.maxAttempts()).toBe(6);
    expect(closed).toHaveBeenCalledOnce();
  });
});
