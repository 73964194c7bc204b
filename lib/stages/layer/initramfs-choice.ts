import { bootDrivers } from '../../catalog/boot/boot-drivers';
import { initramfsToolsSettings } from '../../catalog/boot/initramfs-settings';
import type { Release } from '../../catalog/releases';
import type { InitramfsChoice } from '../../machine/initramfs/initramfs';

/** What the initramfs of a release must contain for MAAS, in the terms of the tool that builds it. */
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
