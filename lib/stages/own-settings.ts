import { join } from 'node:path';
import { hasDynamicInterfaces, type Release } from '../catalog/releases';
import { linkTo, pathExists, writeText } from '../machine/files';

/** Settings that MAAS wants in an image that is packed anew; an untouched one is published as it came. */
export async function ownSettings(root: string, release: Release): Promise<void> {
  if (hasDynamicInterfaces(release)) {
    await linkTo('../../run/network/dynamic-interfaces', join(root, 'etc/network/interfaces')); // LP 1534205
  }
  if (await pathExists(join(root, 'usr/share/initramfs-tools/hooks/rescuevol'))) {
    await writeText(join(root, 'etc/rescuevol-ignore'), ''); // LP 1034116
  }
  if (await pathExists(join(root, 'etc/overlayroot.conf'))) {
    // LP 1533822
    await writeText(join(root, 'etc/overlayroot.local.conf'), 'overlayroot_cfgdisk=disabled\noverlayroot=tmpfs\n');
  }
}
