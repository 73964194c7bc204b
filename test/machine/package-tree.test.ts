import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { filesInTree, newestTime } from '../../lib/machine/package-tree';
import { temporaryFolder } from '../fixtures/temporary-folder';

let tree: string;
beforeEach(() => {
  tree = temporaryFolder();
  mkdirSync(join(tree, 'usr/lib/shim'), { recursive: true });
  for (const name of ['b.c32', 'a.c32', 'axc32', 'a.c32.old']) writeFileSync(join(tree, 'usr/lib/shim', name), name);
  mkdirSync(join(tree, 'usr/lib/shim/folder.c32'));
});

describe('the files of a tree', () => {
  test('are found by a path', async () => {
    expect(await filesInTree(tree, 'usr/lib/shim/a.c32')).toEqual([
      { name: 'a.c32', file: join(tree, 'usr/lib/shim/a.c32') },
    ]);
  });

  test('are found by a pattern, sorted, and without folders', async () => {
    const found = await filesInTree(tree, 'usr/lib/shim/*.c32');
    expect(found.map(({ name }) => name)).toEqual(['a.c32', 'b.c32']);
  });

  test.each(['usr/lib/shim/c.c32', 'usr/lib/other/*', 'usr/lib/shim/a.c32/*'])('are none at %s', async (path) => {
    expect(await filesInTree(tree, path)).toEqual([]);
  });

  test('may be links, which lead where they would on a machine', async () => {
    const lib = join(tree, 'usr/lib/shim');
    symlinkSync('a.c32', join(lib, 'relative'));
    symlinkSync('/usr/lib/shim/relative', join(lib, 'absolute'));
    symlinkSync('/etc/passwd', join(lib, 'elsewhere'));

    expect(await filesInTree(tree, 'usr/lib/shim/absolute')).toEqual([{ name: 'absolute', file: join(lib, 'a.c32') }]);
    expect(await filesInTree(tree, 'usr/lib/shim/elsewhere')).toEqual([]);
  });

  test.each(['../../../../outside', 'circle'])('refuses a link to %s', async (target) => {
    symlinkSync(target, join(tree, 'usr/lib/shim/circle'));

    await expect(filesInTree(tree, 'usr/lib/shim/circle')).rejects.toMatchObject({
      name: 'BadFormat',
      message: `the link usr/lib/shim/circle of a package leads to ${target}`,
    });
  });
});

test('the newest time is that of the newest file', async () => {
  const files = ['a.c32', 'b.c32'].map((name) => join(tree, 'usr/lib/shim', name));
  utimesSync(files[0] ?? '', 2000, 1_700_000_000.9);
  utimesSync(files[1] ?? '', 3000, 1_600_000_000);

  expect(await newestTime(files)).toBe(1_700_000_000);
});
