import { expect, it } from 'vitest';
import { itemKeyIn } from '../../../lib/operations/verify/item-key';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { HttpStore } from '../../../lib/store/http/http';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { MemoryStore } from '../../publication/made/memory-store';

const path = 'noble/amd64/1/squashfs';

it('items are in the pool of a bucket, and of a directory that has one', async () => {
  const directory = new DirectoryStore(folderInMemory());
  await directory.create(`pool/${path}`, Buffer.from('squashfs'));

  for (const store of [new MemoryStore(), directory]) {
    expect((await itemKeyIn(store))('candidate', path)).toBe(`pool/${path}`);
  }
});

it('items are below the view over HTTP, and in a copy of views alone', async () => {
  for (const store of [new HttpStore('http://host/'), new DirectoryStore(folderInMemory())]) {
    expect((await itemKeyIn(store))('candidate', path)).toBe(`candidate/${path}`);
  }
});
