import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Inside, inside } from '../../../../lib/machine/tree/inside/inside';
import { textsIn } from '../../../../lib/machine/tree/inside/lists';
import { temporaryFolder } from '../../../fixtures/temporary-folder';
import '../../../fixtures/needs-root';

let root: string;
let outside: string;
let tree: Inside;
beforeEach(() => {
  [root, outside] = [temporaryFolder(), temporaryFolder()];
  tree = inside(root);
  for (const folder of ['etc', 'usr/lib/deep']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'usr/lib/deep/file'), 'inside', { mode: 0o640 });
  writeFileSync(join(outside, 'file'), 'outside');
});

const link = (target: string, path: string) => symlinkSync(target, join(root, path));
const mode = (path: string) => statSync(path).mode & 0o7777;

describe('a path in a tree', () => {
  it.each([
    ['usr/lib', 'lib', 'lib/deep/file'],
    ['/usr/lib', 'lib', 'lib/deep/file'],
    ['../../../../../../usr/lib', 'lib', 'lib/deep/file'],
    ['/../usr/./lib/../lib/deep', 'etc/deep', '/etc/deep/../deep//file'],
  ])('follows a link to %s on the way as in a chroot', (target, at, path) => {
    link(target, at);

    expect(tree.readText(path)).toBe('inside');
  });

  it('leads nowhere out of the tree', () => {
    link(outside, 'out');
    link('..', 'usr/up');

    expect(tree.readText('out/file')).toBeUndefined();
    expect(tree.readText(`../../..${outside}/file`)).toBeUndefined();
    expect(tree.readText('usr/up/up/up/usr/lib/deep/file')).toBeUndefined();
    expect(tree.readText('usr/up/usr/up/usr/lib/deep/file')).toBe('inside');
  });

  it('leads where a program leads that has the tree as its root, whatever links there are', () => {
    const part = fc.constantFrom('a', 'b', 'c', '..', '.', '');
    const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    const target = fc.tuple(fc.boolean(), path).map(([absolute, name]) => (absolute ? `/${name}` : name || 'a'));
    const made = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'a/b', 'a/c', 'b/c'), fc.option(target)), {
      maxLength: 6,
    });
    const chroots: { folder: string; path: string; ours: string }[] = [];
    fc.assert(
      fc.property(made, path, (things, asked) => {
        const folder = temporaryFolder();
        for (const [name, to] of things) {
          const at = join(folder, name);
          if (!lstatSync(dirname(at), { throwIfNoEntry: false })?.isDirectory()) continue;
          if (lstatSync(at, { throwIfNoEntry: false }) !== undefined) continue;
          if (to === null) mkdirSync(at);
          else symlinkSync(to, at);
        }
        mkdirSync(join(folder, 'here'));
        let ours: string;
        try {
          ours = inside(folder)
            .list(asked === '' ? '.' : asked)
            .map(({ name }) => name)
            .join(' ');
        } catch (error) {
          expect(error).toMatchObject({ name: 'BadImage' });
          ours = '';
        }
        chroots.push({ folder, path: asked === '' ? '.' : asked, ours });
      }),
      { numRuns: 150 },
    );
    const script = `
      for (;<STDIN>;) { chomp; my ($folder, $path) = split /\\t/; my $pid = fork;
        if (!$pid) { chroot $folder; chdir '/'; opendir(my $d, "/$path") or (print("\\n"), exit);
          print join(' ', sort grep { !/^\\.\\.?$/ } readdir $d), "\\n"; exit }
        waitpid $pid, 0 }`;
    const input = chroots.map(({ folder, path: asked }) => `${folder}\t${asked}\n`).join('');
    const said = execFileSync('perl', ['-e', `$| = 1; ${script}`], { input, encoding: 'utf8' }).split('\n');
    expect(chroots.map(({ ours }) => ours)).toEqual(said.slice(0, -1));
  });

  it.each([
    ['a circle of links', (at: string) => symlinkSync('there', join(at, 'there'))],
    [
      'forty links and one',
      (at: string) => {
        for (let n = 0; n <= 40; n++)
          symlinkSync(n === 40 ? 'usr' : `l${n + 1}`, join(at, n === 0 ? 'there' : `l${n}`));
      },
    ],
  ])('refuses %s', (_, make) => {
    make(root);

    expect(() => tree.list('there')).toThrow(expect.objectContaining({ name: 'BadImage' }));
  });

  it('refuses a way into what this machine has mounted in the tree', async () => {
    link('/mounted', 'etc/apt');
    mkdirSync(join(root, 'mounted'));
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', join(root, 'mounted')]);
    try {
      const refused = expect.objectContaining({ message: expect.stringContaining('is on another file system') });
      expect(() => tree.write('etc/apt/file', '')).toThrow(refused);
      expect(() => tree.list('mounted')).toThrow(refused);
      expect(readdirSync(join(root, 'mounted'))).toEqual([]);
    } finally {
      execFileSync('umount', [join(root, 'mounted')]);
    }
  });
});

describe('a file in a tree', () => {
  it.each([
    ['FIFO', (at: string) => execFileSync('mkfifo', [at])],
    ['device', (at: string) => execFileSync('mknod', [at, 'c', '1', '5'])],
    [
      'socket',
      (at: string) =>
        execFileSync('perl', [
          '-MIO::Socket::UNIX',
          '-e',
          'IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1) or die',
          at,
        ]),
    ],
    ['link', (at: string) => symlinkSync('/usr/lib/deep/file', at)],
    ['folder', (at: string) => mkdirSync(at)],
  ])('refuses to be read where it is a %s, by its name', async (kind, make) => {
    make(join(root, 'etc/x'));
    const refused = expect.objectContaining({
      name: 'BadImage',
      message: `/etc/x in the image is a ${kind}, where a file is expected`,
      hint: expect.stringContaining('build without that package'),
    });

    expect(() => tree.read('etc/x')).toThrow(refused);
    expect(() => tree.copyOut('/etc/x', join(outside, 'taken'))).toThrow(refused);
    expect(() => tree.append('etc/x', 'more')).toThrow(refused);
    if (kind !== 'folder') expect(() => textsIn(tree, 'etc', /x$/)).toThrow(refused);
    if (kind !== 'link') expect(() => tree.changeMode('etc/x', 0o644)).toThrow(refused);
    expect(readdirSync(outside)).toEqual(['file']);
  });

  it('refuses to be read where it is larger than it may be', () => {
    truncateSync(join(root, 'usr/lib/deep/file'), 2 ** 40);

    for (const read of [
      () => tree.read('usr/lib/deep/file'),
      () => tree.append('usr/lib/deep/file', ''),
      () => tree.copyOut('usr/lib/deep/file', join(outside, 'taken')),
      () => textsIn(tree, 'usr', /file$/),
    ]) {
      expect(read).toThrow(
        expect.objectContaining({ name: 'BadImage', message: expect.stringContaining(`${2 ** 40}`) }),
      );
    }
    expect(() => inside(outside).readText('file', 6)).toThrow('has 7 bytes, more than the limit of 6');
    expect(inside(outside).readText('file', 7)).toBe('outside');
  });

  it('is named in messages without what would begin a line or move a cursor', () => {
    const path = 'etc/a\n✓ \u001b[2K\u202eb';
    execFileSync('mkfifo', [join(root, path)]);

    expect(() => tree.read(path)).toThrow('/etc/a?✓ ?[2K?b in the image is a FIFO');
  });

  it('refuses a folder with more names than are read of it', () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(root, 'etc', name), '');

    expect(tree.list('etc', 3)).toHaveLength(3);
    expect(() => tree.list('etc', 2)).toThrow('/etc in the image has more than 2 entries');
  });

  it('refuses lists that are large together', () => {
    mkdirSync(join(root, 'lists'));
    for (let n = 0; n < 9; n++) {
      writeFileSync(join(root, `lists/${n}_InRelease`), '');
      truncateSync(join(root, `lists/${n}_InRelease`), 32 * 1024 * 1024);
    }

    expect(() => textsIn(tree, 'lists', /_InRelease$/)).toThrow('/lists/8_InRelease in the image has 33554432 bytes');
  });

  it.each([
    ['nothing', () => {}],
    ['a link to a file of this machine', (at: string) => symlinkSync(join(outside, 'file'), at)],
    ['a link to nowhere', (at: string) => symlinkSync(join(outside, 'new'), at)],
    ['a FIFO', (at: string) => execFileSync('mkfifo', [at])],
  ])('is written in place of %s', async (_, make) => {
    make(join(root, 'etc/x'));
    tree.write('etc/x', 'new', 0o755);

    expect(lstatSync(join(root, 'etc/x')).isFile()).toBe(true);
    expect([readFileSync(join(root, 'etc/x'), 'utf8'), mode(join(root, 'etc/x'))]).toEqual(['new', 0o755]);
    expect([readdirSync(outside), readFileSync(join(outside, 'file'), 'utf8')]).toEqual([['file'], 'outside']);
    expect(readdirSync(join(root, 'etc'))).toEqual(['x']);
  });

  it('refuses to take the place of a folder, and leaves nothing', () => {
    expect(() => tree.write('usr/lib', 'x')).toThrow('/usr/lib in the image is a folder, where a file is expected');
    expect(() => tree.link('x', 'usr/lib')).toThrow('/usr/lib in the image is a folder');
    expect(readdirSync(join(root, 'usr'))).toEqual(['lib']);
  });

  it('grows, and keeps its mode', () => {
    tree.append('usr/lib/deep/file', ' and more');

    expect(tree.readText('usr/lib/deep/file')).toBe('inside and more');
    expect(mode(join(root, 'usr/lib/deep/file'))).toBe(0o640);
    expect(() => tree.append('etc/none', 'x')).toThrow('/etc/none in the image is missing');
  });

  it('has its mode changed, through a link only in the tree', () => {
    link('/usr/lib/deep/file', 'etc/in');
    link(join(outside, 'file'), 'etc/out');
    const before = mode(join(outside, 'file'));

    expect(tree.changeMode('etc/in', 0o755)).toBe(true);
    expect(tree.changeMode('etc/out', 0o777)).toBe(false);
    expect([mode(join(root, 'usr/lib/deep/file')), mode(join(outside, 'file'))]).toEqual([0o755, before]);
  });

  it('moves', () => {
    tree.rename('usr/lib/deep/file', 'etc/new/file');

    expect(tree.readText('etc/new/file')).toBe('inside');
    expect(() => tree.rename('usr/lib/deep/file', 'etc/file')).toThrow('/usr/lib/deep/file in the image is missing');
    expect(() => tree.rename('etc/new', 'etc/file')).toThrow('/etc/new in the image is a folder');
  });
});

describe('folders in a tree', () => {
  it('are made with what is above them, through links as in a chroot', () => {
    link('/usr/lib', 'lib');
    link(`${outside}/new`, 'etc/apt');
    tree.makeFolder('lib/modules');
    tree.write('etc/apt/preferences.d/x', '');

    expect(statSync(join(root, 'usr/lib/modules')).isDirectory()).toBe(true);
    expect(existsSync(join(root, outside, 'new/preferences.d/x'))).toBe(true);
    expect(readdirSync(outside)).toEqual(['file']);
  });

  it('refuses to make one where a file is', () => {
    expect(() => tree.makeFolder('usr/lib/deep/file/x')).toThrow('/usr/lib/deep/file/x in the image is not a folder');
    expect(() => tree.write('usr/lib/deep/file/x', '')).toThrow('has no parent folder');
  });

  it('are removed without what their links lead to', async () => {
    link(outside, 'usr/lib/out');
    link(join(outside, 'file'), 'etc/out');
    for (const path of ['usr', 'etc/out', 'none', 'none/x']) await tree.remove(path);

    expect([readdirSync(root), readdirSync(join(root, 'etc')), readdirSync(outside)]).toEqual([['etc'], [], ['file']]);
  });

  it('are listed with what is in them', () => {
    link(outside, 'etc/out');
    execFileSync('mkfifo', [join(root, 'etc/fifo')]);

    writeFileSync(join(root, 'etc/zeros'), Buffer.alloc(5));

    expect(tree.list('etc')).toMatchObject([
      { name: 'fifo', kind: 'FIFO' },
      { name: 'out', kind: 'link' },
      { name: 'zeros', kind: 'file', size: 5 },
    ]);
    expect([tree.list('etc/out'), tree.list('none'), tree.list('etc/fifo')]).toEqual([[], [], []]);
  });

  it('are restored from another tree as they are, links of either not followed', async () => {
    const base = temporaryFolder();
    mkdirSync(join(base, 'etc/kept'), { recursive: true });
    symlinkSync(outside, join(base, 'etc/kept/link'));
    execFileSync('mkfifo', [join(base, 'etc/kept/fifo')]);
    symlinkSync(outside, join(base, 'var'));
    link(outside, 'etc/kept');
    writeFileSync(join(root, 'file'), '');
    for (const path of ['etc/kept', 'var/file', 'file', 'none/x']) await tree.restore(path, inside(base));

    expect(readlinkSync(join(root, 'etc/kept/link'))).toBe(outside);
    expect(lstatSync(join(root, 'etc/kept/fifo')).isFIFO()).toBe(true);
    expect(readdirSync(root).sort()).toEqual(['etc', 'usr']);
    expect(readdirSync(outside)).toEqual(['file']);
  });
});
