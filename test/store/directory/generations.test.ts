import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { temporaryFolder } from '../../fixtures/temporary-folder';

it('the newest of a dozen generations is the one with the highest number, and other files are none', async () => {
  const store = new DirectoryStore(temporaryFolder());
  for (let times = 1; times <= 12; times += 1) await store.replace('index', Buffer.from(String(times)), {});
  const folder = join(store.root, '.store/generations/index');
  for (const name of ['99x', 'x99', '13.tmp']) writeFileSync(join(folder, name), '');

  expect(await store.standing('index')).toEqual({ standing: 'settled', number: 12 });
  writeFileSync(join(store.root, 'index'), '11');
  expect(await store.standing('index')).toEqual({ standing: 'restored', number: 12 });
});
