import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { MirrorError } from '../errors';

/**
 * Looks whether what this build itself reads or changes in a tree still lies in it. Seen from here, a link that a package
 * script has put there leads to this machine's files: they would be changed, or published.
 * @throws BadImage with the path
 */
export async function refuseWaysOut(tree: string): Promise<void> {
  const root = await realpath(tree);
  for (const path of touched) {
    const real = await placeOf(join(root, path));
    if (real === undefined || real.startsWith(`${root}/`)) continue;
    throw new MirrorError('BadImage', `/${path} is a link that leads out of the image, to ${real}`, {
      hint: 'a package of the image or of an added repository has made it; build without that package',
    });
  }
}

/** Where a path leads; undefined where nothing lies there. A link that leads nowhere could be written through. */
async function placeOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes(code)) throw error;
    const isLink = await lstat(path).then(
      (found) => found.isSymbolicLink(),
      () => false,
    );
    return isLink ? 'nowhere' : undefined;
  }
}

/** Folders first: what is made or removed below them is then safe, too. */
const touched = [
  ...[
    'boot',
    'dev',
    'proc',
    'sys',
    'run',
    'tmp',
    'root',
    'etc',
    'lib',
    'lib/modules',
    'usr',
    'usr/bin',
    'usr/sbin',
    'var',
  ],
  ...['usr/share', 'usr/share/keyrings', 'usr/share/initramfs-tools', 'usr/share/initramfs-tools/hook-functions'],
  ...['var/lib', 'var/lib/apt', 'var/lib/dbus', 'var/lib/dpkg', 'var/lib/systemd', 'var/log', 'var/cache', 'var/tmp'],
  ...['etc/apt', 'etc/apt/apt.conf.d', 'etc/apt/preferences.d', 'etc/apt/sources.list.d', 'etc/dracut.conf.d'],
  ...[
    'etc/cryptsetup-initramfs',
    'etc/cryptsetup-initramfs/conf-hook',
    'etc/initramfs-tools',
    'etc/initramfs-tools/hooks',
  ],
  ...['etc/iscsi', 'etc/iscsi/iscsi.initramfs', 'etc/kernel', 'etc/kernel/postinst.d', 'etc/network', 'etc/ssh'],
  ...[
    'etc/udev',
    'etc/udev/rules.d',
    'etc/overlayroot.local.conf',
    'etc/rescuevol-ignore',
    'etc/apt/maas-mirror-ca.pem',
  ],
  ...[
    'etc/apt/apt.conf.d/zzz-maas-mirror',
    'etc/apt/sources.list.d/maas-mirror.sources',
    'etc/initramfs-tools/scripts',
  ],
  ...['etc/initramfs-tools/maas-mirror-modules', 'etc/dracut.conf.d/99-maas-mirror.conf', 'var/lib/dpkg/status'],
  ...['usr/sbin/policy-rc.d', 'usr/bin/systemd-detect-virt'],
];
