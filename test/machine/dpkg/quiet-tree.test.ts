import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manifestFrom, manifestOf } from '../../../lib/machine/dpkg/manifest';
import { conffilesOf, packageFiles, packageLists } from '../../../lib/machine/dpkg/package-files';
import { newestTime } from '../../../lib/machine/dpkg/package-tree';
import {
  quietPackages,
  silencedTool,
  silenceTool,
  unquietPackages,
  unsilenceTool,
} from '../../../lib/machine/dpkg/quiet-packages';
import { inside } from '../../../lib/machine/tree/inside/inside';
import { makeStandardFolders } from '../../../lib/machine/tree/standard-folders';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { recordedTree } from '../../fixtures/trees/recorded-tree';
import { treeWith } from '../../fixtures/trees/tree-with';

const read = (tree: string, path: string) => readFileSync(join(tree, path), 'utf8');
const modeOf = (tree: string, path: string) => statSync(join(tree, path)).mode & 0o777;
const quiet = { quiet: true };
const tools = 'buildspecs/initramfs';
const detect = 'usr/bin/systemd-detect-virt';

describe('a tree for packages that are taken apart again', () => {
  it('starts nothing, configures no boot loader, and takes itself for a container', async () => {
    const path = treeWith({
      ...{ [detect]: 'real', 'etc/kernel/postinst.d/zz-update-grub': '', 'etc/kernel/postinst.d/zz-grub-x': '' },
      ...{ 'etc/kernel/postinst.d/dracut': '' },
    });
    const tree = recordedTree(path);
    const others = modeOf(path, 'etc/kernel/postinst.d/dracut');
    await quietPackages(tree, tools);

    expect([read(path, 'usr/sbin/policy-rc.d'), modeOf(path, 'usr/sbin/policy-rc.d')]).toEqual([
      '#!/bin/sh\nexit 101\n',
      0o755,
    ]);
    expect(read(path, `${detect}.real`)).toBe('real');
    expect([read(path, detect), modeOf(path, detect)]).toEqual([
      readFileSync(`${tools}/container/systemd-detect-virt`, 'utf8'),
      0o755,
    ]);
    expect(modeOf(path, 'etc/kernel/postinst.d/zz-update-grub')).toBe(0o644);
    expect(modeOf(path, 'etc/kernel/postinst.d/zz-grub-x')).toBe(others);
    expect(modeOf(path, 'etc/kernel/postinst.d/dracut')).toBe(others);
    const divert = '--local --rename --divert /usr/bin/newaliases.real --add /usr/bin/newaliases';
    expect(tree.asked.at(-1)).toBe(`run dpkg-divert ${divert}`);
    expect(tree.options.at(-1)).toEqual(quiet);
    expect(tree.asked[0]).toContain('mkdir');

    await unquietPackages(tree, tools);
    expect(read(path, detect)).toBe('real');
    expect(existsSync(join(path, `${detect}.real`))).toBe(false);
    expect(modeOf(path, 'etc/kernel/postinst.d/zz-update-grub')).toBe(0o755);
    expect(tree.asked.at(-1)).toBe('run dpkg-divert --local --rename --remove /usr/bin/newaliases');
    expect(tree.options.at(-1)).toEqual(quiet);
  });

  it('needs no systemd for that, and keeps one that came meanwhile', async () => {
    const bare = treeWith({});
    await quietPackages(recordedTree(bare), tools);
    await unquietPackages(recordedTree(bare), tools);
    expect(existsSync(join(bare, detect))).toBe(false);

    const path = treeWith({ [detect]: 'newer', [`${detect}.real`]: 'old' });
    await unquietPackages(recordedTree(path), tools);
    expect(read(path, detect)).toBe('newer');
    expect(existsSync(join(path, `${detect}.real`))).toBe(false);
  });

  it('has a program that does nothing in place of one, until that is wanted again', async () => {
    const path = treeWith({});
    const tree = recordedTree(path);
    await silenceTool(tree, '/usr/bin/tool');
    expect([read(path, 'usr/bin/tool'), modeOf(path, 'usr/bin/tool')]).toEqual(['#!/bin/sh\nexit 0\n', 0o755]);
    expect(silencedTool('/usr/bin/tool')).toBe('/usr/bin/tool.real');
    await unsilenceTool(tree, '/usr/bin/tool');
    expect(existsSync(join(path, 'usr/bin/tool'))).toBe(false);
  });

  it('gets the folders that it lacks, with their usual rights', async () => {
    const path = treeWith({ 'tmp/x': '', 'var/log/apt/x': '' });
    const tree = recordedTree(path);
    await makeStandardFolders(tree);
    expect(tree.asked).toEqual([
      'run mkdir -p -m 1777 /var/tmp',
      'run mkdir -p -m 0755 /run',
      'run mkdir -p -m 0700 /root',
      'run mkdir -p -m 0755 /boot',
      'run mkdir -p -m 0755 /var/cache/apt/archives',
      'run mkdir -p -m 0755 /var/cache/debconf',
      'run mkdir -p -m 0755 /var/lib/dpkg/updates',
    ]);
    expect(tree.options).toEqual(tree.asked.map(() => quiet));
  });
});

describe('the files of packages', () => {
  const changed = '8fa14cdd754f91cc6554c9e71929cce7'; // of "f"
  const status = `Package: x\nConffiles:\n /etc/a ${changed}\n /etc/b ${changed} obsolete\n /etc/c 0${changed.slice(1)}\n /etc/d ${changed}x\n/etc/e ${changed}\n`;

  it('are pristine where a package brought them, and nobody has changed a setting', () => {
    const list = ['/.', '/etc/a', '/etc/b', '/etc/c', '/usr/lib/x', '/bin/y', '/usr/share/z', '/etc/folder'];
    const path = treeWith({
      ...{ 'var/lib/dpkg/info/x.list': `${list.join('\n')}\n`, 'var/lib/dpkg/status': status },
      ...{ 'etc/a': 'f', 'etc/b': 'f', 'etc/c': 'f' },
    });
    const files = packageFiles(inside(path));
    const names = [...list.slice(1).map((one) => one.slice(1)), 'lib/x', 'usr/bin/y', 'share/z', 'etc/own'];
    const pristine = names.filter((name) => files.isPristine(name));
    expect(pristine).toEqual(names.filter((name) => !['etc/c', 'share/z', 'etc/own'].includes(name)));
    expect(packageFiles(inside(treeWith({}))).isPristine('etc/a')).toBe(false);
  });

  it('are settings by what dpkg says of them', () => {
    expect([...conffilesOf(status)]).toEqual([
      ['etc/a', changed],
      ['etc/b', changed],
      ['etc/c', `0${changed.slice(1)}`],
    ]);
  });

  it('are read from lists by the name of the package, with and without its architecture', () => {
    const path = treeWith({
      ...{ 'var/lib/dpkg/info/libc6:amd64.list': '/.\n/lib\n\n', 'var/lib/dpkg/info/linux-x.list': '/boot' },
      ...{ 'var/lib/dpkg/info/linux-x.md5sums': 'x', 'var/lib/dpkg/info/a.list.old': '/x' },
    });
    expect(packageLists(inside(path), /\.list$/)).toEqual([
      { name: 'libc6', paths: ['.', 'lib'] },
      { name: 'linux-x', paths: ['boot'] },
    ]);
    expect(packageLists(inside(path), /^linux/).map(({ name }) => name)).toEqual(['linux-x', 'linux-x.md5sums']);
  });

  it('are of the time of the newest, and of none at all where there are none', async () => {
    expect(await newestTime([])).toBe(0);
  });
});

describe('the manifest', () => {
  it('refuses an image that has no packages, and one whose packages are oddly named, with what to do', () => {
    expect(() => manifestOf(temporaryFolder())).toThrow(
      expect.objectContaining({ hint: 'specify the root file system of a cloud image with --base' }),
    );
    const odd = 'Package: a\u001b[31mb\nStatus: install ok installed\nVersion: 1\n';
    expect(() => manifestFrom(odd)).toThrow(
      expect.objectContaining({
        message: '/var/lib/dpkg/status in the image has a package with an invalid name or version: ab\t1',
        hint: 'it was created by a package of the image or of an added repository; build without that package',
      }),
    );
  });

  it('is of what is installed, sorted by name', () => {
    const stanza = (name: string) => `Package: ${name}\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n`;
    expect(manifestFrom(`${stanza('b')}\n\n\n${stanza('a')}`)).toBe('a\t1\nb\t1\n');
    expect(manifestFrom('')).toBe('\n');
  });
});
