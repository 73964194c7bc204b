import type { Release } from './releases';

/** A squashfs compression, with its level if it has one. */
export interface SquashfsCompression {
  readonly name: 'zstd' | 'xz' | 'gzip' | 'lz4';
  readonly level?: number;
}

/**
 * The compression of rebuilt squashfs images: zstd 9, within a few per cent of xz's size in a tenth of the time, and faster
 * to boot from (facts/performance.md); xz, as in Ubuntu's own images, for xenial, whose first kernel (4.4) cannot read zstd.
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
