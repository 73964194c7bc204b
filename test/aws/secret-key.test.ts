import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { secretsFor } from '../../bin/keys/secret-of';
import { signerFrom } from '../../bin/keys/signing-key';
import { makePrivateKey, openpgpSigner } from '../../lib/simplestreams/openpgp/openpgp-signer';
import { type MiniStack, startMiniStack } from './mini-stack';

let emulator: MiniStack;
beforeAll(async () => {
  emulator = await startMiniStack();
  for (const [name, value] of Object.entries(emulator.env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await emulator?.[Symbol.asyncDispose]();
});

/** @returns its ARN */
async function secretOf(Name: string, SecretString: string): Promise<string> {
  const client = new SecretsManagerClient();
  const { ARN = '' } = await client.send(new CreateSecretCommand({ Name, SecretString }));
  client.destroy();
  return ARN;
}

describe('a signing key in a secret', () => {
  it('signs as it does from a file', async () => {
    const at = new Date('2026-11-20T08:30:00Z');
    const key = await makePrivateKey({ at, rsaBits: 2048 });

    const signer = await signerFrom(`secret:${await secretOf('key', key)}`);

    const same = await openpgpSigner(key);
    expect(signer.fingerprint).toBe(same.fingerprint);
    expect(await signer.clearsign('{}\n', at)).toEqual(await same.clearsign('{}\n', at));
  });

  it('refuses a secret that holds something else, and shows nothing of it', async () => {
    const arn = await secretOf('password', 'hush-hush-42');

    const refused = signerFrom(`secret:${arn}`);

    await expect(refused).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining('contains no armoured OpenPGP private key'),
    });
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('hush') });
  });

  it('refuses one that is not there', async () => {
    const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:other-AbCdEf';
    await expect(signerFrom(`secret:${arn}`)).rejects.toMatchObject({
      name: expect.stringMatching(/^(AwsFailed|AccessDenied)$/),
    });
  });
});

describe('the credentials of a repository in a secret', () => {
  it('are read by name and by ARN', async () => {
    const arn = await secretOf('maas-mirror/private-ppa', 'robot:hush-hush-42');
    const secrets = secretsFor('s3://work');

    expect(await secrets('maas-mirror/private-ppa')).toBe('robot:hush-hush-42');
    expect(await secrets(arn)).toBe('robot:hush-hush-42');
    await expect(secrets('maas-mirror/other')).rejects.toMatchObject({
      name: expect.stringMatching(/^(AwsFailed|AccessDenied)$/),
      message: expect.stringContaining('read the secret maas-mirror/other'),
    });
  });
});
