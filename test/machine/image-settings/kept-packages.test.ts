import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import {
  forgetAptSettings,
  forgetKernelSettings,
  heldPackages,
  restoreAptSettings,
} from '../../../lib/machine/image-settings/forget-settings';
import {
  policiesIn,
  requireNewest,
  requireOffered,
  requireUnheld,
  requireUpgraded,
} from '../../../lib/machine/image-settings/kept-back';
import { kernelPlaces, ownSettingsIn } from '../../../lib/machine/image-settings/own-settings';
import { inside } from '../../../lib/machine/tree/inside/inside';
import { recordedTree } from '../../fixtures/trees/recorded-tree';
import { treeWith } from '../../fixtures/trees/tree-with';
import '../../fixtures/needs-root';

const status = (name: string, state = 'install') =>
  `Package: ${name}\nStatus: ${state} ok installed\nArchitecture: all\nVersion: 1\n`;
const held = treeHolding('tool');

/** What apt says of a package, with the version that it would install, from an archive. */
const policy = (name: string, installed: string, candidate: string, archive = 'http://new/ubuntu noble/main') =>
  `${name}:\n  Installed: ${installed}\n  Candidate: ${candidate}\n  Version table:\n     ${candidate} 500\n        500 ${archive} amd64 Packages\n *** ${installed} 100\n        100 /var/lib/dpkg/status\n`;

function treeHolding(...names: readonly string[]): () => string {
  return () => treeWith({ 'var/lib/dpkg/status': names.map((name) => status(name, 'hold')).join('\n\n') });
}

const plain = () => treeWith({ 'var/lib/dpkg/status': `${status('tool')}\n${status('other')}` });
const withoutPins = '-o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null';
const wayOut =
  'remove the hold (apt-mark unhold) or the pin (/etc/apt/preferences.d) from the base image, or request other packages';

describe('an upgrade to an added repository', () => {
  it('has upgraded what that offers, or says what keeps it', async () => {
    const tree = recordedTree(plain(), {
      [`run apt-cache ${withoutPins} policy other tool`]: `${policy('tool', '1', '2')}${policy('other', '1', '2', 'http://old/x y/main')}`,
      'run apt-cache policy tool': policy('tool', '1', '2'),
    });
    await expect(requireUpgraded(tree, ['http://new/ubuntu/'])).rejects.toMatchObject({
      name: 'KeptBack',
      message:
        'tool stays at 1, although 2 was requested: apt keeps it back because its dependencies are not available',
      hint: wayOut,
    });
    expect(tree.asked).toEqual([`run apt-cache ${withoutPins} policy other tool`, 'run apt-cache policy tool']);
    expect(tree.options).toEqual([{ quiet: true }, { quiet: true }]);
  });

  it('is content where nothing newer is offered there, and asks nothing where none was added', async () => {
    const same = recordedTree(plain(), { run: policy('tool', '2', '2') });
    await requireUpgraded(same, ['http://new/ubuntu']);
    await requireUpgraded(recordedTree(plain(), { run: policy('tool', '1', '2') }), ['http://new']);
    const none = recordedTree(plain());
    await requireUpgraded(none, []);
    expect(none.asked).toEqual([]);
  });
});

describe('packages that were asked for', () => {
  it.each([
    ['on hold', held, '2', '2', 'it is on hold in the image'],
    ['pinned', plain, '2', '1', 'the image’s own apt preferences (pins) exclude it'],
    ['kept', plain, '2', '2', 'apt keeps it back because its dependencies are not available'],
  ])('refuses one that is %s', async (_, tree, candidate, asImage, why) => {
    const chroot = recordedTree(tree(), {
      [`run apt-cache ${withoutPins}`]: policy('tool', '1', candidate),
      'run apt-cache': policy('tool', '1', asImage),
    });
    await expect(requireNewest(chroot, ['tool'])).rejects.toMatchObject({
      message: `tool stays at 1, although 2 was requested: ${why}`,
    });
  });

  it('refuses those that are not installed, each by name, by the suite that was to win', async () => {
    const said = policy('a', '(none)', '2') + policy('b', '(none)', '3') + policy('c', '4', '4');
    const chroot = recordedTree(plain(), { run: said });
    await expect(requireNewest(chroot, ['a', 'b', 'c', 'd'], 'noble-proposed')).rejects.toMatchObject({
      message: [
        'a is not installed, although 2 was requested: apt keeps it back because its dependencies are not available',
        'b is not installed, although 3 was requested: apt keeps it back because its dependencies are not available',
      ].join('; '),
    });
    expect(chroot.asked).toEqual([
      `run apt-cache ${withoutPins} -o APT::Default-Release=noble-proposed policy a b c d`,
      'run apt-cache -o APT::Default-Release=noble-proposed policy a b',
    ]);
  });

  it('may be none, or all there', async () => {
    const chroot = recordedTree(plain(), { run: policy('tool', '2', '2') });
    await requireNewest(chroot, []);
    expect(chroot.asked).toEqual([]);
    await requireNewest(chroot, ['tool']);
    expect(chroot.asked).toHaveLength(1);
    await requireNewest(recordedTree(plain(), { run: 'tool:\n  Installed: 1\n  Candidate: (none)\n' }), ['tool']);
  });

  it('are looked at by our own pin, whatever the image prefers', async () => {
    const path = treeWith({
      ...{ 'etc/apt/preferences.d/maas-mirror-noble-proposed': '', 'etc/apt/preferences.d/a-site': '' },
      'var/lib/dpkg/status': status('tool'),
    });
    const chroot = recordedTree(path, { run: policy('tool', '2', '2') });
    await requireNewest(chroot, ['tool']);
    expect(chroot.asked[0]).toContain(
      '-o Dir::Etc::preferences=/etc/apt/preferences.d/maas-mirror-noble-proposed -o Dir::Etc::preferencesparts=/dev/null',
    );
  });
});

describe('packages of -proposed', () => {
  it('refuses those that the image holds, and that the suite has', async () => {
    const from = (suite: string) => policy('tool', '1', '2', `http://a/ubuntu ${suite}/main`);
    const chroot = recordedTree(held(), { run: from('noble-proposed') });
    await expect(requireUnheld(chroot, 'noble-proposed')).rejects.toMatchObject({
      message: 'tool stays at 1, although 2 was requested: it is on hold in the image',
    });
    expect(chroot.asked[0]).toBe(`run apt-cache ${withoutPins} -o APT::Default-Release=noble-proposed policy tool`);
    await requireUnheld(recordedTree(held(), { run: from('noble-proposed2') }), 'noble-proposed');
    const none = recordedTree(plain(), { run: from('noble-proposed') });
    await requireUnheld(none, 'noble-proposed');
    expect(none.asked).toEqual([]);
  });
});

describe('a package that apt finds no candidate of', () => {
  it('refuses as hidden by the image’s pins what is offered without them', async () => {
    const hidden = 'tool:\n  Installed: (none)\n  Candidate: (none)\n';
    const chroot = recordedTree(plain(), {
      [`run apt-cache ${withoutPins}`]: policy('tool', '(none)', '2'),
      'run apt-cache': hidden + policy('other', '1', '2'),
    });
    await expect(requireOffered(chroot, ['tool', 'other'])).rejects.toMatchObject({
      message: 'tool is not installed, although 2 was requested: the image’s own apt preferences (pins) exclude it',
    });
    expect(chroot.asked.slice(0, 2)).toEqual([
      'run apt-cache policy tool other',
      `run apt-cache ${withoutPins} policy tool`,
    ]);
  });

  it('is left alone where none hides it', async () => {
    const chroot = recordedTree(plain(), { run: policy('tool', '(none)', '2') });
    await requireOffered(chroot, ['tool']);
    expect(chroot.asked).toHaveLength(1);
  });
});

it('reads of a package where each version comes from, and takes the candidate’s', () => {
  const printed = `N: Unable to locate package x
tool:
  Installed: 1
  Candidate: 2
  Version table:
     3 -1
        -1 http://a/ubuntu a/main amd64 Packages
     2 500
        500 http://b/ubuntu b/main amd64 Packages
        100 http://c/ubuntu c/main amd64 Packages
 *** 1 100
        100 /var/lib/dpkg/status
last:
  Installed: 2
  Candidate: 2
  Version table:
 *** 2 990
        990 http://d/ubuntu d/main amd64 Packages
`;
  expect(policiesIn(printed)).toEqual([
    {
      ...{ name: 'tool', installed: '1', candidate: '2' },
      sources: ['500 http://b/ubuntu b/main amd64 Packages', '100 http://c/ubuntu c/main amd64 Packages'],
    },
    { name: 'last', installed: '2', candidate: '2', sources: ['990 http://d/ubuntu d/main amd64 Packages'] },
  ]);
});

const below = (folder: string) => `${folder}/deep/x`;

describe('settings of an image', () => {
  const own = [...kernelPlaces.files, ...kernelPlaces.folders.map(below)];

  it('about kernels are found wherever they may be, and removed, and said to be', async () => {
    expect(own).toEqual([
      ...['etc/dpkg/dpkg.cfg', 'root/.dpkg.cfg', 'etc/kernel-img.conf', 'etc/dracut.conf'],
      ...['etc/dpkg/dpkg.cfg.d', 'etc/kernel', 'usr/lib/kernel', 'etc/initramfs', 'etc/initramfs-tools'].map(below),
      ...['usr/share/initramfs-tools', 'etc/dracut.conf.d', 'usr/lib/dracut/dracut.conf.d'].map(below),
      ...['usr/lib/dracut/modules.d', 'etc/modprobe.d', 'etc/udev/rules.d'].map(below),
    ]);
    const path = treeWith(Object.fromEntries([...own, 'etc/other'].map((one) => [one, ''])));
    expect(ownSettingsIn(inside(path), kernelPlaces)).toEqual(own);
    const log = await logOf(() => forgetKernelSettings(path));
    expect(own.filter((one) => existsSync(join(path, one)))).toEqual([]);
    expect(existsSync(join(path, 'etc/other'))).toBe(true);
    expect(log).toBe(`ignoring settings of the image: ${own.join(', ')}\n`);
    expect(await logOf(() => forgetKernelSettings(path))).toBe('');
  });

  it('of apt go, and come again with the tree as it came', async () => {
    const files = { 'etc/apt/apt.conf': 'a', 'etc/apt/apt.conf.d/99site': 'b', 'etc/apt/preferences': 'c' };
    const [path, before] = [treeWith(files), treeWith(files)];
    const there = () => Object.keys(files).filter((one) => existsSync(join(path, one)));
    await logOf(() => forgetAptSettings(path, { pins: false }));
    expect(there()).toEqual(['etc/apt/preferences']);
    expect(existsSync(join(path, 'etc/apt/preferences.d'))).toBe(false);
    await logOf(() => forgetAptSettings(path, { pins: true }));
    expect(there()).toEqual([]);
    expect(existsSync(join(path, 'etc/apt/preferences.d'))).toBe(true);

    await restoreAptSettings(path, before);
    expect(there()).toEqual(['etc/apt/apt.conf', 'etc/apt/apt.conf.d/99site']);
    expect(readFileSync(join(path, 'etc/apt/apt.conf.d/99site'), 'utf8')).toBe('b');
  });

  it('on hold are those that dpkg says it of', () => {
    const text = `${status('a', 'hold')}\n\n\n${status('b')}\nDescription: x\n Status: hold ok\n\n${status('c', 'hold')}`;
    expect(heldPackages(treeWith({ 'var/lib/dpkg/status': text }))).toEqual(['a', 'c']);
    expect(heldPackages(treeWith({}))).toEqual([]);
    expect(heldPackages(treeWith({ 'var/lib/dpkg/status': 'Status: hold ok installed\n' }))).toEqual([]);
  });
});

async function logOf(work: () => Promise<void>): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await work();
  const printed = write.mock.calls.map(([line]) => String(line)).join('');
  write.mockRestore();
  return printed;
}
