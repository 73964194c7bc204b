import type { Release } from '../releases';

/**
 * The settings of initramfs-tools, as lines of its initramfs.conf: those that the distribution has, so that those of an
 * image make no difference. The file goes into the initrd, too, for its init.
 */
export function initramfsToolsSettings(release: Release): readonly string[] {
  const compress = initramfsCompression(release);
  return ['MODULES=most', `BUSYBOX=${busybox(release)}`, 'KEYMAP=n', `COMPRESS=${compress}`, ...common];
}

const common = ['DEVICE=', 'NFSROOT=auto', 'RUNSIZE=10%', 'FSTYPE=auto'];

/** What every kernel of a release takes: zstd from Linux 5.9 on. Ubuntu's own of focal, lz4, is larger than gzip. */
export function initramfsCompression({ family, version }: Release): 'zstd' | 'gzip' {
  const first = family === 'ubuntu' ? 21.1 : 12;
  return Number.parseFloat(version) >= first ? 'zstd' : 'gzip';
}

/** In xenial it is there or not, and nothing finds out. */
function busybox({ family, version }: Release): 'auto' | 'y' {
  return family === 'ubuntu' && Number.parseFloat(version) < 18 ? 'y' : 'auto';
}
