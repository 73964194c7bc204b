import { hasDynamicInterfaces, type Release } from '../../catalog/releases';
import { inside } from '../../machine/tree/inside/inside';

/** Settings that MAAS needs in a repacked image; an image that is not customised is published unchanged. */
export function ownSettings(root: string, release: Release): void {
  const tree = inside(root);
  const has = (path: string) => tree.kindOf(path) !== undefined;
  if (hasDynamicInterfaces(release)) {
    tree.link('../../run/network/dynamic-interfaces', 'etc/network/interfaces'); // LP 1534205
  }
  if (has('usr/share/initramfs-tools/hooks/rescuevol')) tree.write('etc/rescuevol-ignore', ''); // LP 1034116
  if (has('etc/overlayroot.conf')) {
    // LP 1533822
    tree.write('etc/overlayroot.local.conf', 'overlayroot_cfgdisk=disabled\noverlayroot=tmpfs\n');
  }
}
