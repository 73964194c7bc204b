import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  type KeySpec,
  type KeyUsageType,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kmsSigner } from '../../lib/cloud/keys/kms-signer';
import { mirror as layout } from '../../lib/job/layout';
import { verifyClearsigned, verifyDetached } from '../../lib/machine/gpgv';
import { announceKey, finishRotation, signAnew } from '../../lib/operations/rotate-key';
import { verifyMirror } from '../../lib/operations/verify';
import { makeSmallMirror } from '../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { type MiniStack, startMiniStack } from './mini-stack';

const text = '{\n "a": 1\n}\n';
let aws: MiniStack;
let client: KMSClient;
beforeAll(async () => {
  aws = await startMiniStack();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new KMSClient({ endpoint: aws.url, region: 'us-east-1', credentials });
});
afterAll(async () => {
  client?.destroy();
  await aws?.[Symbol.asyncDispose]();
});

async function newKey(KeySpec: KeySpec = 'RSA_4096', KeyUsage: KeyUsageType = 'SIGN_VERIFY'): Promise<string> {
  const { KeyMetadata } = await client.send(new CreateKeyCommand({ KeySpec, KeyUsage }));
  return KeyMetadata?.Arn ?? '';
}

describe('kmsSigner on MiniStack', () => {
  it('signs what gpgv takes, by id, ARN and alias with one and the same keyring', async () => {
    const arn = await newKey();
    await client.send(new CreateAliasCommand({ AliasName: 'alias/mirror', TargetKeyId: arn }));
    const names = [arn, arn.split('/').at(-1) ?? '', 'alias/mirror'];
    const [signer, ...others] = await Promise.all(names.map((name) => kmsSigner(name, { client })));
    if (signer === undefined) throw new Error('no signer');
    for (const other of others) expect(other.keyring).toEqual(signer.keyring);

    const folder = temporaryFolder();
    const file = (name: string, content: string | Buffer) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const [at, keyring] = [new Date(), file('keyring.gpg', signer.keyring)];
    await verifyClearsigned(file('a.sjson', await signer.clearsign(text, at)), keyring);
    await verifyDetached(file('a.json.gpg', await signer.detach(text, at)), file('a.json', text), keyring);
    const changed = file('b.sjson', (await signer.clearsign(text, at)).replace('1', '2'));
    await expect(verifyClearsigned(changed, keyring)).rejects.toMatchObject({ name: 'BadSignature' });
  });

  it('takes a mirror from one key of KMS to the next', async () => {
    const [current, next] = [await kmsSigner(await newKey(), { client }), await kmsSigner(await newKey(), { client })];
    const at = new Date();
    const store = await makeSmallMirror(temporaryFolder(), { signer: current, kernels: ['generic'], at });
    for (const step of [announceKey, signAnew, finishRotation]) {
      await step({ store, current, next, now: () => new Date(at.getTime() + 60_000) });
      expect((await verifyMirror(store, { scratch: temporaryFolder() })).problems).toEqual([]);
    }
    expect((await store.read(layout.keyring))?.bytes).toEqual(next.keyring);
  });

  it('refuses keys of other kinds, and those that are not there', async () => {
    const refused = async (keyId: string, message: string) =>
      expect(kmsSigner(keyId, { client })).rejects.toMatchObject({
        name: 'KeyUnusable',
        message: expect.stringContaining(message),
      });
    await refused(await newKey('RSA_2048'), 'has key spec RSA_2048 and key usage SIGN_VERIFY');
    await refused(await newKey('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT'), 'key usage ENCRYPT_DECRYPT');
    await refused('alias/nowhere', 'NotFoundException');
  });

  it('refuses keys that may not be used now', async () => {
    const [disabled, going] = [await newKey(), await newKey()];
    await client.send(new DisableKeyCommand({ KeyId: disabled }));
    await client.send(new ScheduleKeyDeletionCommand({ KeyId: going }));
    for (const [keyId, state] of [
      [disabled, 'Disabled'],
      [going, 'PendingDeletion'],
    ] as const) {
      await expect(kmsSigner(keyId, { client })).rejects.toMatchObject({
        name: 'KeyUnusable',
        message: `the KMS key ${keyId} cannot sign: its state is ${state}`,
      });
    }
  });
});
