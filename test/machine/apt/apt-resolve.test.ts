import { describe, expect, it } from 'vitest';
import { imageAmong, installations, isKernelImage } from '../../../lib/machine/apt/apt-resolve';

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
});

describe('the package to install for a kernel', () => {
  it('is the image of a meta package that also brings headers', () => {
    const printed = 'linux-generic\n  Depends: linux-image-generic\n  Depends: linux-headers-generic\n';
    expect(imageAmong('linux-generic', printed)).toBe('linux-image-generic');
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
    expect(['linux-image-generic-hwe-24.04', 'linux-modules-6.8.0-50-generic'].map(isKernelImage)).toEqual([
      false,
      false,
    ]);
  });
});
