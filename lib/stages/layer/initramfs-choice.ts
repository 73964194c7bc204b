import { bootDrivers } from '../../catalog/boot/boot-drivers';
import { initramfsToolsSettings } from '../../catalog/boot/initramfs-settings';
import type { Release } from '../../catalog/releases';
import type { InitramfsChoice } from '../../machine/initramfs/initramfs';

/** What the initramfs of a release holds for MAAS, in the words of what makes it. */
export function initramfsChoiceOf(release: Release, architecture: string): InitramfsChoice {
  const { directories, modules } = bootDrivers(release, architecture);
  if (release.initramfs === 'dracut') {
    return { maker: 'dracut', modules, directories: directories.map((name) => name.replace(/^kernel\//, '')) };
  }
  return {
    maker: 'initramfs-tools',
    directories,
    modules,
    settings: initramfsToolsSettings(release),
    standIns: release.family === 'debian',
  };
}
