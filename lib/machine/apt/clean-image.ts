import { type Inside, inside } from '../tree/inside/inside';
import { certificates } from './apt-certificates';
import { aptSettingsFile } from './apt-settings';

/**
 * Removes from an image what a build has left in it apart from changed packages: added sources, pins and keys, lists and
 * downloads, the policy that keeps services from starting, names of this machine, logs. Restores the image's own version
 * of each.
 * @param root the changed tree
 * @param base the original tree
 */
export async function cleanImage(root: string, base: string): Promise<void> {
  const [tree, before] = [inside(root), inside(base)];
  for (const path of [...restored, ...oursIn(tree)]) await tree.restore(path, before);
  for (const folder of ['var/log', 'tmp', 'var/tmp', 'run', 'root', 'etc/ssh'])
    await restoreFiles(folder, tree, before);
  tree.makeFolder('lib/modules'); // LP 1543204: the modules of the initramfs are mounted here
}

/** Files and folders to restore. */
const restored = [
  ...['sources.list', 'sources.list.d', 'preferences', 'preferences.d', 'auth.conf.d'].map((name) => `etc/apt/${name}`),
  'etc/apt/trusted.gpg',
  ...['var/lib/apt/lists', 'var/cache/apt', 'var/cache/debconf', 'var/cache/ldconfig', 'var/lib/dpkg/available'],
  ...['etc/machine-id', 'var/lib/dbus/machine-id', 'var/lib/systemd/random-seed', 'etc/hostname', 'etc/resolv.conf'],
  ...['usr/sbin/policy-rc.d', certificates, aptSettingsFile, 'etc/iscsi/iscsi.initramfs'],
  'etc/udev/rules.d/70-persistent-net.rules',
];

/** Keyrings that the build added, and backup files of dpkg and passwd. */
function oursIn(tree: Inside): string[] {
  return [
    ...namesIn(tree, 'usr/share/keyrings', /^maas-mirror-/),
    ...namesIn(tree, 'var/lib/dpkg', /-old$/),
    ...namesIn(tree, 'etc', /^(?:passwd|group|shadow|gshadow|subuid|subgid)-$/),
  ];
}

function namesIn(tree: Inside, folder: string, pattern: RegExp): string[] {
  const names = tree.list(folder).map(({ name }) => name);
  return names.filter((name) => pattern.test(name)).map((name) => `${folder}/${name}`);
}

/** Restores files; folders stay, since packages own them and their modes. */
async function restoreFiles(folder: string, tree: Inside, before: Inside): Promise<void> {
  for (const { name, kind } of tree.list(folder)) {
    const path = `${folder}/${name}`;
    if (kind === 'folder') await restoreFiles(path, tree, before);
    else if (folder !== 'etc/ssh' || /^ssh_host_/.test(name)) await tree.restore(path, before);
  }
}
