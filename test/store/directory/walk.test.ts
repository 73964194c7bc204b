import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { foldersIn, keysBelow } from '../../../lib/store/directory/walk';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const files = ['a.b', 'a/b', 'a/b.c', 'a/b/c', 'a0', 'b/.store/x', '.store/tmp/1', '.storeX', 'pool/noble/1', 'pool/n'];

function tree(): string {
  const root = temporaryFolder();
  for (const file of files.filter((one) => one !== 'a/b')) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  symlinkSync('a0', join(root, 'link'));
  symlinkSync('pool', join(root, 'view'));
  mkdirSync(join(root, 'empty'));
  return root;
}

it.each<[string, string[]]>([
  ['', ['.storeX', 'a.b', 'a/b.c', 'a/b/c', 'a0', 'b/.store/x', 'pool/n', 'pool/noble/1']],
  ['a', ['a.b', 'a/b.c', 'a/b/c', 'a0']],
  ['a/', ['a/b.c', 'a/b/c']],
  ['a/b', ['a/b.c', 'a/b/c']],
  ['a/b/', ['a/b/c']],
  ['pool/no', ['pool/noble/1']],
  ['pool/noble/1', ['pool/noble/1']],
  ['pool/noble/12', []],
  ['none/', []],
  ['a0/', []],
  ['link', []],
])('keys that begin with %j are found, sorted as S3 sorts them', async (prefix, keys) => {
  const found: string[] = [];
  for await (const key of keysBelow(tree(), prefix)) found.push(key);

  expect(found).toEqual(keys);
});

it('folders that were moved to another place are found by their links, other names of a folder are not', async () => {
  const [root, place] = [tree(), temporaryFolder()];
  mkdirSync(join(root, 'snapshots/one'), { recursive: true });
  mkdirSync(join(root, 'moved/deep/in'), { recursive: true });
  writeFileSync(join(place, 'file'), '');
  for (const [target, name] of [
    [place, 'elsewhere'],
    ['moved/deep/in', 'inside'],
    ['/missing/disk', 'gone'],
    [place, 'snapshots/two'],
    ['elsewhere', 'again'],
    [join(root, 'pool'), 'twin'],
    ['snapshots/one', 'frozen'],
    [join(place, 'file'), 'file'],
    ['.', 'all'],
  ] as const)
    symlinkSync(target, join(root, name));

  expect(await foldersIn(root, '')).toEqual([
    'a',
    'b',
    'elsewhere',
    'empty',
    'gone',
    'inside',
    'moved',
    'pool',
    'snapshots',
  ]);
  expect(await foldersIn(root, 'snapshots/')).toEqual(['one', 'two']);
});

it('refuses a tree that cannot be read, and takes a missing one for empty', async () => {
  const all = async (root: string) => {
    for await (const key of keysBelow(root, '')) expect(key).toBe('');
  };
  await all(join(temporaryFolder(), 'none'));
  const loop = join(temporaryFolder(), 'loop');
  symlinkSync('loop', loop);
  await expect(all(loop)).rejects.toMatchObject({ code: 'ELOOP' });
});
