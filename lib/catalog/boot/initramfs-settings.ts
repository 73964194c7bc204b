import type { Release } from '../releases';

/**
 * The settings of initramfs-tools, as lines of initramfs.conf: the distribution's own, so that changes in an image have no
 * effect. The file is also copied into the initrd, for its init.
 */
export function initramfsToolsSettings(release: Release): readonly string[] {
  const compress = initramfsCompression(release);
  return ['MODULES=most', `BUSYBOX=${busybox(release)}`, 'KEYMAP=n', `COMPRESS=${compress}`, ...common];
}

const common = ['DEVICE=', 'NFSROOT=auto', 'RUNSIZE=10%', 'FSTYPE=auto'];

/** The best that every kernel of a release can read: zstd since Linux 5.9. Ubuntu's own for focal, lz4, is larger than gzip. */
export function initramfsCompression({ family, version }: Release): 'zstd' | 'gzip' {
  const first = family === 'ubuntu' ? 21.1 : 12;
  return Number.parseFloat(version) >= first ? 'zstd' : 'gzip';
}

/** xenial does not support auto. */
function busybox({ family, version }: Release): 'auto' | 'y' {
  return family === 'ubuntu' && Number.parseFloat(version) < 18 ? 'y' : 'auto';
}
