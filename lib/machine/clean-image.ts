import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { certificates } from './apt-network';
import { aptSettingsFile } from './apt-settings';
import { pathExists } from './files';
import { run } from './run';

/**
 * Takes out of an image what a build has left in it, besides the packages that it was to change: sources, pins and keys
 * that were added, lists and downloads, what kept services from starting, names of this machine, logs. What the image
 * had of these before, it has again.
 * @param root the changed tree
 * @param base the tree as it came
 */
export async function cleanImage(root: string, base: string): Promise<void> {
  for (const path of [...restored, ...(await oursIn(root))]) await restore(path, root, base);
  for (const folder of ['var/log', 'tmp', 'var/tmp', 'run', 'root', 'etc/ssh']) await restoreFiles(folder, root, base);
  await makeFolder(join(root, 'lib/modules')); // LP 1543204: where the modules of the initramfs are mounted
}

/** Files and folders that are as they were. */
const restored = [
  ...['sources.list', 'sources.list.d', 'preferences', 'preferences.d', 'auth.conf.d'].map((name) => `etc/apt/${name}`),
  'etc/apt/trusted.gpg',
  ...['var/lib/apt/lists', 'var/cache/apt', 'var/cache/debconf', 'var/cache/ldconfig', 'var/lib/dpkg/available'],
  ...['etc/machine-id', 'var/lib/dbus/machine-id', 'var/lib/systemd/random-seed', 'etc/hostname', 'etc/resolv.conf'],
  ...['usr/sbin/policy-rc.d', certificates, aptSettingsFile, 'etc/iscsi/iscsi.initramfs'],
  'etc/udev/rules.d/70-persistent-net.rules',
];

/** Keyrings that we laid down, and what dpkg and passwd keep of the state before. */
async function oursIn(root: string): Promise<string[]> {
  const keyrings = await namesIn(root, 'usr/share/keyrings', /^maas-mirror-/);
  const old = await namesIn(root, 'var/lib/dpkg', /-old$/);
  return [...keyrings, ...old, ...(await namesIn(root, 'etc', /^(?:passwd|group|shadow|gshadow|subuid|subgid)-$/))];
}

async function namesIn(root: string, folder: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(join(root, folder)).catch(() => []);
  return names.filter((name) => pattern.test(name)).map((name) => `${folder}/${name}`);
}

async function restore(path: string, root: string, base: string): Promise<void> {
  await rm(join(root, path), { recursive: true, force: true });
  if (await pathExists(join(base, path)))
    await run(['cp', '--archive', join(base, path), join(root, path)], { quiet: true });
}

/** Files as they were; folders stay, since packages own them and their rights. */
async function restoreFiles(folder: string, root: string, base: string): Promise<void> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) await restoreFiles(path, root, base);
    else if (folder !== 'etc/ssh' || /^ssh_host_/.test(entry.name)) await restore(path, root, base);
  }
}

/** Through usrmerge's link, where /lib is one. */
async function makeFolder(path: string): Promise<void> {
  await run(['mkdir', '--parents', path], { quiet: true });
}
