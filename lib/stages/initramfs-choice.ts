import { dracutDrivers, initramfsModules } from '../catalog/initramfs';
import type { Release } from '../catalog/releases';
import type { InitramfsChoice } from '../machine/initramfs';

/** What the initramfs of a release holds for MAAS, in the words of what makes it. */
export function initramfsChoiceOf(release: Release, architecture: string): InitramfsChoice {
  if (release.initramfs === 'dracut') return { maker: 'dracut', ...dracutDrivers(architecture) };
  const { directories, modules } = initramfsModules(release, architecture);
  return {
    maker: 'initramfs-tools',
    directories: directories.map(({ name }) => name),
    modules: modules.map(({ name }) => name),
    standIns: release.family === 'debian',
  };
}
