import { describe, expect, it } from 'vitest';
import { squashfsCompression } from '../../lib/catalog/compression';
import { releaseOf, releases } from '../../lib/catalog/releases';

describe('a squashfs that is made here', () => {
  it('is packed by zstd for every release, but by xz for xenial, whose first kernel reads no zstd', () => {
    const names = releases.map((release) => [release.name, squashfsCompression(release).name]);

    expect(names.filter(([, name]) => name !== 'zstd')).toEqual([['xenial', 'xz']]);
    expect(names.length).toBeGreaterThan(5);
  });

  it.each([
    ['zstd', { name: 'zstd', level: 9 }],
    ['gzip', { name: 'gzip', level: 9 }],
    ['xz', { name: 'xz' }],
    ['lz4', { name: 'lz4' }],
  ] as const)('is packed as a build says: %s', (wanted, compression) => {
    for (const release of ['xenial', 'noble']) {
      expect(squashfsCompression(releaseOf(release), wanted)).toEqual(compression);
    }
  });
});
