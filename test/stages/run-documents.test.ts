import { expect, it } from 'vitest';
import { sha256Of } from '../../lib/sha256';
import { materialsAt, requestAt } from '../../lib/stages/run-documents';
import { DirectoryStore } from '../../lib/store/directory/directory';
import { temporaryFolder } from '../fixtures/temporary-folder';

const hint =
  'no stage of this version returns this: read the log of its build before you build again; nothing was published';

/** A work store that has one document. */
async function storeWith(key: string, text: string): Promise<DirectoryStore> {
  const store = new DirectoryStore(temporaryFolder());
  await store.create(key, Buffer.from(text));
  return store;
}

const measured = (text: string) => ({ sha256: sha256Of(text), size: Buffer.byteLength(text) });

it('an order of an execution is read as Plan wrote it down', async () => {
  const store = await storeWith('runs/one/request.json', '{"release":"noble","architectures":["amd64"]}');

  expect(await requestAt('one', store)).toMatchObject({
    release: 'noble',
    architectures: ['amd64'],
    view: 'candidate',
  });
});

it('refuses what has expired', async () => {
  const store = new DirectoryStore(temporaryFolder());

  await expect(requestAt('one', store)).rejects.toMatchObject({
    name: 'NoSuchObject',
    message: expect.stringMatching(/ has no runs\/one\/request\.json$/),
    hint: 'the run has expired; start a new build',
  });
  await expect(materialsAt({ key: 'a', ...measured('') }, store)).rejects.toMatchObject({ name: 'NoSuchObject' });
});

it('refuses an order that is none', async () => {
  const store = await storeWith('runs/one/request.json', '{"release":"noble"}');

  await expect(requestAt('one', store)).rejects.toMatchObject({
    name: 'BadInput',
    message: expect.stringMatching(/^the build request of the execution is not valid: architectures: /),
  });
});

it('what went in is read as Prepare said that it is', async () => {
  const text = '{"archives":[],"changed":[],"installed":{}}';

  expect(await materialsAt({ key: 'a', ...measured(text) }, await storeWith('a', text))).toEqual({
    ...{ archives: [], changed: [], removed: [], installed: {} },
  });
});

it('refuses what was changed after Prepare handed it on', async () => {
  const store = await storeWith('a', '{}');
  const hintOf = 'it was changed after the build stored it; start a new build';

  await expect(materialsAt({ key: 'a', ...measured('{ }') }, store)).rejects.toMatchObject({
    ...{ name: 'ChecksumMismatch', message: 'a has 2 bytes, but its build reported 3 bytes', hint: hintOf },
  });
  await expect(materialsAt({ key: 'a', ...measured('[]') }, store)).rejects.toMatchObject({
    ...{ name: 'ChecksumMismatch', hint: hintOf },
    message: `a has sha256 ${sha256Of('{}')}, but its build reported ${sha256Of('[]')}`,
  });
});

it.each([
  ['is no JSON', '{', { name: 'BadFormat', message: "Prepare's materials document is not valid JSON" }],
  [
    'says something else',
    '{"archives":1}',
    { name: 'BadInput', message: expect.stringMatching(/^Prepare's materials document is not valid: archives: /) },
  ],
])('refuses what Prepare handed on where it %s', async (_, text, refused) => {
  await expect(materialsAt({ key: 'a', ...measured(text) }, await storeWith('a', text))).rejects.toMatchObject({
    ...{ ...refused, hint },
  });
});
