import { beforeAll, expect, test } from 'vitest';
import { oneView, openToRead } from '../../../bin/operation/open-to-read';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { environment } from '../../fixtures/aws/fake-aws';
import { smallDeployment, stackName } from '../../fixtures/aws/small-deployment';
import { type SmallS3, startSmallS3 } from '../../fixtures/aws/small-s3/server';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serve } from '../../fixtures/servers/served-folder';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

/** A stack whose bucket is this one. */
async function stackWith(s3: SmallS3, url?: string) {
  await smallDeployment({}, { ...(url !== undefined && { url }) });
  environment({ AWS_ENDPOINT_URL_S3: s3.url });
}
const denied = async () => startSmallS3({ faultOf: () => ({ answer: [403, 'AccessDenied'] }) });

test('a view of a stack is read from its site where its bucket may not be read', async () => {
  const folder = temporaryFolder();
  await makeSmallMirror(folder, { signer });
  await using site = await serve(folder);
  await using s3 = await denied();
  await stackWith(s3, site.address);

  for (const mayBeDeleted of [false, true]) {
    const opened = await openToRead('candidate', { stack: stackName }, undefined, { mayBeDeleted });
    expect([opened.store.name, opened.views]).toEqual([site.address, ['candidate']]);
  }
});

test('refuses to read all views of a stack from its site, and any if something else is wrong with the bucket', async () => {
  await using s3 = await denied();
  await stackWith(s3);
  await expect(openToRead(undefined, { stack: stackName })).rejects.toMatchObject({ name: 'AccessDenied' });

  await using other = await startSmallS3({ buckets: {} });
  await stackWith(other);
  await expect(openToRead('candidate', { stack: stackName })).rejects.toMatchObject({ name: 'NoSuchBucket' });
});

test('a deleted view of a stack may be named, if that is allowed', async () => {
  await using s3 = await startSmallS3({ buckets: { mirror: 'eu-west-1' } });
  await stackWith(s3);
  const opened = await openToRead('gone', { stack: stackName }, undefined, { mayBeDeleted: true });
  expect([opened.store.name, opened.views]).toEqual(['s3://mirror', ['gone']]);
  await expect(openToRead('gone', { stack: stackName })).rejects.toThrow('has no view "gone"');
});

test('a view is found by its name, its address, and an option', async () => {
  const mirror = temporaryFolder();
  await makeSmallMirror(mirror, { signer });

  for (const opened of [
    await openToRead('candidate', { mirror }),
    await openToRead(`${mirror}/candidate`, {}),
    await openToRead(undefined, { mirror }, ['candidate']),
  ]) {
    expect([opened.store.name, oneView(opened, 'history')]).toEqual([mirror, 'candidate']);
  }
});

test('refuses a misspelt view, except where a deleted one may be named', async () => {
  const mirror = temporaryFolder();
  await makeSmallMirror(mirror, { signer });

  await expect(openToRead('stabel', { mirror })).rejects.toThrow('has no view "stabel"; it has candidate');
  expect((await openToRead('stabel', { mirror }, undefined, { mayBeDeleted: true })).views).toEqual(['stabel']);
});

test('refuses a command for one view that names none', async () => {
  const mirror = temporaryFolder();
  await makeSmallMirror(mirror, { signer });
  const opened = await openToRead(undefined, { mirror });

  expect(() => oneView(opened, 'history')).toThrow(
    expect.objectContaining({
      message: `history: no view of ${mirror} given`,
      hint: 'name a view, such as: maas-mirror history candidate',
    }),
  );
});
