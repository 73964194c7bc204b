import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLinks } from '../../../lib/operations/verify/check-links';
import { itemKeyIn } from '../../../lib/operations/verify/item-key';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { MemoryStore } from '../../publication/made/memory-store';

const folder = 'noble/amd64/1';
const items = ['squashfs', 'boot-kernel'].map((name) => ({ path: `${folder}/${name}`, folder, size: 1, sha256: 'a' }));
const view = { view: 'candidate', documents: [], items, problems: [] };

/** A directory whose pool has both items, and whose view has none. */
function madeDirectory(): string {
  const root = folderInMemory();
  for (const { path } of items) write(join(root, 'pool', path));
  mkdirSync(join(root, 'candidate/noble/amd64'), { recursive: true });
  return root;
}

function write(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '1');
}

async function checked(root: string) {
  const store = new DirectoryStore(root);
  const { problems, copies } = await checkLinks(store, [view], await itemKeyIn(store));
  return { problems, copies: Object.fromEntries(copies) };
}

describe('the links of a directory', () => {
  it('lead to the pool', async () => {
    const root = madeDirectory();
    symlinkSync(`../../../pool/${folder}`, join(root, 'candidate', folder));

    expect(await checked(root)).toEqual({ problems: [], copies: {} });
  });

  it('are told once for a folder where they are missing', async () => {
    expect(await checked(madeDirectory())).toEqual({
      problems: [
        {
          object: `candidate/${folder}`,
          rule: 'link',
          message: `it does not lead to pool/${folder}; if the link is missing, the next publication of this release creates it`,
        },
      ],
      copies: {},
    });
  });

  it('may have become folders, whose files are to be read as well', async () => {
    const root = madeDirectory();
    for (const { path } of items) write(join(root, 'candidate', path));

    expect(await checked(root)).toEqual({
      problems: [],
      copies: Object.fromEntries(items.map((item) => [`candidate/${item.path}`, [item]])),
    });
  });

  it('say nothing of an item that is missing in the pool, which is told as such', async () => {
    const root = madeDirectory();
    for (const { path } of items) rmSync(join(root, 'pool', path));
    write(join(root, 'pool/other'));

    expect(await checked(root)).toEqual({ problems: [], copies: {} });
  });

  it('are no matter of other stores', async () => {
    const store = new MemoryStore();
    expect(await checkLinks(store, [view], await itemKeyIn(store))).toEqual({ problems: [], copies: new Map() });
  });
});
