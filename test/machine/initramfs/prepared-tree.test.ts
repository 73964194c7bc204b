import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import {
  choiceFor,
  configureDracut,
  dracutCommand,
  dracutConfiguration,
  prepareDracut,
} from '../../../lib/machine/initramfs/dracut';
import { requireDrivers } from '../../../lib/machine/initramfs/drivers';
import { makeInitramfs, prepareInitramfs } from '../../../lib/machine/initramfs/initramfs';
import { type InitramfsToolsChoice, mkinitramfsCommand } from '../../../lib/machine/initramfs/initramfs-tools';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { recordedTree } from '../../fixtures/trees/recorded-tree';

function put(tree: string, path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text, { mode });
}

function treeWith(files: Readonly<Record<string, string>>): string {
  const tree = temporaryFolder();
  for (const [path, text] of Object.entries(files)) put(tree, path, text);
  return tree;
}

const read = (tree: string, path: string) => readFileSync(join(tree, path), 'utf8');
const modeOf = (tree: string, path: string) => statSync(join(tree, path)).mode & 0o777;

const dracut = {
  maker: 'dracut',
  modules: ['squashfs', 'virtio-net', 'overlay', 'nosuch'],
  directories: ['drivers/net/bonding', 'drivers/net/team', 'drivers/md'],
} as const;
const loadable = [
  'kernel/fs/squashfs/squashfs.ko.zst: kernel/lib/nosuch.ko',
  'kernel/drivers/net/virtio_net.ko:',
  'kernel/drivers/net/bonding/bonding.ko:',
  'kernel/drivers/mdio/x.ko:',
  'xkernel/drivers/md/x.ko:',
].join('\n');

describe('what dracut takes along', () => {
  it('is what the kernel has of it, loadable or built in', () => {
    expect(choiceFor(dracut, loadable, 'kernel/fs/overlayfs/overlay.ko\n')).toEqual({
      present: {
        maker: 'dracut',
        modules: ['squashfs', 'virtio-net', 'overlay'],
        directories: ['drivers/net/bonding'],
      },
      missing: ['nosuch', 'drivers/net/team/', 'drivers/md/'],
    });
  });

  it('is written as dracut reads it', () => {
    expect(dracutConfiguration({ ...dracut, modules: ['a', 'b'], directories: ['drivers/c'] })).toBe(
      'add_drivers+=" a b =drivers/c "\ncompress="zstd -9 -q -T0"\ncompress_level_zstd="9"\n',
    );
  });

  it('is said in the log where the kernel lacks some', () => {
    const lists = { 'modules.dep': loadable, 'modules.builtin': '' };
    const path = treeWith(Object.fromEntries(Object.entries(lists).map(([n, t]) => [`lib/modules/6.8/${n}`, t])));
    const log = logOf(() => configureDracut(recordedTree(path), dracut, '6.8'));
    expect(log).toBe('not available in the kernel 6.8: overlay, nosuch, drivers/net/team/, drivers/md/\n');
    expect(read(path, 'etc/dracut.conf.d/99-maas-mirror.conf')).toContain(
      'add_drivers+=" squashfs virtio-net =drivers/net/bonding "\n',
    );
    const all = { ...dracut, modules: ['squashfs'], directories: [] };
    expect(logOf(() => configureDracut(recordedTree(path), all, '6.8'))).toBe('');
  });

  it.each(['modules.dep', 'modules.builtin'])('refuses a kernel without %s', (missing) => {
    const others = ['modules.dep', 'modules.builtin'].filter((name) => name !== missing);
    const path = treeWith(Object.fromEntries(others.map((name) => [`lib/modules/6.8/${name}`, ''])));
    expect(() => configureDracut(recordedTree(path), dracut, '6.8')).toThrow(
      expect.objectContaining({
        name: 'NoKernel',
        message: `the kernel 6.8 has no /lib/modules/6.8/${missing}`,
        hint: 'check that its packages contain the modules and that depmod was run',
      }),
    );
  });
});

describe('what makes an initramfs', () => {
  it('is dracut for any machine, always with the same bytes, or mkinitramfs', () => {
    expect(dracutCommand('/boot/x', '6.8').join(' ')).toBe(
      '/usr/bin/dracut.real --force --no-hostonly --no-hostonly-cmdline --no-hostonly-i18n --reproducible /boot/x 6.8',
    );
    expect(mkinitramfsCommand('/boot/x', '6.8')).toEqual(['mkinitramfs', '-o', '/boot/x', '6.8']);
  });

  it('does nothing where packages start it', async () => {
    const path = treeWith({});
    const tree = recordedTree(path);
    await prepareDracut(tree);
    const diverted = (tool: string) => `run dpkg-divert --local --rename --divert ${tool}.real --add ${tool}`;
    expect(tree.asked).toEqual(['/usr/bin/dracut', '/usr/sbin/update-initramfs'].map(diverted));
    for (const tool of ['usr/bin/dracut', 'usr/sbin/update-initramfs']) {
      expect([read(path, tool), modeOf(path, tool)]).toEqual(['#!/bin/sh\nexit 0\n', 0o755]);
    }
  });
});

const choice: InitramfsToolsChoice = {
  maker: 'initramfs-tools',
  directories: ['kernel/drivers/net/bonding'],
  modules: ['squashfs'],
  settings: ['MODULES=most', 'COMPRESS=zstd'],
  standIns: false,
};
const functions = 'usr/share/initramfs-tools/hook-functions';
const tools = 'buildspecs/initramfs';

describe('a tree that kernels are installed in', () => {
  it('makes no initramfs by itself, and holds the list of what one takes along', async () => {
    const path = treeWith({
      [functions]: 'x\nadd_firmware()\n',
      'etc/kernel/postinst.d/zz-update-grub': '',
      'etc/kernel-img.conf': 'do_symlinks = yes',
      'etc/udev/rules.d/70-persistent-net.rules': '',
      'var/lib/dpkg/info/x.list': `/${functions}\n/etc/kernel/postinst.d/zz-update-grub\n`,
    });
    const tree = recordedTree(path);
    const log = await logOf(() => prepareInitramfs(tree, choice, tools));

    expect(log).toContain('etc/kernel-img.conf');
    expect(tree.asked).toContain(
      'run dpkg-divert --local --rename --divert /usr/sbin/update-initramfs.real --add /usr/sbin/update-initramfs',
    );
    expect(tree.asked.join()).not.toContain('dracut');
    expect(read(path, 'etc/initramfs-tools/maas-mirror-modules')).toBe(
      'directory kernel/drivers/net/bonding\nmodule squashfs\n',
    );
    expect([
      read(path, 'etc/initramfs-tools/hooks/maas-mirror'),
      modeOf(path, 'etc/initramfs-tools/hooks/maas-mirror'),
    ]).toEqual([readFileSync(`${tools}/hooks/maas-mirror`, 'utf8'), 0o755]);
    expect(existsSync(join(path, 'etc/initramfs-tools/hooks/rooturl'))).toBe(false);
    expect(read(path, functions)).toBe(`x\nadd_firmware()\n${readFileSync(`${tools}/batched-modules.sh`, 'utf8')}`);
    expect(existsSync(join(path, 'etc/kernel-img.conf'))).toBe(false);
    expect(existsSync(join(path, 'etc/udev/rules.d/70-persistent-net.rules'))).toBe(false);
    expect(read(path, 'etc/iscsi/iscsi.initramfs')).toBe('');
    expect(read(path, 'usr/sbin/policy-rc.d')).toBe('#!/bin/sh\nexit 101\n');
    expect(modeOf(path, 'etc/kernel/postinst.d/zz-update-grub')).toBe(0o644);
  });

  it('has stand-ins where its distribution lacks what MAAS needs', async () => {
    const path = treeWith({});
    await logOf(() => prepareInitramfs(recordedTree(path), { ...choice, standIns: true }, tools));
    expect(modeOf(path, 'etc/initramfs-tools/hooks/rooturl')).toBe(0o755);
    expect(existsSync(join(path, 'etc/initramfs-tools/scripts'))).toBe(true);
    expect(existsSync(join(path, functions))).toBe(false);
  });

  it.each([
    ['adds no firmware by a function of this name', 'other()\n'],
    ['has another way to copy modules', 'x\nadd_firmware()\ndracut-install\n'],
  ])('keeps the functions of an initramfs-tools that %s', async (_, text) => {
    const path = treeWith({ [functions]: text, 'var/lib/dpkg/info/x.list': `/${functions}\n` });
    await logOf(() => prepareInitramfs(recordedTree(path), choice, tools));
    expect(read(path, functions)).toBe(text);
  });

  it('is prepared for dracut alone where that makes the initramfs', async () => {
    const path = treeWith({});
    const tree = recordedTree(path);
    await prepareInitramfs(tree, dracut, tools);
    expect(tree.asked.filter((words) => words.includes('/usr/bin/dracut'))).toHaveLength(1);
    expect(existsSync(join(path, 'etc/initramfs-tools'))).toBe(false);
  });
});

describe('an initramfs', () => {
  /** A tree whose initramfs-tools makes this. */
  function making(path: string, text: string) {
    const tree = recordedTree(path);
    return {
      ...tree,
      run: async (command: Parameters<typeof tree.run>[0], given?: Parameters<typeof tree.run>[1]) => {
        expect(existsSync(join(path, 'boot/initrd.img-6.8'))).toBe(false);
        put(path, 'boot/initrd.img-6.8', text);
        return tree.run(command, given);
      },
    };
  }

  it('is made once, by our settings, of a time that is given, and taken out', async () => {
    const path = treeWith({
      'boot/initrd.img-6.8': 'old',
      'usr/share/initramfs-tools/hooks/resume': '',
      'etc/cryptsetup-initramfs/conf-hook': '#CRYPTSETUP=',
    });
    const tree = making(path, 'new');
    const file = join(temporaryFolder(), 'initrd');
    await makeInitramfs(tree, choice, '6.8', 1_700_000_000, file);

    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(tree.asked).toEqual(['run mkinitramfs -o /boot/initrd.img-6.8 6.8']);
    expect(tree.options).toEqual([{ env: { SOURCE_DATE_EPOCH: '1700000000' } }]);
    expect(read(path, 'etc/initramfs-tools/initramfs.conf')).toBe('MODULES=most\nCOMPRESS=zstd\n');
    expect(existsSync(join(path, 'usr/share/initramfs-tools/hooks/resume'))).toBe(false);
    expect(read(path, 'etc/cryptsetup-initramfs/conf-hook')).toBe('#CRYPTSETUP=\nCRYPTSETUP=y\n');
  });

  it('of dracut is made by what is in its place, by a list of ours', async () => {
    const lists = { 'lib/modules/6.8/modules.dep': loadable, 'lib/modules/6.8/modules.builtin': '' };
    const path = treeWith(lists);
    const tree = making(path, 'new');
    await logOf(() => makeInitramfs(tree, dracut, '6.8', 0, join(temporaryFolder(), 'initrd')));
    expect(tree.asked).toEqual([`run ${dracutCommand('/boot/initrd.img-6.8', '6.8').join(' ')}`]);
    expect(existsSync(join(path, 'etc/dracut.conf.d/99-maas-mirror.conf'))).toBe(true);
    expect(existsSync(join(path, 'etc/initramfs-tools'))).toBe(false);
    expect(existsSync(join(path, 'etc/cryptsetup-initramfs/conf-hook'))).toBe(false);
  });

  it('refuses one that is empty', async () => {
    const made = makeInitramfs(making(treeWith({}), ''), choice, '6.8', 0, join(temporaryFolder(), 'initrd'));
    await expect(made).rejects.toMatchObject({
      name: 'NoKernel',
      message: 'mkinitramfs created an empty initramfs for 6.8',
    });
  });

  it('refuses to look for drivers of a kernel of which no package has modules', async () => {
    const root = treeWith({
      'var/lib/dpkg/info/linux-x.list': '/lib/modules/6.9/kernel/a.ko\n/lib/modules/6.8/x.txt\n',
    });
    const wanted = { directories: [], modules: [] };
    await expect(requireDrivers({ root, release: '6.8', initrd: '/nowhere' }, wanted)).rejects.toMatchObject({
      name: 'NoKernel',
      message: 'no installed package has modules for the kernel 6.8',
      hint: 'check that the archive has the modules package and that the kernel package depends on it',
    });
  });
});

function logOf(work: () => void): string;
function logOf(work: () => Promise<void>): Promise<string>;
function logOf(work: () => void | Promise<void>): string | Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const printed = () => {
    const text = write.mock.calls.map(([line]) => String(line)).join('');
    write.mockRestore();
    return text;
  };
  const done = work();
  return done === undefined ? printed() : done.then(printed);
}
