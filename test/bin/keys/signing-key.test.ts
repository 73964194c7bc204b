import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { rotationOf } from '../../../bin/keys/rotation-of';
import { isInCloud, secretsFor } from '../../../bin/keys/secret-of';
import { isKeyFile, signerFrom } from '../../../bin/keys/signing-key';
import { makeSigner, signerOf } from '../../../bin/preflight/mirror-key';
import { mirror as layout } from '../../../lib/job/layout';
import { makePrivateKey, openpgpSigner } from '../../../lib/simplestreams/openpgp/openpgp-signer';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { openMirrorDirectory } from '../../../lib/store/open';
import { environment, fakeAws } from '../../fixtures/aws/fake-aws';
import { type SmallKms, smallKms } from '../../fixtures/aws/small-kms';
import { makeSmallMirror } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from '../terminal/kept-terminal';
import '../../fixtures/needs-seconds';

const at = new Date('2026-11-20T00:00:00Z');
const make = () => makePrivateKey({ at, rsaBits: 2048 });
let key: string;
let signer: Signer;
beforeAll(async () => {
  key = await make();
  signer = await openpgpSigner(key);
});

describe('a signing key', () => {
  it('is the one in the secret that is named', async () => {
    const aws = await fakeAws({ GetSecretValue: () => ({ SecretString: key }) });

    expect((await signerFrom('secret:arn:aws:x')).fingerprint).toBe(signer.fingerprint);
    expect(aws.requests).toEqual([{ operation: 'GetSecretValue', input: { SecretId: 'arn:aws:x' } }]);
  });

  it('is the one of KMS that is named', async () => {
    await using kms: SmallKms = await smallKms(at);
    environment({ AWS_ENDPOINT_URL_KMS: kms.url, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
    environment({ AWS_REGION: 'eu-west-1' });

    expect((await signerFrom(`kms:${kms.arn}`)).fingerprint).toMatch(/^[0-9A-F]{40}$/);
    expect(kms.asked[0]).toMatch(/^DescribeKey/);
  });

  it('is a file, made where there is none, which only its owner may read', async () => {
    const file = join(temporaryFolder(), 'key.asc');
    const made = await signerFrom(file, make);

    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await signerFrom(file)).fingerprint).toBe(made.fingerprint);
    expect(['key.asc', 'kms:x', 'secret:x', './kms:x', 'KMS:x'].map(isKeyFile)).toEqual([
      true,
      false,
      false,
      true,
      true,
    ]);
  });
});

describe('the key of a mirror', () => {
  const mirrorOf = async () => makeSmallMirror(temporaryFolder(), { signer, kernels: ['generic'] });

  it('is to be made where there is no mirror, or none that has published', async () => {
    const file = join(temporaryFolder(), 'key.asc');
    expect(await signerOf(file, undefined)).toBeUndefined();
    expect(await signerOf(file, await openMirrorDirectory(temporaryFolder(), { create: true }))).toBeUndefined();
    expect(existsSync(file)).toBe(false);
  });

  it('refuses to be another once something is signed with it', async () => {
    const file = join(temporaryFolder(), 'key.asc');
    const mirror = await mirrorOf();
    const hint =
      'give the key with --key, or restore it from a backup. If it is lost, nothing can be added to this mirror: build a new one in another folder, and install its keyring at every site';

    await expect(signerOf(file, mirror)).rejects.toMatchObject({
      name: 'KeyUnusable',
      message: `${mirror.name} is signed with the key ${signer.fingerprint}, but ${file} does not exist`,
      hint,
    });
    const other = await openpgpSigner(await make());
    await mirror.replace(layout.keyring, Buffer.concat([signer.keyring, other.keyring]), {});
    await expect(signerOf(file, mirror)).rejects.toThrow(`${signer.fingerprint} or ${other.fingerprint}, but `);
    await mirror.remove(layout.keyring);
    await expect(signerOf(file, mirror)).rejects.toThrow('is signed with the key of its last publication, but ');
  });

  it('is announced where it is made, and only then', async () => {
    const file = join(temporaryFolder(), 'key.asc');
    const [first, second] = [keptTerminal(), keptTerminal()];
    const { fingerprint } = await makeSigner(file, first);

    expect((await makeSigner(file, second)).fingerprint).toBe(fingerprint);
    expect(first.errLines).toEqual([
      `created signing key ${file} (${fingerprint})`,
      '  back it up: without it, nothing can be added to this mirror',
    ]);
    expect(second.errLines).toEqual([]);
  });

  it('is the user’s own for a rotation, unless another is named', async () => {
    const data = temporaryFolder();
    environment({ XDG_DATA_HOME: data });
    const { root } = await mirrorOf();
    const own = join(data, 'maas-mirror/signing-key.asc');
    const newKey = join(data, 'new.asc');
    await signerFrom(newKey, make);
    await expect(rotationOf({ mirror: root, newKey }, keptTerminal())).rejects.toThrow(
      `key file ${own} does not exist`,
    );
    await signerFrom(own, async () => key);

    const { current, next, now } = await rotationOf({ mirror: root, newKey }, keptTerminal());

    expect(current.fingerprint).toBe(signer.fingerprint);
    expect(next.fingerprint).not.toBe(signer.fingerprint);
    expect(Math.abs(now().getTime() - Date.now())).toBeLessThan(60_000);
    expect(readFileSync(own, 'utf8')).toBe(key);
  });

  it('refuses a rotation of a mirror of an older release', async () => {
    const { root } = await mirrorOf();
    writeFileSync(join(root, 'format.json'), '{"format":1,"tool":"cdk-maas-mirror"}');
    await expect(rotationOf({ mirror: root, newKey: '/new.asc' }, keptTerminal())).rejects.toMatchObject({
      name: 'NotSupported',
      hint: expect.stringContaining(`maas-mirror repair --upgrade --mirror ${root} `),
    });
  });
});

describe('what names of credentials stand for', () => {
  it('is read once, and of a bucket only in AWS', async () => {
    let asked = 0;
    await fakeAws({
      GetSecretValue: () => {
        asked += 1;
        return { SecretString: 'robot:hush' };
      },
    });
    const secretOf = secretsFor('s3://work');
    onTestFinished(() => expect(asked).toBe(2));

    expect(await secretOf('a')).toBe('robot:hush');
    expect(await Promise.all([secretOf('a'), secretOf('b')])).toEqual(['robot:hush', 'robot:hush']);
    expect(['s3://work', '/s3://work', 'http://s3://', ''].map(isInCloud)).toEqual([true, false, false, false]);
  });
});
