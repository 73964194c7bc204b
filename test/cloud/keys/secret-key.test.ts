import { expect, it } from 'vitest';
import { secretKey } from '../../../lib/cloud/keys/secret-key';
import { fakeAws } from '../../fixtures/aws/fake-aws';

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
    message: `the secret ${arn} holds no armoured OpenPGP private key`,
  });
});
