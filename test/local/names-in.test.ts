import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { namesIn } from '../../lib/local/names-in';
import { temporaryFolder } from '../fixtures/temporary-folder';

test('a folder has the names in it, and one that is missing has none', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'inner'));
  writeFileSync(join(folder, 'file'), '');

  expect((await namesIn(folder)).sort()).toEqual(['file', 'inner']);
  expect(await namesIn(join(folder, 'none'))).toEqual([]);
});

test('refuses to take a file for an empty folder', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');

  await expect(namesIn(file)).rejects.toMatchObject({ code: 'ENOTDIR' });
});
