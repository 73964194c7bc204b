import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findKernel, signedVariant } from '../../../lib/machine/initramfs/kernel';
import { failing, recordedTree } from '../../fixtures/trees/recorded-tree';
import { treeWith } from '../../fixtures/trees/tree-with';

const name = 'vmlinuz-6.8.0-50-generic';
const owner = 'linux-image-6.8.0-50-generic';

describe('the kernel of a package', () => {
  it('is what the package itself owns in /boot', async () => {
    const path = treeWith({ [`boot/${name}`]: '', 'boot/config-6.8.0-50-generic': '' });
    symlinkSync('nowhere', join(path, 'boot/vmlinuz-old'));
    const tree = recordedTree(path, { 'run dpkg-query --search': `${owner}: /boot/${name}`, 'run dpkg-query': '6.8' });

    expect(await findKernel(tree, owner)).toEqual({
      ...{ path: `/boot/${name}`, release: '6.8.0-50-generic', imagePackage: owner, imageVersion: '6.8' },
    });
    expect(tree.asked).toEqual([
      `run dpkg-query --search /boot/${name}`,
      `run dpkg-query --show --showformat=\${Version} ${owner}`,
    ]);
    expect(tree.options).toEqual([{ quiet: true }, { quiet: true }]);
  });

  it('is the one whose owner cannot go without it: a meta package has none itself', async () => {
    const path = treeWith({ 'boot/vmlinuz-6.1-old': '', [`boot/${name}`]: '' });
    const tree = recordedTree(path, {
      'run dpkg-query --search /boot/vmlinuz-6.1-old': 'linux-image-6.1-old: /boot/vmlinuz-6.1-old',
      'run dpkg-query --search': `${owner}: x`,
      'run apt-get --simulate --quiet remove linux-image-6.1-old': 'Remv linux-generic-old [1]\nRemv other [1]\n',
      'run apt-get': `Reading…\nRemv ${owner} [6.8]\nRemv linux-generic [6.8.50]\n`,
      'run dpkg-query --show': '6.8',
    });

    expect(await findKernel(tree, 'linux-generic')).toMatchObject({ path: `/boot/${name}`, imagePackage: owner });
    expect(tree.asked).toContain(`run apt-get --simulate --quiet remove ${owner}`);
  });

  it('may be a copy of what its package has with its modules', async () => {
    for (const lib of ['lib', 'usr/lib']) {
      const path = treeWith({
        'boot/vmlinux-7.2': '',
        'var/lib/dpkg/info/linux-other.list': '/.\n/lib/modules/7.3/vmlinux\n/lib/modules/7.2/vmlinuz\n',
        'var/lib/dpkg/info/linux-binary-7.2:amd64.list': `/.\n/${lib}/modules/7.2/vmlinux\n`,
        'var/lib/dpkg/info/site.list': '/.\n/lib/modules/7.2/vmlinux\n',
      });
      const tree = recordedTree(path, { 'run dpkg-query --search': failing('no path found'), 'run dpkg-query': '7' });
      expect(await findKernel(tree, 'linux-binary-7.2')).toEqual({
        ...{ path: '/boot/vmlinux-7.2', release: '7.2', imagePackage: 'linux-binary-7.2', imageVersion: '7' },
      });
    }
  });

  it('is taken signed where a signed one is beside it', async () => {
    const path = treeWith({ [`boot/${name}`]: '', [`boot/${name}.efi.signed`]: '' });
    const tree = recordedTree(path, { 'run dpkg-query --search': `${owner}: x` });
    expect(await findKernel(tree, owner)).toMatchObject({
      path: `/boot/${name}.efi.signed`,
      release: '6.8.0-50-generic',
    });
    expect(signedVariant(name, [name, 'vmlinuz-6.9.signed', `${name}.signed.old`, `${name}1`])).toBe(name);
    expect(signedVariant('vmlinuz-1.signed', ['vmlinuz-1.signed'])).toBe('vmlinuz-1.signed');
  });

  it('refuses to choose between two signed ones', () => {
    expect(() => signedVariant(name, [name, `${name}.a.signed`, `${name}.b.signed`])).toThrow(
      expect.objectContaining({
        name: 'NoKernel',
        message: `${name} has several signed copies: ${name}.a.signed, ${name}.b.signed`,
        hint: 'remove the package that contains the second one',
      }),
    );
  });

  it.each([
    [{ 'boot/vmlinuz-1': '', 'boot/vmlinux-2': '' }, 'vmlinuz-1, vmlinux-2'],
    [
      {
        'boot/vmlinuz-': '',
        'boot/vmlinuz-a b': '',
        'boot/xvmlinuz-1': '',
        'boot/vmlinuy-1': '',
        'boot/vmlinuz--x': '',
      },
      'none',
    ],
    [{}, 'none'],
  ])('refuses where the package brought none: %j', async (files, held) => {
    const tree = recordedTree(treeWith(files as Record<string, string>), {
      'run dpkg-query': '',
      'run apt-get': 'Remv other [1]',
    });
    const failure = (await findKernel(tree, 'linux-generic').catch((error) => error)) as Error;
    expect(failure).toMatchObject({
      name: 'NoKernel',
      hint: 'specify a package that installs /boot/vmlinuz-<release> or /boot/vmlinux-<release>',
    });
    const [said, names = ''] = failure.message.split('; kernels in /boot: ');
    expect(said).toBe('the package linux-generic installed no kernel');
    expect(names.split(', ').sort()).toEqual(held.split(', ').sort());
  });
});
