import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, it, vi } from 'vitest';
import { secretKey } from '../../../lib/cloud/keys/secret-key';
import { Fault, fakeAws } from '../../fixtures/aws/fake-aws';

const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf';
const key = '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nabcd\n-----END PGP PRIVATE KEY BLOCK-----\n';

it('a private key is read from its secret', async () => {
  await fakeAws({ GetSecretValue: ({ SecretId }) => (SecretId === arn ? { SecretString: key } : {}) });

  expect(await secretKey(arn)).toBe(key);
});

it.each([
  ['something else', { SecretString: 'hush-hush-42' }],
  ['a public key', { SecretString: key.replaceAll('PRIVATE', 'PUBLIC') }],
  ['bytes', { SecretBinary: 'aHVzaA==' }],
])('refuses a secret that holds %s, and shows nothing of it', async (_, answer) => {
  await fakeAws({ GetSecretValue: () => answer });

  await expect(secretKey(arn)).rejects.toMatchObject({
    name: 'BadInput',
    message: `the secret ${arn} contains no armoured OpenPGP private key`,
    hint: 'set it to the output of `gpg --export-secret-keys --armor` for an RSA key without passphrase',
  });
});

it('is asked for up to six times, and no connection stays open', async () => {
  const asked = vi.spyOn(SecretsManagerClient.prototype, 'send');
  const closed = vi.spyOn(SecretsManagerClient.prototype, 'destroy');
  await fakeAws({ GetSecretValue: () => new Fault('ResourceNotFoundException', 'none') });

  await expect(secretKey(arn)).rejects.toMatchObject({
    message: 'cannot read the signing key: the request to AWS failed: ResourceNotFoundException: none',
  });
  expect(await (asked.mock.contexts[0] as SecretsManagerClient).config.maxAttempts()).toBe(6);
  expect(closed).toHaveBeenCalledOnce();
});
