import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { handler as publish } from '../../../bin/lambda/publish';
import { workStoreVariable } from '../../../lib/job/environment';
import { mirrorStoreVariable } from '../../../lib/job/execution-names';
import { formatBytes } from '../../../lib/store/format';
import { environment } from '../../fixtures/aws/fake-aws';
import { type SmallKms, smallKms } from '../../fixtures/aws/small-kms';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-seconds';

/** Publish as a deployment calls it, with a key of KMS. @returns what is in the mirror after it */
async function deploy(kms: SmallKms): Promise<{ called: Promise<unknown>; written: () => string[] }> {
  const mirror = temporaryFolder();
  useMirror(kms, mirror);
  return { called: publish({}), written: () => readdirSync(mirror).toSorted() };
}

function useMirror(kms: SmallKms, mirror: string): void {
  environment({
    ...{ AWS_ENDPOINT_URL_KMS: kms.url, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
    [mirrorStoreVariable]: mirror,
    [workStoreVariable]: temporaryFolder(),
    MIRROR_SIGNING_KEY: `kms:${kms.arn}`,
  });
}

it('exports the keyring at a deployment, after it has signed a test text', async () => {
  await using kms = await smallKms(new Date('2026-11-20T00:00:00Z'));
  const { called, written } = await deploy(kms);

  await expect(called).resolves.toBeUndefined();
  expect(written()).toEqual(expect.arrayContaining(['format.json', 'keyring.asc', 'keyring.gpg']));
  expect(kms.asked.map((one) => one.split(' ')[0])).toEqual(['DescribeKey', 'GetPublicKey', 'Sign', 'Sign']);
});

it.each([
  ['of the keyring', 0],
  ['of the test text', 1],
])('refuses to write anything at a deployment whose key fails at the signature %s', async (_, after) => {
  await using kms = await smallKms(new Date('2026-11-20T00:00:00Z'));
  kms.troubles.push({ operation: 'Sign', status: 400, type: 'DisabledException', after });
  const { called, written } = await deploy(kms);

  await expect(called).rejects.toMatchObject({ name: 'KeyUnusable', message: expect.stringContaining('Sign') });
  expect(written()).toEqual([]);
});

it('refuses to publish where no signing key given, and writes nothing', async () => {
  const mirror = temporaryFolder();
  environment({ [mirrorStoreVariable]: mirror, [workStoreVariable]: temporaryFolder(), MIRROR_SIGNING_KEY: undefined });

  await expect(publish({})).rejects.toMatchObject({ name: 'BadInput', message: 'no signing key given' });
  expect(readdirSync(mirror)).toEqual([]);
});

it('refuses to publish into a mirror of an older release, until a deployment has upgraded it', async () => {
  await using kms = await smallKms(new Date('2026-11-20T00:00:00Z'));
  const mirror = temporaryFolder();
  writeFileSync(join(mirror, 'format.json'), '{"format":1,"tool":"cdk-maas-mirror"}');
  useMirror(kms, mirror);

  await expect(publish({ some: 'build' })).rejects.toMatchObject({
    name: 'NotSupported',
    message: `${mirror} has the format of an older release`,
  });
  expect(readdirSync(mirror)).toEqual(['format.json']);
  await publish({});
  expect(readdirSync(mirror)).toContain('keyring.gpg');
  expect(readFileSync(join(mirror, 'format.json'))).toEqual(formatBytes);
});
