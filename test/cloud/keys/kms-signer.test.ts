import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { signerFrom } from '../../../bin/keys/signing-key';
import { kmsSigner } from '../../../lib/cloud/keys/kms-signer';
import { verifyClearsigned, verifyDetached } from '../../../lib/machine/gpgv';
import { writeJson } from '../../../lib/simplestreams/json';
import { clearsignedFault } from '../../../lib/simplestreams/openpgp/signed-text';
import { environment } from '../../fixtures/aws/fake-aws';
import { type SmallKms, smallKms } from '../../fixtures/aws/small-kms';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { bootloaderDocument } from '../../simplestreams/made-documents';
import { closedServer } from '../../store/http/answering-server';
import '../../fixtures/needs-seconds';

const created = new Date('2026-11-02T03:04:05.678Z');
const at = new Date('2026-11-20T04:11:09Z');
const text = writeJson(bootloaderDocument());
let kms: SmallKms;

beforeAll(async () => {
  kms = await smallKms(created);
});
afterAll(() => kms[Symbol.asyncDispose]());

let honest: Record<string, unknown>;
beforeEach(() => {
  kms.asked.splice(0);
  honest = { ...kms.metadata };
  const { key } = kms;
  onTestFinished(() => {
    Object.assign(kms.metadata, honest);
    kms.key = key;
    kms.troubles.splice(0);
  });
});

const made = () => kmsSigner('alias/mirror', { client: kms.client });

describe('kmsSigner', () => {
  it('signs with a key of KMS what gpgv and MAAS read', async () => {
    const signer = await made();
    const folder = temporaryFolder();
    const file = (name: string, content: string | Buffer) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const keyring = file('keyring.gpg', signer.keyring);
    const signed = file('a.sjson', await signer.clearsign(text, at));

    await verifyClearsigned(signed, keyring);
    await verifyDetached(file('a.json.gpg', await signer.detach(text, at)), file('a.json', text), keyring);
    expect(clearsignedFault(Buffer.from(await signer.clearsign(text, at)))).toBeUndefined();
    expect(asMaasReads(await signer.clearsign(text, at), keyring)).toEqual(JSON.parse(text));
    const changed = file('b.sjson', (await signer.clearsign(text, at)).replace('"arch": "', '"arch": "x'));
    await expect(verifyClearsigned(changed, keyring)).rejects.toMatchObject({ name: 'BadSignature' });
  });

  it('asks by the ARN once it knows it: an alias may be moved between two calls', async () => {
    await (await made()).detach(text, at);
    expect(kms.asked).toEqual([
      'DescribeKey alias/mirror',
      `GetPublicKey ${kms.arn}`,
      `Sign ${kms.arn}`,
      `Sign ${kms.arn}`,
    ]);
  });

  it('makes the same keyring each time, of the time at which KMS made the key', async () => {
    const [signer, again] = [await made(), await kmsSigner(kms.arn, { client: kms.client })];
    expect(again.keyring).toEqual(signer.keyring);
    expect(again.fingerprint).toBe(signer.fingerprint);
    expect(signer.keyring.readUInt32BE(4)).toBe(Math.floor(created.getTime() / 1000)); // behind a header of three bytes
  });

  it('names its key as it is told, or MAAS mirror', async () => {
    const named = await kmsSigner(kms.arn, { client: kms.client, name: 'Lab mirror' });
    expect(named.keyring.includes('Lab mirror')).toBe(true);
    expect((await made()).keyring.includes('MAAS mirror')).toBe(true);
  });

  it('asks in the region of an ARN, of whatever partition and kind, though no other is set', async () => {
    environment({
      ...{ AWS_ENDPOINT_URL: kms.url, AWS_REGION: undefined, AWS_CONFIG_FILE: '/nowhere' },
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    });
    const elsewhere = 'arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/mirror';
    await expect(kmsSigner(elsewhere)).rejects.toMatchObject({
      message: expect.stringContaining('NotFoundException'),
    });
    expect(kms.asked).toEqual([`DescribeKey ${elsewhere}`]);
  });

  it('tries again where KMS is busy', async () => {
    kms.troubles.push({ operation: 'Sign', status: 400, type: 'ThrottlingException' });
    kms.troubles.push({ operation: 'GetPublicKey', status: 500, type: 'KMSInternalException' });
    await made();
    expect(kms.asked.map((one) => one.split(' ')[0])).toEqual([
      ...['DescribeKey', 'GetPublicKey', 'GetPublicKey', 'Sign', 'Sign'],
    ]);
  });

  it.each([
    ['AccessDeniedException', 'DescribeKey', /kms:DescribeKey, kms:GetPublicKey and kms:Sign/],
    ['AccessDeniedException', 'Sign', /kms:DescribeKey, kms:GetPublicKey and kms:Sign/],
    ['DisabledException', 'Sign', /enable-key/],
    ['KMSInvalidStateException', 'Sign', /describe-key/],
    ['InvalidKeyUsageException', 'Sign', /SIGN_VERIFY/],
    ['UnrecognizedClientException', 'DescribeKey', /credentials/],
    ['InvalidArnException', 'DescribeKey', /region/],
    ['DisabledException', 'GetPublicKey', /enable-key/],
  ])('refuses to go on after %s at %s, and says what to do', async (type, operation, hint) => {
    kms.troubles.push({ operation, status: 400, type });
    await expect(made()).rejects.toMatchObject({
      name: 'KeyUnusable',
      message: `KMS rejected ${operation} for the key alias/mirror: ${type}: small KMS says ${type}`,
      hint: expect.stringMatching(hint),
    });
  });

  it('refuses a key that KMS does not have', async () => {
    await expect(kmsSigner('alias/other', { client: kms.client })).rejects.toMatchObject({
      name: 'KeyUnusable',
      message: "KMS rejected DescribeKey for the key alias/other: NotFoundException: Key 'alias/other' does not exist",
      hint: expect.stringContaining('region'),
    });
  });

  it.each([
    [{ KeySpec: 'RSA_2048' }, 'the KMS key alias/mirror has key spec RSA_2048 and key usage SIGN_VERIFY', 'RSA_4096'],
    [
      { KeySpec: 'ECC_NIST_P256' },
      'the KMS key alias/mirror has key spec ECC_NIST_P256 and key usage SIGN_VERIFY',
      'RSA_4096',
    ],
    [
      { KeyUsage: 'ENCRYPT_DECRYPT' },
      'the KMS key alias/mirror has key spec RSA_4096 and key usage ENCRYPT_DECRYPT',
      'SIGN_VERIFY',
    ],
    [{ KeyState: 'Disabled' }, 'the KMS key alias/mirror cannot sign: its state is Disabled', 'enable-key'],
    [
      { KeyState: 'PendingDeletion' },
      'the KMS key alias/mirror cannot sign: its state is PendingDeletion',
      'cancel-key',
    ],
    [
      { KeyState: 'PendingImport' },
      'the KMS key alias/mirror cannot sign: its state is PendingImport',
      'check it: aws kms describe-key',
    ],
    [
      { KeyState: undefined },
      'the KMS key alias/mirror cannot sign: its state is undefined',
      'check it: aws kms describe-key',
    ],
    [
      { CreationDate: undefined },
      'KMS returned no creation date or no ARN for the key alias/mirror',
      'AWS_ENDPOINT_URL',
    ],
    [
      { Arn: undefined },
      'KMS returned no creation date or no ARN for the key alias/mirror',
      'AWS KMS always returns both',
    ],
  ])('refuses a key with %j', async (change, message, hint) => {
    Object.assign(kms.metadata, change);
    await expect(made()).rejects.toMatchObject({ name: 'KeyUnusable', message, hint: expect.stringContaining(hint) });
    expect(kms.asked).toEqual(['DescribeKey alias/mirror']);
  });

  it('calls it misuse where another key has to be taken', async () => {
    Object.assign(kms.metadata, { KeySpec: 'RSA_3072' });
    await expect(made()).rejects.toMatchObject({
      hint: 'use a key with key spec RSA_4096 and key usage SIGN_VERIFY, whose signatures the gpgv of every MAAS release can verify',
      misuse: true,
    });
  });

  it('refuses what another key has signed', async () => {
    const signer = await made();
    kms.key = generateKeyPairSync('rsa', { modulusLength: 4096 }).privateKey;
    await expect(signer.clearsign(text, at)).rejects.toMatchObject({ name: 'KeyUnusable' });
  });

  it('refuses to wait for nobody', async () => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const client = new KMSClient({ region: 'eu-west-1', endpoint: await closedServer(), credentials, maxAttempts: 1 });
    await expect(kmsSigner(kms.arn, { client })).rejects.toMatchObject({
      name: 'KeyUnusable',
      message: expect.stringContaining('ECONNREFUSED'),
      hint: expect.stringContaining('later'),
    });
  });
});

describe('signerFrom', () => {
  it('takes kms: and an ARN for a key of KMS in its region', async () => {
    environment({
      ...{ AWS_ENDPOINT_URL: kms.url, AWS_REGION: undefined, AWS_CONFIG_FILE: '/nowhere' },
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    });
    expect((await signerFrom(`kms:${kms.arn}`)).keyring).toEqual((await made()).keyring);
  });

  it('refuses an alias where nobody says which region is meant', async () => {
    environment({ AWS_ENDPOINT_URL: kms.url, AWS_REGION: undefined, AWS_CONFIG_FILE: '/nowhere' });
    await expect(signerFrom('kms:alias/mirror')).rejects.toMatchObject({
      name: 'KeyUnusable',
      hint: expect.stringContaining('AWS_REGION'),
    });
  });

  it('refuses kms: without a key', async () => {
    await expect(signerFrom('kms:')).rejects.toMatchObject({ name: 'BadInput', misuse: true });
  });
});

/** MAAS gives the file to gpgv on its standard input, and takes what is between the first brace and the signature. */
function asMaasReads(signed: string, keyring: string): unknown {
  execFileSync('gpgv', ['--keyring', keyring, '-'], { input: signed, stdio: ['pipe', 'ignore', 'ignore'] });
  return JSON.parse(signed.slice(signed.indexOf('{'), signed.indexOf('-----BEGIN PGP SIGNATURE-----')));
}
