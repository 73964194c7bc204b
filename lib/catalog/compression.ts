import type { Release } from './releases';

/** A compression of a squashfs, with the level where it has one. */
export interface SquashfsCompression {
  readonly name: 'zstd' | 'xz' | 'gzip' | 'lz4';
  readonly level?: number;
}

/**
 * What a squashfs is packed by, where it is made here: zstd 9, within a few per cent of xz's size at a tenth of its time,
 * and quicker to boot from (facts/performance.md); xz, as Ubuntu's own images, where the release's first kernel (4.4 of
 * xenial) cannot read zstd.
 * @param wanted @default - the best for the release
 */
export function squashfsCompression(
  { name, family }: Release,
  wanted?: SquashfsCompression['name'],
): SquashfsCompression {
  const best = family === 'ubuntu' && name === 'xenial' ? 'xz' : 'zstd';
  const chosen = wanted ?? best;
  return levels[chosen] === undefined ? { name: chosen } : { name: chosen, level: levels[chosen] };
}

const levels: Readonly<Partial<Record<SquashfsCompression['name'], number>>> = { zstd: 9, gzip: 9 };
