import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { type Inside, inside } from '../../../../lib/machine/tree/inside/inside';
import { namesBelow, textsIn } from '../../../../lib/machine/tree/inside/lists';
import { hintOfPackage, shown } from '../../../../lib/machine/tree/inside/place';
import { temporaryFolder } from '../../../fixtures/temporary-folder';
import '../../../fixtures/needs-root';

let root: string;
let tree: Inside;
beforeEach(() => {
  root = temporaryFolder();
  tree = inside(root);
});

function put(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const endless = {
  name: 'BadImage',
  message: expect.stringMatching(/ in the image has too many links or folders in its path$/),
  hint: hintOfPackage,
};
const tooLong = 'x'.repeat(256);

it('leaves nothing half-written where a name is longer than a file system takes', () => {
  put('etc/file');
  expect(() => tree.write(`etc/${tooLong}`, 'text')).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }));
  expect(() => tree.link('target', `etc/${tooLong}`)).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }));
  expect(() => tree.link('t'.repeat(5000), 'etc/link')).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }));
  expect(readdirSync(join(root, 'etc'))).toEqual(['file']);
  expect(tree.kindOf(`etc/${tooLong}`)).toBeUndefined();
});

it('refuses to make folders of such names, or without end', () => {
  expect(() => tree.makeFolder(`etc/${tooLong}/x`)).toThrow(expect.objectContaining(endless));
  expect(() => tree.makeFolder(new Array(250).fill('a').join('/'))).toThrow(expect.objectContaining(endless));
});

it('follows forty links and no more', () => {
  put('there/file', 'text');
  for (let n = 0; n <= 40; n++) symlinkSync(n === 0 ? 'there' : `l${n - 1}`, join(root, `l${n}`));
  expect(tree.readText('l39/file')).toBe('text');
  expect(() => tree.readText('l40/file')).toThrow(expect.objectContaining(endless));
  symlinkSync('a/'.repeat(201), join(root, 'long'));
  expect(() => tree.list('long')).toThrow(expect.objectContaining(endless));
});

it('gives what it makes the usual rights, whatever the umask is', () => {
  const before = process.umask(0o077);
  tree.write('a/b/file', 'text');
  process.umask(before);
  const modes = ['a', 'a/b', 'a/b/file'].map((path) => statSync(join(root, path)).mode & 0o777);
  expect(modes).toEqual([0o755, 0o755, 0o644]);
  expect(tree.makeFolder('c')).toBe(join(root, 'c'));
});

it('finds the file that a path leads to, links followed', () => {
  put('usr/lib/file');
  symlinkSync('/usr/lib', join(root, 'lib'));
  symlinkSync('../lib/file', join(root, 'usr/link'));
  expect(tree.fileAt('usr/link')).toBe('usr/lib/file');
  expect(tree.fileAt('lib/file')).toBe('usr/lib/file');
  expect([tree.fileAt('lib'), tree.fileAt('none'), tree.fileAt('none/x')]).toEqual([undefined, undefined, undefined]);
  expect([tree.kindOf('lib'), tree.kindOf('usr'), tree.kindOf('usr/lib/file'), tree.kindOf('usr/lib/file/x')]).toEqual([
    ...['link', 'folder', 'file'],
    undefined,
  ]);
  expect(tree.kindOf('.')).toBe('folder');
});

it('refuses to move, take out and add to what is missing', () => {
  const missing = (path: string) =>
    expect.objectContaining({ message: `/${path} in the image is missing`, hint: hintOfPackage });
  expect(() => tree.rename('none', 'x')).toThrow(missing('none'));
  expect(() => tree.copyOut('none/x', join(root, 'x'))).toThrow(missing('none/x'));
  expect(() => tree.append('none', 'x')).toThrow(missing('none'));
  expect(tree.changeMode('none', 0o755)).toBe(false);
});

it('takes a file out to a new file of this machine, with its time, for all to read', () => {
  put('file', 'text');
  const file = join(temporaryFolder(), 'taken');
  const before = process.umask(0o077);
  tree.copyOut('file', file);
  process.umask(before);
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['text', 0o644]);
  expect(statSync(file).mtimeMs).toBeCloseTo(statSync(join(root, 'file')).mtimeMs, -1);
  expect(() => tree.copyOut('file', file)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
});

it('lists names below a folder eight folders deep, by name, links not followed', () => {
  for (const path of ['a/z', 'a/b/c', 'a/1/2/3/4/5/6/7/8', 'a/1/2/3/4/5/6/7/folder/9']) put(path);
  symlinkSync('b', join(root, 'a/link'));
  expect(namesBelow(tree, 'a')).toEqual(['1/2/3/4/5/6/7/8', 'b/c', 'link', 'z']);
  expect(namesBelow(tree, 'a', 1)).toEqual(['link', 'z']);
  expect(namesBelow(tree, 'none')).toEqual([]);
});

it('reads the texts that are chosen by their names or of all names', () => {
  for (const name of ['b.list', 'a.list', 'deep/c.list', 'd.old']) put(`lists/${name}`, name);
  const names = (choose: Parameters<typeof textsIn>[2]) => textsIn(tree, 'lists', choose);
  expect(names(/\.list$/)).toEqual(['a.list', 'b.list', 'deep/c.list'].map((name) => ({ name, text: name })));
  expect(names((all) => [all.at(-1) ?? '', 'none'])).toEqual([
    { name: 'deep/c.list', text: 'deep/c.list' },
    { name: 'none', text: '' },
  ]);
});

it('removes a file, a folder with all in it, and nothing where nothing is', async () => {
  for (const path of ['file', 'folder/a/b', 'kept']) put(path);
  for (const path of ['file', 'folder', 'none']) await tree.remove(path);
  expect(readdirSync(root)).toEqual(['kept']);
});

it('restores what another tree has, and removes what it has not', async () => {
  const base = inside(temporaryFolder());
  base.write('etc/a', 'base', 0o600);
  for (const path of ['etc/a', 'etc/b']) put(path, 'own');
  for (const path of ['etc/a', 'etc/b', 'none/a']) await tree.restore(path, base);
  expect([tree.readText('etc/a'), existsSync(join(root, 'etc/b'))]).toEqual(['base', false]);
  expect(statSync(join(root, 'etc/a')).mode & 0o777).toBe(0o600);
  base.write('other/c', '');
  await tree.restore('other/c', base);
  expect(existsSync(join(root, 'other'))).toBe(false);
});

it('is named in messages as a path of the image, in plain letters', () => {
  expect(shown('//etc/a\nb')).toBe('/etc/a?b in the image');
  expect(hintOfPackage).toBe(
    'it was created by a package of the image or of an added repository; build without that package',
  );
});
