import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, test } from 'vitest';
import { newestTime, takeFiles, unpackPackages } from '../../../lib/machine/dpkg/package-tree';
import { temporaryFolder } from '../../fixtures/temporary-folder';

let tree: string;
let to: string;
beforeEach(() => {
  [tree, to] = [temporaryFolder(), join(temporaryFolder(), 'taken')];
  mkdirSync(join(tree, 'usr/lib/shim'), { recursive: true });
  for (const name of ['b.c32', 'a.c32', 'axc32', 'a.c32.old']) writeFileSync(join(tree, 'usr/lib/shim', name), name);
  mkdirSync(join(tree, 'usr/lib/shim/folder.c32'));
});

describe('the files of a tree', () => {
  test('are found by a path', async () => {
    expect(await takeFiles(tree, 'usr/lib/shim/a.c32', to)).toEqual([{ name: 'a.c32', file: join(to, 'a.c32') }]);
    expect(readFileSync(join(to, 'a.c32'), 'utf8')).toBe('a.c32');
  });

  test('are found by a pattern, sorted, and without folders', async () => {
    const found = await takeFiles(tree, 'usr/lib/shim/*.c32', to);
    expect(found.map(({ name }) => name)).toEqual(['a.c32', 'b.c32']);
  });

  test.each(['usr/lib/shim/c.c32', 'usr/lib/other/*', 'usr/lib/shim/a.c32/*'])('are none at %s', async (path) => {
    expect(await takeFiles(tree, path, to)).toEqual([]);
  });

  test('may be links, which lead where they would on a machine', async () => {
    const lib = join(tree, 'usr/lib/shim');
    symlinkSync('a.c32', join(lib, 'relative'));
    symlinkSync('/usr/lib/shim/relative', join(lib, 'absolute'));
    symlinkSync('/etc/passwd', join(lib, 'elsewhere'));
    symlinkSync('../../../../../../../../etc/passwd', join(lib, 'outside'));

    expect(await takeFiles(tree, 'usr/lib/shim/absolute', to)).toEqual([
      { name: 'absolute', file: join(to, 'absolute') },
    ]);
    expect(readFileSync(join(to, 'absolute'), 'utf8')).toBe('a.c32');
    for (const name of ['elsewhere', 'outside']) expect(await takeFiles(tree, `usr/lib/shim/${name}`, to)).toEqual([]);
  });

  test('refuses a link that leads in a circle', async () => {
    symlinkSync('circle', join(tree, 'usr/lib/shim/circle'));

    await expect(takeFiles(tree, 'usr/lib/shim/circle', to)).rejects.toMatchObject({
      name: 'BadImage',
      message: '/usr/lib/shim/circle in the image has too many links or folders in its path',
    });
  });

  test('have the times that they had', async () => {
    utimesSync(join(tree, 'usr/lib/shim/a.c32'), 2000, 1_700_000_000.9);
    utimesSync(join(tree, 'usr/lib/shim/b.c32'), 3000, 1_600_000_000);
    const found = await takeFiles(tree, 'usr/lib/shim/*.c32', to);

    expect(await newestTime(found.map(({ file }) => file))).toBe(1_700_000_000);
  });
});

describe('packages that are unpacked over each other', () => {
  /** A .deb of what this shell script puts into its folder. */
  function packageOf(name: string, script: string): string {
    const [folder, file] = [join(temporaryFolder(), name), join(temporaryFolder(), `${name}.deb`)];
    mkdirSync(join(folder, 'DEBIAN'), { recursive: true });
    writeFileSync(
      join(folder, 'DEBIAN/control'),
      `Package: ${name}\nVersion: 1\nArchitecture: all\nMaintainer: n <n@example.com>\nDescription: d\n`,
    );
    execFileSync('sh', ['-euc', script], { cwd: folder });
    execFileSync('dpkg-deb', ['--build', folder, file], { stdio: 'ignore' });
    return file;
  }

  it('make one tree, in which the later one counts', async () => {
    const one = packageOf('one', 'mkdir -p usr/lib; echo one > usr/lib/both; echo one > usr/lib/one');
    const two = packageOf('two', 'mkdir -p usr/lib; echo two > usr/lib/both');
    const folder = join(temporaryFolder(), 'tree');
    await unpackPackages([one, two], folder);

    expect(['one', 'both'].map((name) => readFileSync(join(folder, 'usr/lib', name), 'utf8'))).toEqual([
      'one\n',
      'two\n',
    ]);
  });

  it('refuses one that would write through a link of another', async () => {
    const outside = temporaryFolder();
    const one = packageOf('one', `mkdir usr; ln -s ${outside} usr/lib`);
    const two = packageOf('two', 'mkdir -p usr/lib; echo two > usr/lib/planted');

    await expect(unpackPackages([one, two], join(temporaryFolder(), 'tree'))).rejects.toMatchObject({
      name: 'CommandFailed',
      message: expect.stringContaining('usr/lib'),
    });
    expect(existsSync(join(outside, 'planted'))).toBe(false);
  });

  it('write into no file of this machine that a link of another leads to', async () => {
    const outside = join(temporaryFolder(), 'precious');
    writeFileSync(outside, 'precious');
    const one = packageOf('one', `mkdir usr; ln -s ${outside} usr/file`);
    const two = packageOf('two', 'mkdir usr; echo two > usr/file');
    await unpackPackages([one, two], join(temporaryFolder(), 'tree'));

    expect(readFileSync(outside, 'utf8')).toBe('precious');
  });
});
