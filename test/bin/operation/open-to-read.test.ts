import { beforeAll, expect, test } from 'vitest';
import { oneView, openToRead } from '../../../bin/operation/open-to-read';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { smallDeployment, stackName } from '../../fixtures/aws/small-deployment';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serve } from '../../fixtures/servers/served-folder';
import { temporaryFolder } from '../../fixtures/temporary-folder';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

test('a view of a stack is read from its site where its bucket cannot be read', async () => {
  const folder = temporaryFolder();
  await makeSmallMirror(folder, { signer });
  await using site = await serve(folder);
  await smallDeployment({}, { url: site.address });

  const opened = await openToRead('candidate', { stack: stackName });
  expect([opened.store.name, opened.views]).toEqual([site.address, ['candidate']]);
});

test('all views of a stack are only in its bucket', async () => {
  await smallDeployment({}, { url: 'http://127.0.0.1:1/' });
  await expect(openToRead(undefined, { stack: stackName })).rejects.toThrow(/mirror-bucket|s3:/i);
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

  expect(() => oneView(opened, 'history')).toThrow(`history: no view of ${mirror} given`);
});
