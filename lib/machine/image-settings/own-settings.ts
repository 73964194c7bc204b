/* machine/image-settings: settings of an image that would affect its own build: found, reported, removed. */

import { type PackageFiles, packageFiles } from '../dpkg/package-files';
import type { Inside } from '../tree/inside/inside';
import { namesBelow } from '../tree/inside/lists';

/** Where settings are looked for: files, and folders with all below them. */
export interface SettingPlaces {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** Settings of apt; what sorts behind ours, and apt.conf, would be read after them. */
export const aptPlaces: SettingPlaces = { files: ['etc/apt/apt.conf'], folders: ['etc/apt/apt.conf.d'] };

/** What apt prefers. */
export const pinPlaces: SettingPlaces = { files: ['etc/apt/preferences'], folders: ['etc/apt/preferences.d'] };

/** What decides about a kernel and its initramfs: what dpkg unpacks, what is run, what goes in and how. */
export const kernelPlaces: SettingPlaces = {
  files: ['etc/dpkg/dpkg.cfg', 'root/.dpkg.cfg', 'etc/kernel-img.conf', 'etc/dracut.conf'],
  folders: [
    'etc/dpkg/dpkg.cfg.d',
    ...['etc/kernel', 'usr/lib/kernel', 'etc/initramfs'],
    ...['etc/initramfs-tools', 'usr/share/initramfs-tools'],
    ...['etc/dracut.conf.d', 'usr/lib/dracut/dracut.conf.d', 'usr/lib/dracut/modules.d'],
    // Both go into an initramfs: a driver that may not be loaded, or a card that gets another name, is as good as missing.
    ...['etc/modprobe.d', 'etc/udev/rules.d'],
  ],
};

/** The settings that are the image's own: files there that no package brought, or that somebody has changed since. */
export function ownSettingsIn(tree: Inside, { files, folders }: SettingPlaces): string[] {
  const below = folders.flatMap((folder) => namesBelow(tree, folder).map((name) => `${folder}/${name}`));
  const present = [...files.filter((file) => tree.kindOf(file) !== undefined), ...below];
  if (present.length === 0) return [];
  const packages: PackageFiles = packageFiles(tree);
  return present.filter((path) => !packages.isPristine(path));
}
