import { mkdirSync, readlinkSync, realpathSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { exposeFolder } from '../../../lib/store/directory/expose';
import { temporaryFolder } from '../../fixtures/temporary-folder';

it('a view shows a folder of the pool by a relative link, as often as it is asked', async () => {
  const root = temporaryFolder();
  for (const view of ['candidate', 'candidate', 'snapshots/2026-11']) await exposeFolder(root, view, 'noble/amd64');

  expect(readlinkSync(join(root, 'candidate/noble/amd64'))).toBe('../../pool/noble/amd64');
  expect(readlinkSync(join(root, 'snapshots/2026-11/noble/amd64'))).toBe('../../../pool/noble/amd64');
});

it('a view that was moved, with a link in its place, shows the pool by links from there', async () => {
  const [root, place] = [temporaryFolder(), temporaryFolder()];
  await exposeFolder(root, 'candidate', 'noble');
  mkdirSync(join(root, 'pool/noble'), { recursive: true });
  renameSync(join(root, 'candidate'), join(place, 'candidate'));
  symlinkSync(join(place, 'candidate'), join(root, 'candidate'));

  for (const folder of ['noble', 'noble', 'jammy']) await exposeFolder(root, 'candidate', folder);

  expect(realpathSync(join(root, 'candidate/noble'))).toBe(realpathSync(join(root, 'pool/noble')));
  expect(readlinkSync(join(root, 'candidate/jammy'))).toBe(
    relative(join(place, 'candidate'), join(root, 'pool/jammy')),
  );
});

it.each<[string, (path: string) => void, string]>([
  ['a folder', (path) => mkdirSync(path), 'not a link'],
  ['a file', (path) => writeFileSync(path, ''), 'not a link'],
  ['another link', (path) => symlinkSync('/elsewhere', path), 'a link to /elsewhere'],
])('refuses to take the place of %s', async (_, make, what) => {
  const root = temporaryFolder();
  mkdirSync(join(root, 'candidate'));
  make(join(root, 'candidate/noble'));

  await expect(exposeFolder(root, 'candidate', 'noble')).rejects.toMatchObject({
    name: 'ForeignDirectory',
    message: `${join(root, 'candidate/noble')} is ${what}, not to ../pool/noble`,
    hint: 'it was not created by maas-mirror; move it away and run the command again',
    cause: { code: 'EEXIST' },
  });
});

it('refuses to lie below a file', async () => {
  const root = temporaryFolder();
  writeFileSync(join(root, 'candidate'), '');

  await expect(exposeFolder(root, 'candidate', 'noble')).rejects.toMatchObject({
    ...{ name: 'ForeignDirectory', message: `${join(root, 'candidate/noble')} is not a link, not to ../pool/noble` },
  });
});
