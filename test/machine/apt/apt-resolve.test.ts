import { describe, expect, it } from 'vitest';
import { isKnown } from '../../../lib/machine/apt/apt-names';
import {
  imageAmong,
  imagePackageOf,
  installations,
  isKernelImage,
  resolveInstall,
  sizeIn,
  sizeOfPackages,
} from '../../../lib/machine/apt/apt-resolve';
import { failing, recordedTree } from '../../fixtures/trees/recorded-tree';

describe('what apt would install', () => {
  it('is read from its simulation, upgrades too, by name', () => {
    const plan = `NOTE: This is only a simulation!
Inst linux-modules-6.8.0-50-generic (6.8.0-50.51 Ubuntu:24.04/noble-updates [amd64])
Inst kmod [31+20240202-2ubuntu7] (31+20240202-2ubuntu7.1 Ubuntu:24.04/noble-updates [amd64]) []
Inst linux-image-6.8.0-50-generic (6.8.0-50.51 Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security [amd64])
Conf linux-image-6.8.0-50-generic (6.8.0-50.51 Ubuntu:24.04/noble-updates [amd64])
Remv linux-something [1]
`;
    expect(installations(plan)).toEqual([
      { name: 'kmod', version: '31+20240202-2ubuntu7.1' },
      { name: 'linux-image-6.8.0-50-generic', version: '6.8.0-50.51' },
      { name: 'linux-modules-6.8.0-50-generic', version: '6.8.0-50.51' },
    ]);
  });

  it('is asked for without a change, by a suite where one is to win', async () => {
    const tree = recordedTree('/tree', { 'run apt-get': 'Inst b (2 x [all])\nInst a (1 x [all])\n' });

    expect(await resolveInstall(tree, ['a', 'b'])).toEqual([
      { name: 'a', version: '1' },
      { name: 'b', version: '2' },
    ]);
    await resolveInstall(tree, ['a'], { target: 'noble-proposed' });
    expect(tree.asked).toEqual([
      'run apt-get --simulate --quiet install a b',
      'run apt-get --simulate --quiet --target-release noble-proposed install a',
    ]);
    expect(tree.options).toEqual([{ quiet: true }, { quiet: true }]);
  });

  it('refuses what apt cannot resolve, and names that it would take for patterns', async () => {
    const unmet = failing('E: Unable to correct problems');
    await expect(resolveInstall(recordedTree('/tree', { run: unmet }), ['a'])).rejects.toMatchObject({
      name: 'NotReady',
      cause: unmet,
    });
    await expect(resolveInstall(recordedTree('/tree'), ['a', 'a.b'])).rejects.toMatchObject({
      message: 'no repository of this build has the package a.b',
    });
  });
});

describe('a name', () => {
  it('is known by all names that apt has, and only asked for where it may be a pattern', async () => {
    const tree = recordedTree('/tree', { 'run apt-cache': 'a.b\na.b-edge\n' });

    expect([await isKnown(tree, 'a.b'), await isKnown(tree, 'a.b=1+2')]).toEqual([true, true]);
    expect(await isKnown(tree, 'a.b-ed')).toBe(false);
    expect([await isKnown(tree, 'other'), await isKnown(tree, 'other=1.2+3')]).toEqual([true, true]);
    const asked = ['a.b', 'a.b', 'a.b-ed'].map((name) => `run apt-cache --all-names pkgnames ${name}`);
    expect(tree.asked).toEqual(asked);
    expect(tree.options).toEqual(asked.map(() => ({ quiet: true })));
  });
});

describe('the size of packages', () => {
  it('is the sum of what apt says of each', async () => {
    const stanzas = 'Package: a\nSize: 10\nInstalled-Size: 99\n\nPackage: b\nSize: 5\n';
    const tree = recordedTree('/tree', { 'run apt-cache': stanzas });

    expect([sizeIn(stanzas), sizeIn('')]).toEqual([15, 0]);
    expect(await sizeOfPackages(tree, ['a=1', 'b=2'])).toBe(15);
    expect(tree.asked).toEqual(['run apt-cache show a=1 b=2']);
    expect(tree.options).toEqual([{ quiet: true }]);
  });

  it('is nothing for none, without asking', async () => {
    const tree = recordedTree('/tree', { run: 'Size: 1\n' });
    expect(await sizeOfPackages(tree, [])).toBe(0);
    expect(tree.asked).toEqual([]);
  });
});

describe('the package to install for a kernel', () => {
  it('is the image of a meta package that also brings headers', () => {
    const printed = 'linux-generic\n  Depends: linux-image-generic\n  Depends: linux-headers-generic\n';
    expect(imageAmong('linux-generic', printed)).toBe('linux-image-generic');
  });

  it('is asked of apt, by what is important to the package', async () => {
    const printed = 'linux-generic\n  Depends: linux-image-generic\n |Depends: linux-headers-generic\n';
    const tree = recordedTree('/tree', { 'run apt-cache depends': printed });

    expect(await imagePackageOf(tree, 'linux-generic')).toBe('linux-image-generic');
    expect(tree.asked).toEqual(['run apt-cache depends --important linux-generic']);
    expect(tree.options).toEqual([{ quiet: true }]);
  });

  it('is the one that was asked for where apt does not know it', async () => {
    const failed = recordedTree('/tree', { run: failing('E: No packages found') });
    expect(await imagePackageOf(failed, 'linux-generic')).toBe('linux-generic');
    const pattern = recordedTree('/tree', {
      'run apt-cache depends': 'x\n  Depends: linux-image-x\n  Depends: linux-headers-x\n',
    });
    expect(await imagePackageOf(pattern, 'linux-6.8')).toBe('linux-6.8');
  });

  it.each([
    ['  PreDepends: linux-image-x\n  Depends: linux-headers-x', 'linux-image-x'],
    ['  Depends: linux-image-x\n  Depends: linux-image-y\n  Depends: linux-headers-x', 'asked'],
    ['  Recommends: linux-image-x\n  Depends: linux-headers-x', 'asked'],
    ['  Depends: linux-image-x\n  Suggests: linux-headers-x', 'asked'],
    ['  Depends: a-linux-image-x\n  Depends: a-linux-headers-x', 'asked'],
  ])('is read from %j', (printed, name) => {
    expect(imageAmong('asked', `asked\n${printed}\n`)).toBe(name);
  });

  it.each([
    ['brings no headers', 'linux-image-lowlatency\n  Depends: linux-image-6.8.0-50-lowlatency\n'],
    ['brings no image', 'x\n  Depends: linux-headers-generic\n'],
    ['is not known', ''],
  ])('is the one that was asked for where it %s', (_, printed) => {
    expect(imageAmong('asked', printed)).toBe('asked');
  });

  it('is known by its version for what holds a kernel', () => {
    expect(['linux-image-6.8.0-50-generic', 'linux-image-unsigned-6.8.0-50-generic'].map(isKernelImage)).toEqual([
      true,
      true,
    ]);
    expect(['linux-image-generic-hwe-24.04', 'my-linux-image-6'].map(isKernelImage)).toEqual([false, false]);
    expect(['linux-image-generic-hwe-24.04', 'linux-modules-6.8.0-50-generic'].map(isKernelImage)).toEqual([
      false,
      false,
    ]);
  });
});
