/* machine/image-settings: finds, reports and removes settings of an image that would affect its build. */

import { type PackageFiles, packageFiles } from '../dpkg/package-files';
import type { Inside } from '../tree/inside/inside';
import { namesBelow } from '../tree/inside/lists';

/** Where to look for settings: files, and folders with everything below them. */
export interface SettingPlaces {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** apt settings; apt reads apt.conf, and files that sort after ours, later than ours. */
export const aptPlaces: SettingPlaces = { files: ['etc/apt/apt.conf'], folders: ['etc/apt/apt.conf.d'] };

/** apt pins. */
export const pinPlaces: SettingPlaces = { files: ['etc/apt/preferences'], folders: ['etc/apt/preferences.d'] };

/** Settings that affect a kernel and its initramfs: dpkg exclusions, hooks, contents and compression. */
export const kernelPlaces: SettingPlaces = {
  files: ['etc/dpkg/dpkg.cfg', 'root/.dpkg.cfg', 'etc/kernel-img.conf', 'etc/dracut.conf'],
  folders: [
    'etc/dpkg/dpkg.cfg.d',
    ...['etc/kernel', 'usr/lib/kernel', 'etc/initramfs'],
    ...['etc/initramfs-tools', 'usr/share/initramfs-tools'],
    ...['etc/dracut.conf.d', 'usr/lib/dracut/dracut.conf.d', 'usr/lib/dracut/modules.d'],
    // Both are copied into the initramfs: a blacklisted driver or a renamed network card is as good as missing.
    ...['etc/modprobe.d', 'etc/udev/rules.d'],
  ],
};

/** The image's own settings: files that come from no package, or that were changed after installation. */
export function ownSettingsIn(tree: Inside, { files, folders }: SettingPlaces): string[] {
  const below = folders.flatMap((folder) => namesBelow(tree, folder).map((name) => `${folder}/${name}`));
  const present = [...files.filter((file) => tree.kindOf(file) !== undefined), ...below];
  if (present.length === 0) return [];
  const packages: PackageFiles = packageFiles(tree);
  return present.filter((path) => !packages.isPristine(path));
}
