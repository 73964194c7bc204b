import { copyFile, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { initramfsToolsSettings } from '../../../lib/catalog/boot/initramfs-settings';
import { releaseOf } from '../../../lib/catalog/releases';
import { aptInstall, aptUpdate, machineAptOptions } from '../../../lib/machine/apt/apt';
import { type InitramfsChoice, makeInitramfs, prepareInitramfs } from '../../../lib/machine/initramfs/initramfs';
import { type Chroot, enterChroot } from '../../../lib/machine/tree/chroot';
import { mountOverlay, mountSquashfs } from '../../../lib/machine/tree/mounts';
import { serveArchive, smallRelease } from '../../fixtures/images/small-release';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { aptTree } from '../../fixtures/trees/apt-tree';

const choice: InitramfsChoice = {
  maker: 'initramfs-tools',
  directories: ['kernel/drivers/net/bonding'],
  modules: ['squashfs'],
  settings: initramfsToolsSettings(releaseOf('bookworm')),
  standIns: true,
};
const functions = 'usr/share/initramfs-tools/hook-functions';

// Made cold beside other tests it takes longer than a test may.
beforeAll(() => smallRelease());

it('makes byte for byte the initramfs that initramfs-tools makes by copying modules one at a time', async () => {
  const small = await smallRelease();
  const scratch = temporaryFolder();
  const release = small.images.generic.name.replace('linux-image-', '');
  await using archive = await serveArchive(small.archive);
  await using image = await mountSquashfs(small.base, scratch);
  await using root = await mountOverlay([image.path], scratch);
  await using chroot = await enterChroot(root.path, 'buildspecs');
  const source = { uri: archive.url, suite: small.release, components: ['main'], keyring: small.keyring };
  await using apt = await aptTree(chroot, image.path, [source], await machineAptOptions());
  await prepareInitramfs(chroot, choice, 'buildspecs/initramfs');
  await aptUpdate(apt);
  await aptInstall(apt, [small.images.generic.name]);
  await giveFirmwareAndLinks(chroot, release);

  const ours = await initramfsOf(chroot, release);
  expect(await readFile(join(root.path, functions), 'utf8')).not.toBe(
    await readFile(join(image.path, functions), 'utf8'),
  );
  await copyFile(join(image.path, functions), join(root.path, functions));
  const theirs = await initramfsOf(chroot, release);

  expect(ours.files).toContain(`usr/lib/modules/${release}/kernel/drivers/net/bonding/bonding.ko`);
  expect(ours.files).toContain('usr/lib/firmware/mirror/0.bin');
  expect(ours.files).toContain('usr/lib/firmware/real.bin');
  expect(ours.files).toContain('root/moved.ko');
  expect(ours.files).toEqual(theirs.files);
  expect(ours.bytes.equals(theirs.bytes)).toBe(true);
});

/** Firmware for two modules, one file of it a link; and a module that is a link: all that copying has to care for. */
async function giveFirmwareAndLinks({ path }: Chroot, release: string): Promise<void> {
  const modules = join(path, 'lib/modules', release);
  const files = (await readdir(modules, { recursive: true })).filter((name) => name.endsWith('.ko')).sort();
  const named = files.filter((name) => /\/(bonding|overlay)\.ko$/.test(name));
  expect(named).toHaveLength(2);
  for (const [at, name] of named.entries()) {
    const file = join(modules, name);
    const bytes = await readFile(file);
    const field = bytes.indexOf('\0author=') + 1;
    expect(field).toBeGreaterThan(0);
    bytes.write(`firmware=mirror/${at}.bin\0`, field, 'latin1');
    await writeFile(file, bytes);
  }
  await mkdir(join(path, 'lib/firmware/mirror'), { recursive: true });
  await writeFile(join(path, 'lib/firmware/mirror/0.bin'), 'zero');
  await writeFile(join(path, 'lib/firmware/real.bin'), 'one');
  await symlink('../real.bin', join(path, 'lib/firmware/mirror/1.bin'));
  const moved = join(modules, files.find((name) => name.endsWith('/squashfs.ko')) ?? '');
  await rename(moved, join(path, 'root/moved.ko'));
  await symlink('/root/moved.ko', moved);
}

async function initramfsOf(chroot: Chroot, release: string): Promise<{ bytes: Buffer; files: string[] }> {
  const file = join(temporaryFolder(), 'initrd');
  await makeInitramfs(chroot, choice, release, 0, file);
  const bytes = await readFile(file);
  const listed = await chroot.run(['lsinitramfs', `/boot/initrd.img-${release}`], { quiet: true });
  return { bytes, files: listed.split('\n').sort() };
}
